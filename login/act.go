package login

import (
	"context"
	"errors"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// maxMisses is how often a field may slip away before the page is given up.
const maxMisses = 3

// entry is a value for a field.
type entry struct {
	role  Role
	value session.Secret
}

// claim is what must be won before an act.
type claim struct {
	step ClaimStep
	key  string
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
		err := r.page.Fill(ctx, f.Control, e.value, r.in.Project.SecretOrigins())
		if errors.Is(err, ErrDocumentChanged) || errors.Is(err, ErrNotInteractable) {
			return false, r.miss(ctx)
		}
		if err != nil {
			return false, err
		}
		r.progress.Typed = append(r.progress.Typed, r.model.TypedKey(&f.Control))
	}
	return true, nil
}

// miss looks again after something could not be used.
func (r *run) miss(ctx context.Context) error {
	r.misses++
	if r.misses >= maxMisses {
		return r.failure(session.FailureUnsupported, "field_not_usable", "A field of the login form could not be filled in.", nil)
	}
	if err := r.settle(ctx, r.readAt, r.timing.Grace); err != nil {
		return err
	}
	return r.read(ctx)
}

// claim asks the gate. A claim that this run won before and did not use is still won.
func (r *run) claim(ctx context.Context, c claim) (bool, error) {
	key := string(c.step) + "/" + c.key
	if r.claimed[key] {
		return true, nil
	}
	won, err := r.gate.Claim(ctx, c.step, c.key)
	r.claimed[key] = won && err == nil
	return r.claimed[key], err
}

// submit clicks the button, or presses Enter, and looks at what came of it. last is the role of the field that was
// filled in last. Without the claim nothing is clicked: somebody else did it, or may have.
func (r *run) submit(ctx context.Context, last Role, c *claim) error {
	r.report.Step(session.StepSubmitting)
	field := r.seen.Field(last)
	r.expect(field.Control, false)
	if c != nil {
		won, err := r.claim(ctx, *c)
		if err != nil {
			return err
		}
		if !won {
			return r.lookAtOthersWork(ctx, field.Control)
		}
	}
	r.noteSubmit()
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	if err := r.press(ctx, field.Control); err != nil {
		return err
	}
	r.claimed = map[string]bool{}
	return r.look(ctx, since)
}

// press clicks the submit button; without a usable one it presses Enter in the field.
func (r *run) press(ctx context.Context, field Control) error {
	err := ErrNotInteractable
	if r.seen.Submit != nil && !r.seen.Submit.Disabled {
		err = r.page.Click(ctx, *r.seen.Submit)
	}
	if errors.Is(err, ErrNotInteractable) {
		err = r.page.PressEnter(ctx, field)
	}
	if errors.Is(err, ErrDocumentChanged) {
		r.pending.uncertain, r.uncertain = true, r.pending.class.asksForPassword() // it went off by itself, or was taken away
		return nil
	}
	if errors.Is(err, ErrNotInteractable) {
		return r.failure(session.FailureUnsupported, "submit_not_usable", "The login form could not be submitted.", nil)
	}
	return err
}

// expect remembers the page as it is before a submit.
func (r *run) expect(field Control, uncertain bool) {
	r.pending = &submitted{
		class: r.seen.Class, signature: r.seen.Signature, modelHash: r.seen.ModelHash,
		document: r.document(field.Frame), field: field, uncertain: uncertain,
	}
	r.lines = lines(r.model)
	if !slices.Contains(r.progress.Acted, r.seen.Signature) {
		r.progress.Acted = append(r.progress.Acted, r.seen.Signature)
	}
}

// noteSubmit records what the site is about to be given, before it is: a record too many is harmless.
func (r *run) noteSubmit() {
	if r.seen.Field(RoleIdentifier) != nil {
		r.progress.IdentifierSubmitted = true
	}
	if r.seen.Class.asksForPassword() {
		r.progress.PasswordSubmitted = true
		r.progress.CredentialAttempts++
	}
	if r.seen.Field(RoleCode) != nil {
		r.progress.CodeSubmitted = true
	}
}

// lookAtOthersWork looks at a page on which an earlier execution acted, or may have.
func (r *run) lookAtOthersWork(ctx context.Context, field Control) error {
	r.expect(field, true)
	r.uncertain = r.seen.Class.asksForPassword()
	r.progress.PasswordSubmitted = r.progress.PasswordSubmitted || r.seen.Class.asksForPassword()
	r.progress.CodeSubmitted = r.progress.CodeSubmitted || r.seen.Field(RoleCode) != nil
	r.actedAt = r.clock.Now()
	return r.look(ctx, r.page.Mark())
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
