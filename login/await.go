package login

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom/anteroom/login/words"
)

// maxLooks bounds how often a page that keeps changing is looked at in one wait.
const maxLooks = 200

// effect is what an act did.
type effect int

const (
	// effectForward: another step came, or there was no act.
	effectForward effect = iota
	// effectAgain: the same step, or one before it, came again.
	effectAgain
)

// effect compares the page with the one that was acted upon. It does not say why a step came again.
func (r *run) effect() effect {
	p := r.pending
	if p == nil {
		return effectForward
	}
	seen := r.seen.Class
	again := seen == p.class && r.seen.Signature == p.signature
	switch {
	case p.click || again:
	case p.class == ClassCodeInForm:
		again = seen == ClassIdentifier || r.wantsPassword()
	case p.password:
		again = seen == ClassIdentifier || r.wantsPassword() && (seen != ClassCodeInForm ||
			r.seen.NewError(ErrorCredentials, ErrorUnknownUser, ErrorRejected, ErrorLockout, ErrorPasswordExpired) != nil)
	case p.class.challenges():
		// Before the password, the login form is what comes next.
		again = seen == ClassIdentifier && r.progress.IdentifierSubmitted || r.wantsPassword() && r.progress.PasswordSubmitted ||
			seen == p.class && r.seen.NewError() != nil
	default:
		again = seen == p.class && r.seen.NewError() != nil
	}
	if again {
		return effectAgain
	}
	return effectForward
}

// challenges reports whether the class asks for something besides the password that may be refused.
func (c Class) challenges() bool {
	return slices.Contains([]Class{ClassCode, ClassCodeSplit, ClassBackupCode, ClassSecurityQuestion, ClassCaptcha}, c)
}

// mayChange reports whether it is too early to judge the page, and until when to wait for it to change.
func (r *run) mayChange() (bool, time.Duration) {
	waited := r.clock.Now().Sub(r.actedAt)
	switch {
	case !r.seen.Class.settled():
		limit := r.timing.Unknown
		if r.presumed() != nil || r.opened && !r.loading() { // the proof waits, too, as does the page behind an opened link
			limit = min(limit, 4*r.timing.Grace)
		}
		if r.seen.Action(ActionEnter) != nil && !r.history().submitted() { // no form comes by itself where a way to one stands
			limit = min(limit, 4*r.timing.Grace)
		}
		if r.lacksMedia() { // the wait goes on once they are loaded
			limit /= 4
		}
		// A page that complains is no page that loads.
		return waited < limit && (r.pending == nil || r.seen.NewError() == nil), limit - waited
	case r.seen.Link && r.in.Answer == nil: // a field for a code may still come
		return waited < 2*r.timing.Grace, 2*r.timing.Grace - waited
	case r.effect() == effectForward || r.explained() || r.unsent():
		return false, 0
	case r.emptied() || r.refusedByStatus():
		return waited < 2*r.timing.Grace, 2*r.timing.Grace - waited
	}
	return waited < r.timing.Unchanged, r.timing.Unchanged - waited
}

// explained reports whether the page shows that the act was answered: a new document, a new message, or a status that
// says so.
func (r *run) explained() bool {
	if r.document(r.pending.field.Frame) != r.pending.document {
		return true
	}
	if r.model.SubmitStatus == statusTooMany || r.model.SubmitStatus >= statusServerError {
		return true
	}
	return r.seen.NewError() != nil && r.seen.ModelHash != r.pending.modelHash
}

// refusedByStatus reports whether the request of a submit was refused; the words come a moment later, if any.
func (r *run) refusedByStatus() bool {
	return !r.pending.click && (r.model.SubmitStatus == statusUnauthorized || r.model.SubmitStatus == statusForbidden)
}

// emptied reports whether the same field stands there again, empty: some sites say nothing and just ask again.
func (r *run) emptied() bool {
	if r.pending.role == "" {
		return false
	}
	i := slices.IndexFunc(r.seen.Fields, func(f FieldRole) bool {
		return f.Control.Type == r.pending.field.Type && f.Control.Frame == r.pending.field.Frame
	})
	return r.seen.Signature == r.pending.signature && i >= 0 && !r.seen.Fields[i].Control.Filled
}

// awaitMore waits for a page that it is too early to judge. It returns true when the page became another one.
func (r *run) awaitMore(ctx context.Context) (bool, error) {
	if wait, limit := r.mayChange(); wait {
		if changed, err := r.awaitChange(ctx, limit); changed || err != nil {
			return changed, err
		}
	}
	return r.awaitLate(ctx)
}

// awaitLate gives a site that is still at work the time to answer, once per act: the form stands there as it was sent, or
// nothing does. A page that has nothing under way is not waited for. It returns true when the page became another one.
func (r *run) awaitLate(ctx context.Context) (bool, error) {
	p := r.pending
	if p == nil || p.click || p.late || r.effect() == effectForward && !r.bare() || r.effect() == effectAgain && r.explained() {
		return false, nil
	}
	p.late = true
	before, document, class := r.seen.ModelHash, r.document(""), r.seen.Class
	if err := r.settle(ctx, r.readAt, 0); err != nil {
		return false, err
	}
	if err := r.read(ctx); err != nil {
		return false, err
	}
	if r.seen.ModelHash == before && r.document("") == document && r.seen.Class == class {
		return false, nil
	}
	r.actedAt = r.clock.Now()
	return true, nil
}

// bare reports whether the page shows nothing but its name: an application that has not begun, or waits for its server.
func (r *run) bare() bool {
	if r.seen.Class != ClassUnknown || len(r.model.Headings)+len(r.model.Images)+len(r.model.Alerts) > 0 {
		return false
	}
	text := words.Normalise(r.model.Text)
	return !r.model.showsControls() && (text == "" || text == words.Normalise(r.model.Title))
}

// awaitChange looks at the page until it is another one than it is now, at most limit. It returns false when it
// stayed the same.
func (r *run) awaitChange(ctx context.Context, limit time.Duration) (bool, error) {
	before, document, class := r.seen.ModelHash, r.document(""), r.seen.Class
	deadline := r.clock.Now().Add(limit)
	for range maxLooks {
		left := deadline.Sub(r.clock.Now())
		if left <= 0 {
			break
		}
		if err := r.page.Settle(ctx, r.readAt, left, left); err != nil {
			return false, err
		}
		if err := r.read(ctx); err != nil {
			return false, err
		}
		if r.seen.ModelHash != before || r.document("") != document || r.seen.Class != class {
			return true, nil
		}
	}
	return false, nil
}
