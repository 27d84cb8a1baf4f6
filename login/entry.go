package login

import (
	"context"

	"github.com/anteroom/anteroom/session"
)

// maxEntries is how often a "Log in" that leads to the form is clicked in an attempt.
const maxEntries = 2

// enterLogin goes from a page without a login form to the form.
func (r *run) enterLogin(ctx context.Context) (*Outcome, error) {
	return r.enter(ctx, ClassLoginEntry)
}

// leaveRegistration goes from a form that makes an account to the one that logs in, before anything was submitted.
func (r *run) leaveRegistration(ctx context.Context) (*Outcome, error) {
	if r.progress.IdentifierSubmitted || r.progress.PasswordSubmitted {
		return ended(r.ending()), nil
	}
	return r.enter(ctx, ClassRegistration)
}

func (r *run) enter(ctx context.Context, class Class) (*Outcome, error) {
	if f := r.complaint(); f != nil {
		return ended(f), nil
	}
	c := r.seen.Action(ActionEnter)
	if c == nil || !r.may("enter/"+string(class), maxEntries) {
		return ended(r.ending()), nil
	}
	return nil, r.click(ctx, *c)
}

// tryEntry clicks what may lead to the login on a page that shows nothing else: no form came, and none was submitted. It
// reports whether it did.
func (r *run) tryEntry(ctx context.Context) (bool, error) {
	c := r.seen.Action(ActionEnter)
	if c == nil || r.history().submitted() || !r.may("enter/"+string(ClassUnknown), 1) {
		return false, nil
	}
	return true, r.click(ctx, *c)
}

// sendCode has the site send its code, once: a person who gets two does not know which one counts.
func (r *run) sendCode(ctx context.Context) (*Outcome, error) {
	c := r.seen.Action(ActionSend)
	if c == nil {
		c = r.seen.Submit
	}
	if c == nil {
		return ended(r.ending()), nil
	}
	if !r.may(r.here("send"), 1) {
		return ended(r.stuck()), nil
	}
	won, err := r.claim(ctx, claim{ClaimAct, r.here("send")})
	if err != nil {
		return nil, err
	}
	if !won { // it was sent before, by an execution that left no record
		_, err := r.awaitChange(ctx, r.timing.Unchanged)
		return nil, err
	}
	return nil, r.click(ctx, *c)
}

// faceErrorPage opens the login anew where the site had a problem before anything was submitted, once.
func (r *run) faceErrorPage(ctx context.Context) (*Outcome, error) {
	submitted := r.history().submitted()
	if !submitted && r.model.Status >= statusServerError && r.may("reload", 1) {
		return nil, r.navigate(ctx, r.in.Project.LoginURL)
	}
	if f := r.complaint(); f != nil {
		return ended(f), nil
	}
	return ended(r.errorPage(r.model.Status)), nil
}

// errorPage is the end on a page that shows nothing but an error. After the password any doubt counts as credential.
func (r *run) errorPage(status int) *session.Failure {
	e := r.seen.NewError()
	password := r.last != nil && r.last.password
	switch {
	case password && status == statusUnauthorized, password && status == statusForbidden:
		return r.failure(session.FailureCredential, "wrong_password", "The site refused the login.", e)
	case status == statusNotFound || status == statusGone:
		return r.failure(session.FailureSite, "not_found", "The site does not have the page.", e)
	case password:
		return r.outcomeUnknown()
	case status == statusUnauthorized, status == statusForbidden:
		return r.failure(session.FailureBlocked, "forbidden", "The site refuses to show the page.", e)
	}
	return r.failure(session.FailureSite, "error_page", "The site shows an error page.", e)
}
