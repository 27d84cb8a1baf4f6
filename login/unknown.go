package login

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// Bounds of questions about pages that were not understood.
const (
	// maxUnknown is how often a person is asked about the same page, maxUnknowns about any in an attempt.
	maxUnknown  = 2
	maxUnknowns = 5
	// maxControls is how many buttons and links are offered.
	maxControls = 20
	// maxFields is how many fields are offered.
	maxFields = 12
)

// named is a control of a page that was not understood, under the name that an answer gives it.
type named struct {
	name    string
	control Control
}

// askUnknown shows a page that was not understood to a person, and does what the person says.
func (r *run) askUnknown(ctx context.Context) (*Outcome, error) {
	if f := r.complaint(); f != nil {
		return ended(f), nil
	}
	if v := r.presumed(); v != nil {
		return &Outcome{LoggedIn: &LoggedIn{LandingURL: r.model.URL, Verdict: *v}}, nil
	}
	fields, controls := r.offered()
	if a := r.answer(session.AskUnknownPage, ""); a != nil {
		r.answered(a)
		if done, err := r.obey(ctx, a, fields, controls); done || err != nil {
			return nil, err
		}
	}
	if entered, err := r.tryEntry(ctx); entered || err != nil {
		return nil, err
	}
	if r.lacksMedia() {
		r.may(mediaLoaded, 1)
		return nil, r.openWithMedia(ctx)
	}
	if r.cameUpBlank() {
		r.may(reopened, 1)
		return nil, r.navigate(ctx, r.model.URL)
	}
	if len(fields)+len(controls) == 0 || !r.may(r.here("ask/unknown"), maxUnknown) || !r.may("ask/unknown", maxUnknowns) {
		return ended(r.ending()), nil
	}
	q := Question{
		Kind: session.AskUnknownPage, Attempt: r.progress.Counts[r.here("ask/unknown")],
		Message: "The page was not understood. The picture shows it: fill in what it wants, and choose what to click.",
	}
	for _, f := range fields {
		q.Fields = append(q.Fields, r.fieldOf(f))
	}
	for _, c := range controls {
		q.Choices = append(q.Choices, session.Choice{ID: c.name, Type: OptionControl.choiceType(), Label: r.redact(labelOf(&c.control))})
	}
	out := r.ask(q, "")
	out.Artefact = r.artefact(ctx, false)
	return out, nil
}

// mediaLoaded counts that the login was opened with its images.
const mediaLoaded = "media"

// lacksMedia reports whether the page shows nothing to use before anything was submitted, and images were left out.
func (r *run) lacksMedia() bool {
	return r.seen.Class == ClassUnknown && !r.model.usable() && !r.history().submitted() &&
		!r.in.Project.LoadMedia && r.progress.Counts[mediaLoaded] == 0
}

// openWithMedia opens the login anew with everything that was left out: some pages begin once their pictures have come.
func (r *run) openWithMedia(ctx context.Context) error {
	if err := r.page.LoadMedia(ctx); err != nil {
		return err
	}
	return r.navigate(ctx, r.in.Project.LoginURL)
}

// reopened counts that the page behind the login was opened once more.
const reopened = "reopened"

// cameUpBlank reports whether nothing at all shows where a secret led to, though there was time enough: an application whose
// script broke off, which a person would reload. A page that was opened with a query may count once only, and the login's own
// address shows the login again.
func (r *run) cameUpBlank() bool {
	return (r.progress.PasswordSubmitted || r.progress.CodeSubmitted) && r.bare() && r.model.Status < 400 &&
		!strings.Contains(r.model.URL, "?") && readPage(r.model, *r.history()).leftLoginPage() && r.progress.Counts[reopened] == 0
}

// presumedThreshold is what the evidence must sum up to for the proof to decide about a page that shows nothing more: many
// applications show icons only.
const presumedThreshold = 35

// presumed returns the verdict on a page that followed a secret, asks nothing, refuses nothing and shows some signs of an
// application; nil otherwise. It is as good as the proof that follows, which a stranger's page does not pass.
func (r *run) presumed() *session.Verdict {
	if r.seen.Class != ClassUnknown || !r.progress.PasswordSubmitted && !r.progress.CodeSubmitted || r.uncertain || r.seen.NewError() != nil {
		return nil
	}
	if !r.model.showsControls() { // not all of the page has come
		return nil
	}
	for _, e := range r.seen.Evidence {
		if e.Weight <= 0 { // a veto, or a sign of a stranger's page
			return nil
		}
	}
	if confidence(r.seen.Evidence) < presumedThreshold || r.model.submitsOnly() {
		return nil
	}
	evidence := slices.Clone(r.seen.Evidence)
	return &session.Verdict{LoggedIn: true, Confidence: confidence(evidence), Evidence: evidence}
}

// showsControls reports whether the page shows any control, were it an icon that nobody can tell the use of.
func (m *PageModel) showsControls() bool {
	return slices.ContainsFunc(m.Controls, func(c Control) bool { return c.Visible && !c.Covered })
}

// submitsOnly reports whether all that can be done on the page, but for following links, is to submit one form by a button that
// says what it does: a step of the login in words that are not known, which a person may understand.
func (m *PageModel) submitsOnly() bool {
	var button *Control
	for i := range m.Controls {
		c := &m.Controls[i]
		switch {
		case !c.Visible || c.Covered || c.Kind == ControlLink || c.Kind == ControlButton && c.Type == "link":
		case c.Kind != ControlButton || c.Form == 0 || labelOf(c) == "":
			return false
		case button != nil && (button.Form != c.Form || button.Frame != c.Frame):
			return false
		default:
			button = c
		}
	}
	return button != nil && len(m.Headings) > 0
}

// usable reports whether a person could type into the control, or click it and know what for.
func (c *Control) usable() bool {
	if !c.Visible || c.Disabled || c.Covered {
		return false
	}
	switch c.Kind { //nolint:exhaustive // toggles and lists lead nowhere by themselves
	case ControlField:
		return !c.ReadOnly && typable(c.Type)
	case ControlButton, ControlLink:
		return labelOf(c) != ""
	}
	return false
}

// usable reports whether anything on the page is.
func (m *PageModel) usable() bool {
	return slices.ContainsFunc(m.Controls, func(c Control) bool { return c.usable() })
}

// offered lists the fields that can be filled in and what can be clicked.
func (r *run) offered() (fields, controls []named) {
	var options []Option
	taken := map[string]int{}
	for i := range r.model.Controls {
		c := &r.model.Controls[i]
		if !c.usable() {
			continue
		}
		switch c.Kind { //nolint:exhaustive // toggles and lists have no place in an answer
		case ControlField:
			if len(fields) < maxFields {
				name := cmp.Or(slug(c.Name), slug(c.ElementID), slug(c.Label), slug(c.Placeholder), "field")
				if taken[name]++; taken[name] > 1 {
					name += "-" + itoa(taken[name])
				}
				fields = append(fields, named{name, *c})
			}
		case ControlButton, ControlLink:
			if len(options) < maxControls {
				options = append(options, Option{Kind: OptionControl, Control: *c, Label: labelOf(c)})
			}
		}
	}
	for i, id := range choiceIDs(options) {
		controls = append(controls, named{id, options[i].Control})
	}
	return fields, controls
}

func labelOf(c *Control) string {
	return cut(strings.TrimSpace(cmp.Or(c.Text, c.Label, c.Description)), maxLabel)
}

// maxLabel is how much of a control's label is shown, in characters.
const maxLabel = 100

func (r *run) fieldOf(f named) session.Field {
	field := session.Field{
		Name: f.name, Type: "text", Label: r.redact(cmp.Or(cut(f.control.Label, maxLabel), cut(f.control.Placeholder, maxLabel), f.name)),
		Optional: !f.control.Required,
	}
	if f.control.Type == "password" || f.control.WasPassword {
		field.Type, field.Secret = "password", true
	}
	return field
}

// obey fills in and clicks what a person said. It returns false when the page does not have it any more.
func (r *run) obey(ctx context.Context, a *Answer, fields, controls []named) (bool, error) {
	var given []named
	password := false
	for _, f := range fields {
		if _, ok := a.Values.Get(f.name); ok {
			given = append(given, f)
			password = password || r.fieldOf(f).Secret
		}
	}
	var chosen *Control
	for i := range controls {
		if a.Choice != "" && controls[i].name == a.Choice {
			chosen = &controls[i].control
		}
	}
	if len(given) == 0 && chosen == nil {
		return false, nil
	}
	if len(given) == 0 {
		return true, r.click(ctx, *chosen)
	}
	return true, r.fillAsTold(ctx, a, given, chosen, password)
}

// fillAsTold types a person's values and submits them: by the chosen control, else the page's button, else Enter. Whatever was
// typed may be secret, so that it is claimed and typed only where secrets may be.
func (r *run) fillAsTold(ctx context.Context, a *Answer, given []named, chosen *Control, password bool) error {
	c := claim{ClaimEnterCode, a.QuestionID}
	if password {
		c = *r.credentialClaim(a.QuestionID)
		if r.progress.CredentialAttempts >= maxCredentials {
			return r.stuck()
		}
	}
	r.acts++
	r.filled = nil
	won, err := r.claim(ctx, c)
	if err != nil {
		return err
	}
	last := given[len(given)-1].control
	r.expect(last, "")
	r.pending.password = password
	if !won {
		r.pending.uncertain, r.uncertain = true, password
		_, err := r.awaitChange(ctx, r.timing.Unchanged)
		return err
	}
	r.progress.CodeSubmitted = true
	if password {
		r.progress.PasswordSubmitted = true
		r.progress.CredentialAttempts++
	}
	for _, f := range given {
		value, _ := a.Values.Get(f.name)
		r.typed = append(r.typed, value)
		if err := r.page.Fill(ctx, f.control, value, r.in.Project.SecretOrigins()); err != nil {
			return r.missed(ctx, err)
		}
		r.noteTyped(&f.control)
	}
	r.report.Step(session.StepSubmitting)
	if chosen != nil {
		r.seen.Submit = chosen
	}
	r.record(r.seen.Submit)
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	if err := r.press(ctx, last); err != nil {
		return err
	}
	return r.look(ctx, since)
}

// missed looks again when a control slipped away, and returns every other error.
func (r *run) missed(ctx context.Context, err error) error {
	if slipped(err) {
		return r.miss(ctx)
	}
	return err
}
