package login

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// read models and classifies the page.
func (r *run) read(ctx context.Context) error {
	m, err := r.modelPage(ctx)
	if err != nil {
		return err
	}
	if !r.history().submitted() && r.pending == nil {
		r.progress.Baseline = baseline(m)
		if r.progress.LoginPath == "" {
			r.progress.LoginPath = pathOf(m.URL)
		}
	}
	r.model = m
	return r.classify(ctx)
}

// classify says what the page is, by its model and by the recipe.
func (r *run) classify(ctx context.Context) error {
	past := r.history()
	past.IdentifierShown = r.shows(r.model)
	r.seen = r.classifier(r.model, *past)
	return r.applyRecipe(ctx)
}

// minShown is the shortest identifier that is looked for in a page's text.
const minShown = 3

// shows reports whether the page's text holds the user name.
func (r *run) shows(m *PageModel) bool {
	user := strings.ToLower(r.value(ParameterUsername).Reveal())
	if len(user) < minShown {
		return false
	}
	texts := append([]string{m.Text}, m.Headings...)
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), user) })
}

// modelPage models the page. A page that goes elsewhere meanwhile is given time to arrive.
func (r *run) modelPage(ctx context.Context) (*PageModel, error) {
	for range maxMisses {
		r.readAt = r.page.Mark()
		m, err := r.page.Model(ctx)
		if !errors.Is(err, ErrDocumentChanged) {
			return m, err
		}
		if err := r.settle(ctx, r.readAt, 0); err != nil {
			return nil, err
		}
	}
	return nil, r.failure(session.FailureSite, "never_settles", "The site goes from page to page without coming to rest.", nil)
}

func (r *run) history() *History {
	return &History{
		IdentifierSubmitted: r.progress.IdentifierSubmitted,
		PasswordSubmitted:   r.progress.PasswordSubmitted,
		CodeSubmitted:       r.progress.CodeSubmitted,
		Resumed:             r.in.Resumed && r.in.UntouchedSince.IsZero(),
		LoginPath:           cmp.Or(r.progress.LoginPath, pathOf(r.in.Project.LoginURL)),
		Typed:               r.progress.Typed,
		Baseline:            r.progress.Baseline,
		Lines:               r.lines,
		Way:                 r.in.Way,
	}
}

// look waits for the page to settle after an act and reads it.
func (r *run) look(ctx context.Context, since Mark) error {
	if err := r.settle(ctx, since, r.timing.Grace); err != nil {
		return err
	}
	r.report.Step(session.StepDetecting)
	return r.read(ctx)
}

// refresh reads the page again between typing and submitting: a button may have come alive, and a form may have gone
// off by itself. It returns false when the page is not the one any more that was filled in.
func (r *run) refresh(ctx context.Context) (bool, error) {
	before, document := r.seen, r.document("")
	if err := r.read(ctx); err != nil {
		return false, err
	}
	if r.document("") != document || r.seen.Class != before.Class || len(r.seen.Fields) != len(before.Fields) {
		return false, nil
	}
	return true, nil
}

// document names the document of a frame; the top frame's when frame is empty.
func (r *run) document(frame string) string {
	for _, f := range r.model.Frames {
		if f.ID == frame || frame == "" {
			return f.Document
		}
	}
	return ""
}

// shown names what an external wait shows that does not change its signature: the number, and a complaint.
func (r *run) shown() string {
	text := r.seen.DisplayCode
	if e := r.seen.NewError(); e != nil {
		text += "\x1f" + e.Text
	}
	if text == "" {
		return ""
	}
	return fingerprint(text)
}
