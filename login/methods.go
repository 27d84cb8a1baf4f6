package login

import (
	"context"

	"github.com/anteroom/anteroom/session"
)

// chooseMethod takes a way to verify that needs no person, else one that the project prefers, else the only one.
func (r *run) chooseMethod(ctx context.Context) (*Outcome, error) {
	options := r.options(OptionMethod)
	var chosen *Option
	if !r.progress.AskMethod {
		chosen = r.bestMethod(options)
	}
	if chosen == nil && len(options) == 1 {
		chosen = &options[0]
	}
	return r.choose(ctx, options, chosen, "The site asks how to verify.")
}

// bestMethod returns the method to take without asking; nil when there is none. What was tried before is not tried again.
func (r *run) bestMethod(options []Option) *Option {
	untried := func(m Method) *Option {
		if r.progress.Counts["method/"+string(m)] > 0 {
			return nil
		}
		return matching(options, func(o *Option) bool { return o.Method == m })
	}
	for _, m := range []Method{MethodPasskey, MethodPassword, MethodTOTP} {
		if o := untried(m); o != nil && r.automatable(o) {
			return o
		}
	}
	for _, preferred := range r.in.Project.OTP.Prefer {
		if o := untried(Method(preferred)); o != nil && (Method(preferred) != MethodTOTP || r.automatable(o)) {
			return o
		}
	}
	if o := untried(MethodBackupCode); o != nil && r.automatable(o) {
		return o
	}
	return nil
}

// automatable reports whether an option needs no person, now and the next time.
func (r *run) automatable(o *Option) bool {
	if o.Kind != OptionMethod {
		return false
	}
	switch o.Method { //nolint:exhaustive // the others need a person
	case MethodTOTP:
		return r.otp != nil && r.progress.TOTPRefusals == 0
	case MethodPasskey:
		return r.hasPasskey()
	case MethodBackupCode:
		return len(r.backupCodes()) > 0
	case MethodPassword:
		return !r.progress.PasswordSubmitted && !r.value(ParameterPassword).IsZero()
	}
	return false
}

// anotherWay is the control that leads to the site's other ways to verify; nil when there is none.
func (r *run) anotherWay() *Control {
	if c := r.seen.Action(ActionAnotherWay); c != nil {
		return c
	}
	return r.seen.Action(ActionUseBackupCode)
}

// requested does what a person asked for instead of an answer: to have it sent again, or to verify in another way.
func (r *run) requested(ctx context.Context) (bool, error) {
	a := r.in.Answer
	if a == nil || a.QuestionID == r.progress.UsedAnswer {
		return false, nil
	}
	var c *Control
	switch a.Action {
	case session.ActionResend:
		c = r.seen.Action(ActionResend)
	case session.ActionTryAnotherWay:
		c = r.anotherWay()
	default:
		return false, nil
	}
	r.answered(a)
	if c == nil || r.progress.LastClass != "" && r.progress.LastClass != r.seen.Class {
		return false, nil // the page went on meanwhile
	}
	won, err := r.claim(ctx, claim{ClaimAct, a.QuestionID})
	if err != nil {
		return false, err
	}
	if a.Action == session.ActionResend {
		r.again = &reason{kind: a.Kind, code: ReasonResent}
	} else {
		r.progress.AskMethod = true
	}
	if !won {
		return false, nil
	}
	err = r.click(ctx, *c)
	if a.Action == session.ActionResend {
		r.pending = nil // the same page is what is expected
	}
	return true, err
}

// unusedAnswer reports whether a person answered something that was not taken up yet.
func (r *run) unusedAnswer() bool {
	a := r.in.Answer
	return a != nil && a.Kind != session.AskCredentials && a.QuestionID != r.progress.UsedAnswer
}

// viaAnotherWay leaves a page that needs a person for a way that does not, once per page.
func (r *run) viaAnotherWay(ctx context.Context) (bool, error) {
	if r.progress.AskMethod || r.unusedAnswer() || !r.needsPerson() {
		return false, nil
	}
	c := r.seen.Action(ActionAnotherWay)
	if !r.hasAutomatic() || c == nil {
		c = r.seen.Action(ActionUseBackupCode)
		if r.hasAutomatic() || c == nil || len(r.backupCodes()) == 0 {
			return false, nil
		}
	}
	if !r.may(r.here("another_way"), 1) {
		return false, nil
	}
	return true, r.click(ctx, *c)
}

// needsPerson reports whether the page asks for something that only a person has.
func (r *run) needsPerson() bool {
	switch r.seen.Class { //nolint:exhaustive // the others are answered from parameters
	case ClassCode, ClassCodeSplit:
		return r.otp == nil || r.sentElsewhere()
	case ClassSendCode, ClassExternalWait, ClassSecurityQuestion:
		return true
	}
	return false
}

// hasAutomatic reports whether there is an untried way that needs no person.
func (r *run) hasAutomatic() bool {
	totp := r.otp != nil && r.progress.TOTPRefusals == 0 && r.progress.Counts["method/"+string(MethodTOTP)] == 0
	return totp || r.hasPasskey() && r.progress.Counts["method/"+string(MethodPasskey)] == 0
}
