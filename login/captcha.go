package login

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// captchaMoment is how long a challenge is given to solve itself.
const captchaMoment = 2 * time.Second

// faceCaptcha hands the page's proof of being human over to a person. It is never solved here.
func (r *run) faceCaptcha(ctx context.Context) (*Outcome, error) {
	if f := r.complaint(); f != nil {
		return ended(f), nil
	}
	field := r.seen.Field(RoleCaptcha)
	if field == nil && r.may(r.here("captcha_moment"), 1) {
		if changed, err := r.awaitChange(ctx, captchaMoment); changed || err != nil {
			return nil, err
		}
	}
	if r.countRefusal() != nil {
		return ended(r.captchaFailure()), nil //nolint:nilerr // the refusal of a captcha is a failure of its own
	}
	if field != nil {
		if out := r.ready(); out != nil {
			return out, nil
		}
	}
	if spare := r.takeSpare(RoleCaptcha); spare != nil && field != nil {
		return nil, r.enterCaptcha(ctx, *spare)
	}
	if a := r.answer(session.AskCaptcha, ""); a != nil {
		r.answered(a)
		value, ok := a.Values.Get(FieldAnswer)
		if field != nil && ok {
			return nil, r.enterCaptcha(ctx, oneTimeCode{value: value, key: a.QuestionID, role: RoleCaptcha, question: a.QuestionID})
		}
		if changed, err := r.awaitChange(ctx, r.timing.Unchanged); changed || err != nil {
			return nil, err
		}
		r.again = &reason{kind: session.AskCaptcha, code: ReasonAnswerRejected}
	}
	return r.askCaptcha(ctx, field), nil
}

// askCaptcha shows the page to a person.
func (r *run) askCaptcha(ctx context.Context, field *FieldRole) *Outcome {
	artefact := r.artefact(ctx, true)
	if artefact.Picture == nil || !r.may("ask/captcha", maxTries) {
		return ended(r.captchaFailure())
	}
	q := Question{
		Kind: session.AskCaptcha, Message: "The site wants proof of being human; the picture shows what it asks for.",
		Attempt: r.progress.Counts["ask/captcha"],
	}
	if field != nil {
		q.Fields = []session.Field{{Name: FieldAnswer, Type: "text", Label: "What the picture shows"}}
		if r.seen.Field(RoleCode) != nil && (r.otp == nil || r.sentElsewhere()) {
			q.Fields = append(q.Fields, r.codeField())
		}
	}
	out := r.ask(q, "")
	out.Artefact = artefact
	return out
}

// enterCaptcha fills in the answer, with everything else that the form wants, and submits it.
func (r *run) enterCaptcha(ctx context.Context, answer oneTimeCode) error {
	var credentials *claim
	if r.wantsPassword() {
		if r.progress.CredentialAttempts >= maxCredentials {
			return r.stuck()
		}
		credentials = r.credentialClaim(answer.key)
	}
	entries := r.credentials()
	if r.seen.Field(RoleCode) != nil {
		code, err := r.codeBeside(ctx)
		if err != nil || code == nil {
			r.unuse(answer)
			return err
		}
		r.spend(*code)
		entries = append(entries, entry{RoleCode, code.value})
	}
	if ok, err := r.fillForm(ctx, entries...); err != nil || !ok {
		r.unuse(answer)
		return err
	}
	return r.enterCode(ctx, RoleCaptcha, answer, credentials)
}

// codeBeside returns the code for a form that wants one besides the captcha: computed, or the person's, who was asked for
// both; nil when the page became another meanwhile.
func (r *run) codeBeside(ctx context.Context) (*oneTimeCode, error) {
	if r.otp != nil && !r.sentElsewhere() {
		return r.computeCode(ctx)
	}
	value := session.Secret{}
	if r.in.Answer != nil {
		value, _ = r.in.Answer.Values.Get(FieldCode)
	}
	return &oneTimeCode{value: tidy(value)}, nil
}

func (r *run) captchaFailure() *session.Failure {
	return r.failure(session.FailureBlocked, "captcha", "The site wants proof of being human.", r.seen.NewError())
}
