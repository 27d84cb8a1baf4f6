package login

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// claimPassword is the key of the first submit of the password in an attempt; further ones name the code's question.
const claimPassword = "password"

// giveIdentifier fills in the user name and submits it. It needs no claim: it holds no secret that can be wrong.
func (r *run) giveIdentifier(ctx context.Context) (*Outcome, error) {
	if slices.Contains(r.progress.Acted, r.seen.Signature) {
		return &Outcome{Failed: r.stuck()}, nil
	}
	if q := r.askMissing(ParameterUsername); q != nil {
		return q, nil
	}
	ok, err := r.fill(ctx, entry{RoleIdentifier, r.value(ParameterUsername)})
	if err != nil || !ok {
		return nil, err
	}
	return nil, r.submitFilled(ctx, RoleIdentifier, nil)
}

// givePassword fills in the password, with the user name where the form wants it, and submits once per attempt.
func (r *run) givePassword(ctx context.Context) (*Outcome, error) {
	if r.progress.PasswordSubmitted {
		return &Outcome{Failed: r.failure(session.FailureSite, "login_expired",
			"The site went back to the login form while the login was under way.", r.seen.NewError())}, nil
	}
	if q := r.askMissing(r.wanted()...); q != nil {
		return q, nil
	}
	ok, err := r.fill(ctx, entry{RoleIdentifier, r.value(ParameterUsername)}, entry{RolePassword, r.value(ParameterPassword)})
	if err != nil || !ok {
		return nil, err
	}
	return nil, r.submitFilled(ctx, RolePassword, &claim{ClaimSubmitCredentials, claimPassword})
}

// submitFilled submits what was filled in, reading the page again where its button was not ready before.
func (r *run) submitFilled(ctx context.Context, last Role, c *claim) error {
	if r.seen.Submit == nil || r.seen.Submit.Disabled {
		for _, grace := range []time.Duration{0, r.timing.Grace} {
			if err := r.settle(ctx, r.readAt, grace); err != nil {
				return err
			}
			if same, err := r.refresh(ctx); err != nil || !same {
				return err
			}
			if r.seen.Submit == nil || !r.seen.Submit.Disabled {
				break
			}
		}
	}
	return r.submit(ctx, last, c)
}

// giveCode enters a one-time code that stands alone.
func (r *run) giveCode(ctx context.Context) (*Outcome, error) {
	code, out, err := r.nextCode(ctx)
	if err != nil || out != nil {
		return out, err
	}
	return nil, r.enterCode(ctx, code, nil)
}

// givePasswordAndCode fills in a form that wants both. The code is asked for before anything is submitted, and each
// further submit needs a code of its own.
func (r *run) givePasswordAndCode(ctx context.Context) (*Outcome, error) {
	if q := r.askMissing(r.wanted()...); q != nil {
		return q, nil
	}
	code, out, err := r.nextCode(ctx)
	if err != nil || out != nil {
		return out, err
	}
	ok, err := r.fill(ctx, entry{RoleIdentifier, r.value(ParameterUsername)}, entry{RolePassword, r.value(ParameterPassword)})
	if err != nil || !ok {
		return nil, err
	}
	key := claimPassword
	if r.progress.PasswordSubmitted {
		key += ":" + code.key
	}
	return nil, r.enterCode(ctx, code, &claim{ClaimSubmitCredentials, key})
}

// enterCode claims the code, types it and submits. A form that goes off by itself is not submitted again.
func (r *run) enterCode(ctx context.Context, code oneTimeCode, credentials *claim) error {
	field := r.seen.Field(RoleCode).Control
	won, err := r.claim(ctx, claim{ClaimEnterCode, code.key})
	if err != nil {
		return err
	}
	r.use(code)
	if !won {
		return r.lookAtOthersWork(ctx, field)
	}
	since := r.page.Mark()
	r.expect(field, false)
	ok, err := r.fill(ctx, entry{RoleCode, code.value})
	if err != nil {
		return err
	}
	if !ok {
		r.unuse(code)
		return nil
	}
	before := r.seen
	r.actedAt = r.clock.Now()
	same, err := r.refresh(ctx)
	if err != nil {
		return err
	}
	if !same || r.gone(RoleCode) {
		r.progress.CodeSubmitted = true
		if before.Class.asksForPassword() {
			r.progress.PasswordSubmitted = true
			r.progress.CredentialAttempts++
		}
		return r.look(ctx, since)
	}
	return r.submitFilled(ctx, RoleCode, credentials)
}

// gone reports whether the field cannot be typed into any more.
func (r *run) gone(role Role) bool {
	f := r.seen.Field(role)
	return f == nil || f.Control.Disabled || f.Control.ReadOnly
}

// wanted lists the parameters that the page's fields take.
func (r *run) wanted() []string {
	var names []string
	if r.seen.Field(RoleIdentifier) != nil {
		names = append(names, ParameterUsername)
	}
	if r.seen.Field(RolePassword) != nil {
		names = append(names, ParameterPassword)
	}
	return names
}

// value returns a parameter, or what a person answered for it.
func (r *run) value(name string) session.Secret {
	if a := r.in.Answer; a != nil && a.Kind == session.AskCredentials {
		if value, ok := a.Values.Get(name); ok {
			return value
		}
	}
	value, _ := r.in.Parameters.Get(name)
	return value
}

// askMissing asks for the parameters of names that there are none of; nil when nothing is missing.
func (r *run) askMissing(names ...string) *Outcome {
	var fields []session.Field
	for _, name := range names {
		if !r.value(name).IsZero() {
			continue
		}
		f := session.Field{Name: name, Type: "text", Label: "User name"}
		if name == ParameterPassword {
			f = session.Field{Name: name, Type: "password", Label: "Password", Secret: true}
		}
		fields = append(fields, f)
	}
	if len(fields) == 0 {
		return nil
	}
	labels := make([]string, len(fields))
	for i, f := range fields {
		labels[i] = strings.ToLower(f.Label)
	}
	return &Outcome{Question: &Question{
		Kind: session.AskCredentials, Fields: fields, Attempt: 1,
		Message: "The site asks for the " + strings.Join(labels, " and the ") + ".",
	}}
}
