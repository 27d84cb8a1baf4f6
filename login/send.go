package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/anteroom/anteroom/session"
)

// claim is what must be won before an act.
type claim struct {
	step ClaimStep
	key  string
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

// submitFilled submits what was filled in, once its button is ready. last is the role of the field that was filled in last.
// A button that stays disabled may listen to keys: then everything is typed again by keys, once.
func (r *run) submitFilled(ctx context.Context, last Role, c *claim) error {
	if same, err := r.awaitButton(ctx); err != nil || !same {
		return err
	}
	if r.seen.Submit != nil && r.seen.Submit.Disabled && r.may(r.here("keys"), 1) {
		if ok, err := r.retype(ctx); err != nil || !ok {
			return err
		}
		if same, err := r.awaitButton(ctx); err != nil || !same {
			return err
		}
	}
	return r.submit(ctx, last, c)
}

// awaitButton waits for a button that was not there or not ready when the page was read. It returns false when the page
// became another meanwhile.
func (r *run) awaitButton(ctx context.Context) (bool, error) {
	for _, grace := range []time.Duration{0, r.timing.Grace} {
		if r.seen.Submit != nil && !r.seen.Submit.Disabled {
			return true, nil
		}
		if err := r.settle(ctx, r.readAt, grace); err != nil {
			return false, err
		}
		if same, err := r.refresh(ctx); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// retype types what was filled in by key events. It returns false when a field slipped away.
func (r *run) retype(ctx context.Context) (bool, error) {
	for _, e := range r.filled {
		f := r.seen.Field(e.role)
		if f == nil {
			continue
		}
		err := r.putByKeys(ctx, f.Control, e)
		if errors.Is(err, ErrDocumentChanged) || errors.Is(err, ErrNotInteractable) {
			return false, r.miss(ctx)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// putByKeys types a value by key events; into boxes one character each.
func (r *run) putByKeys(ctx context.Context, c Control, e entry) error {
	characters := []rune(e.value.Reveal())
	if e.role != RoleCode || len(r.seen.Boxes) == 0 || len(r.seen.Boxes) != len(characters) {
		return r.page.Type(ctx, c, e.value, r.in.Project.SecretOrigins())
	}
	for i, box := range r.seen.Boxes {
		if err := r.page.Type(ctx, box, session.NewSecret(string(characters[i])), r.in.Project.SecretOrigins()); err != nil {
			return err
		}
	}
	return nil
}

// submit clicks the button, or presses Enter, and looks at what came of it. Without the claim nothing is clicked: somebody
// else did it, or may have.
func (r *run) submit(ctx context.Context, last Role, c *claim) error {
	r.report.Step(session.StepSubmitting)
	f := r.seen.Field(last)
	if f == nil { // the page changed between reading and submitting
		return nil
	}
	field := f.Control
	r.expect(field, last)
	r.pending.claim = c
	if c != nil {
		won, err := r.claim(ctx, *c)
		if err != nil {
			return err
		}
		if !won {
			won, err = r.claimUnsent(ctx, field, *c)
		}
		if err != nil {
			return err
		}
		if !won {
			return r.lookAtOthersWork(ctx, field, last)
		}
	}
	r.noteSubmit()
	r.record(r.seen.Submit)
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	if err := r.press(ctx, field); err != nil {
		return err
	}
	r.misses, r.claimed = 0, map[string]bool{}
	return r.look(ctx, since)
}

// noteUnsent notes, before this run does anything, that the form holds what an earlier execution filled in and did not submit.
func (r *run) noteUnsent() {
	if r.model == nil || r.seen.NewError() != nil {
		return
	}
	if f := r.seen.Field(RolePassword); f != nil && f.Control.Unsent {
		r.leftUnsent = r.document(f.Control.Frame)
	}
}

// maxUnsent is how many executions may die, one after the other, between the claim and the act.
const maxUnsent = 3

// claimUnsent claims the submit of a form that an earlier execution filled in and claimed, and then died before it acted: the document
// is the one that it filled in, and nobody clicked or pressed a key there. Each such claim is granted once, too.
func (r *run) claimUnsent(ctx context.Context, field Control, c claim) (bool, error) {
	if r.leftUnsent == "" || c.step != ClaimSubmitCredentials || r.document(field.Frame) != r.leftUnsent {
		return false, nil
	}
	for n := range maxUnsent {
		won, err := r.claim(ctx, claim{c.step, fmt.Sprintf("%s:unsent%d", c.key, n+1)})
		if won || err != nil {
			return won, err
		}
	}
	return false, nil
}

// press clicks the submit button; without a usable one it presses Enter in the field.
func (r *run) press(ctx context.Context, field Control) error {
	err := ErrNotInteractable
	r.pending.barred = r.seen.Submit == nil || r.seen.Submit.Disabled
	if r.seen.Submit != nil && !r.seen.Submit.Disabled {
		err = r.page.Click(ctx, *r.seen.Submit)
	}
	if errors.Is(err, ErrNotInteractable) {
		err = r.page.PressEnter(ctx, field)
	}
	if errors.Is(err, ErrDocumentChanged) {
		r.pending.uncertain, r.uncertain = true, r.pending.password // it went off by itself, or was taken away
		return nil
	}
	if errors.Is(err, ErrNotInteractable) {
		return r.failure(session.FailureUnsupported, "submit_not_usable", "The login form could not be submitted.", nil)
	}
	return err
}

// noteSubmit records what the site is about to be given, before it is: a record too many is harmless.
func (r *run) noteSubmit() {
	p := &r.progress
	if r.seen.Field(RoleIdentifier) != nil {
		p.IdentifierSubmitted = true
	}
	if r.wantsPassword() {
		p.PasswordSubmitted = true
		p.CredentialAttempts++
	}
	if codeRole(&r.seen) != "" {
		p.CodeSubmitted = true
	}
	if !slices.Contains(p.Acted, r.seen.Signature) {
		p.Acted = append(p.Acted, r.seen.Signature)
	}
}

// lookAtOthersWork looks at a page on which an earlier execution acted, or may have.
func (r *run) lookAtOthersWork(ctx context.Context, field Control, role Role) error {
	r.expect(field, role)
	r.pending.uncertain = true
	r.uncertain = r.wantsPassword()
	r.progress.PasswordSubmitted = r.progress.PasswordSubmitted || r.wantsPassword()
	r.progress.CodeSubmitted = r.progress.CodeSubmitted || codeRole(&r.seen) != ""
	r.actedAt = r.before(r.in.ClaimedAt, r.timing.Unchanged)
	return r.look(ctx, r.page.Mark())
}

// before is when an earlier execution acted: then, at the earliest so long ago that a moment is left of the wait for what comes of
// it; now where that is not known. A process that is killed again and again would else never have waited long enough.
func (r *run) before(then time.Time, wait time.Duration) time.Time {
	now := r.clock.Now()
	earliest := now.Add(r.timing.Grace - wait)
	switch {
	case then.IsZero(), then.After(now):
		return now
	case then.Before(earliest):
		return earliest
	}
	return then
}

// unsent reports whether the form itself complains about a field that holds what was filled in, and nothing was sent: a
// field that listens to keys took no notice of the value.
func (r *run) unsent() bool {
	p := r.pending
	if p == nil || p.click || p.role == "" || p.uncertain || r.seen.Class != p.class || r.model.SubmitStatus != 0 ||
		r.document(p.field.Frame) != p.document || r.seen.NewError() != nil || r.progress.Counts[r.here("keys")] > 0 {
		return false
	}
	return slices.ContainsFunc(r.filled, func(e entry) bool {
		f := r.seen.Field(e.role)
		return f != nil && f.Control.Invalid && f.Control.Filled
	})
}

// typeAndSubmit types by key events what the form took no notice of, and submits it: nothing was sent before.
func (r *run) typeAndSubmit(ctx context.Context) error {
	p := r.pending
	r.may(r.here("keys"), 1)
	if ok, err := r.retype(ctx); err != nil || !ok {
		return err
	}
	r.entering = p.code
	defer func() { r.entering = nil }()
	c := p.claim
	if c != nil {
		c = &claim{c.step, c.key + ":keys"}
	}
	return r.submitFilled(ctx, p.role, c)
}
