package login

import (
	"context"
	"errors"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// entry is a value for a field.
type entry struct {
	role  Role
	value session.Secret
}

// submitted is an act and the page as it was at that moment.
type submitted struct {
	class     Class
	signature string
	modelHash string
	document  string
	// field is what was filled in last, in role; none for a mere click.
	field Control
	role  Role
	// click is true for a click that submits nothing; password for a form that held the password.
	click, password bool
	// uncertain is true when somebody else may have made the submit, or nobody; barred when no button could be
	// clicked.
	uncertain, barred bool
	// late is true once a site that was still at work was waited for.
	late bool
	// claim is what was won for the submit; code the code that was submitted.
	claim *claim
	code  *oneTimeCode
}

// fill types the entries whose fields the page has. It returns false when a field slipped away before anything was
// typed into it; the page was then read anew.
func (r *run) fill(ctx context.Context, entries ...entry) (bool, error) {
	r.acts++
	for _, e := range entries {
		f := r.seen.Field(e.role)
		if f == nil {
			continue
		}
		err := r.put(ctx, f.Control, e, r.typesKeys(e.role))
		if errors.Is(err, ErrDocumentChanged) || errors.Is(err, ErrNotInteractable) {
			return false, r.miss(ctx)
		}
		if err != nil {
			return false, err
		}
		r.filled = append(r.filled, e)
		r.noteTyped(&f.Control)
	}
	return true, nil
}

// put types a value: into its boxes, where it has some.
func (r *run) put(ctx context.Context, c Control, e entry, keys bool) error {
	allowed := r.in.Project.SecretOrigins()
	switch {
	case c.Kind == ControlSelect:
		return r.selectEntry(ctx, c, e.value)
	case e.role == RoleCode && len(r.seen.Boxes) > 0:
		return r.page.FillBoxes(ctx, r.seen.Boxes, e.value, allowed)
	case keys:
		return r.page.Type(ctx, c, e.value, allowed)
	}
	return r.page.Fill(ctx, c, e.value, allowed)
}

// selectEntry chooses the entry of a list that is the value, or holds it as the only one.
func (r *run) selectEntry(ctx context.Context, list Control, value session.Secret) error {
	var entries []Option
	for _, text := range list.Options {
		entries = append(entries, Option{Label: text})
	}
	chosen := calledSo(entries, value.Reveal())
	if chosen == nil {
		return r.failure(session.FailureCredential, "unknown_organisation", "The list of the login has no such organisation, or several.", nil)
	}
	return r.page.Select(ctx, list, chosen.Label)
}

func (r *run) noteTyped(c *Control) {
	key := r.model.TypedKey(c)
	if !slices.Contains(r.progress.Typed, key) {
		r.progress.Typed = append(r.progress.Typed, key)
	}
}

// miss looks again after something could not be used.
func (r *run) miss(ctx context.Context) error {
	r.misses++
	if r.misses >= maxMisses {
		return r.failure(session.FailureUnsupported, "field_not_usable", "A field or a button of the login could not be used.", nil)
	}
	if err := r.settle(ctx, r.readAt, r.timing.Grace); err != nil {
		return err
	}
	return r.read(ctx)
}

// click uses a control that submits nothing, and looks at what came of it.
func (r *run) click(ctx context.Context, c Control) error {
	return r.use(ctx, c, func() error { return r.page.Click(ctx, c) })
}

// use does one act upon a control, and looks at what came of it.
func (r *run) use(ctx context.Context, c Control, act func() error) error {
	r.acts++
	r.expect(Control{}, "")
	r.pending.click = true
	r.record(&c)
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	err := act()
	if errors.Is(err, ErrNotInteractable) {
		r.pending = nil
		return r.miss(ctx)
	}
	if err != nil && !errors.Is(err, ErrDocumentChanged) {
		return err
	}
	r.misses = 0
	return r.look(ctx, since)
}

// expect remembers the page as it is before an act.
func (r *run) expect(field Control, role Role) {
	r.pending = &submitted{
		class: r.seen.Class, signature: r.seen.Signature, modelHash: r.seen.ModelHash, document: r.document(field.Frame),
		field: field, role: role, password: role != "" && r.wantsPassword(), code: r.entering,
	}
	r.lines, r.texts = lines(r.model), allTexts(r.model)
}

// wantsPassword reports whether the page is a form that takes the password.
func (r *run) wantsPassword() bool {
	return r.seen.Class.asksForPassword() || r.seen.Class == ClassHTTPAuth || r.seen.Field(RolePassword) != nil
}
