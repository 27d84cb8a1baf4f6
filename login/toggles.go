package login

import (
	"context"
	"errors"

	"github.com/anteroom/anteroom/session"
)

// tick sets the checkboxes of known meaning that belong to the page's fields, as the project wants them. It returns false
// when the page changed by it; it was then read anew.
func (r *run) tick(ctx context.Context) (bool, error) {
	for i := range r.seen.Toggles {
		t := &r.seen.Toggles[i]
		want, care := r.wants(t.Kind)
		key := r.model.TypedKey(&t.Control)
		if !care || t.Control.Checked == want || t.Control.Disabled || r.ticked[key] || !r.belongs(&t.Control) {
			continue
		}
		r.ticked[key] = true
		err := r.page.Click(ctx, t.Control)
		if errors.Is(err, ErrDocumentChanged) {
			return false, r.miss(ctx)
		}
		if err != nil && !errors.Is(err, ErrNotInteractable) {
			return false, err
		}
	}
	return true, nil
}

// wants says how a toggle should stand, and whether anybody cares.
func (r *run) wants(kind ToggleKind) (want, care bool) {
	switch kind {
	case ToggleRemember, ToggleTrust:
		// Left alone unless somebody decided: what a site does with a ticked box is less well trodden than the login itself.
		return r.in.Project.Remember == session.PolicyAccept, r.in.Project.Remember != ""
	case ToggleTerms:
		accepted := r.in.Project.Terms == session.PolicyAccept || r.progress.Counts[termsAccepted] > 0
		return accepted, accepted
	}
	return false, false
}

// belongs reports whether the toggle stands in the form of a field that is filled in: the next form's is not ours. Without
// fields it belongs to the page.
func (r *run) belongs(t *Control) bool {
	for i := range r.seen.Fields {
		f := &r.seen.Fields[i].Control
		if f.Frame == t.Frame && (f.Form == t.Form || f.Form == 0 || t.Form == 0) {
			return true
		}
	}
	return len(r.seen.Fields) == 0
}

// askRequiredTerms asks whether terms may be accepted without which the form does not go off; nil when there are none.
func (r *run) askRequiredTerms() *Outcome {
	for i := range r.seen.Toggles {
		t := &r.seen.Toggles[i]
		accepted, _ := r.wants(ToggleTerms)
		if t.Kind == ToggleTerms && t.Control.Required && !t.Control.Checked && !accepted && r.belongs(&t.Control) {
			return r.permit(permission{
				choiceType: "terms", message: "The site wants its terms to be accepted.", accepted: termsAccepted,
				declined: "The site's terms were not accepted.", code: "terms_declined",
			})
		}
	}
	return nil
}
