package login

import (
	"context"
	"net/url"

	"github.com/anteroom/anteroom/session"
)

// authenticate answers the site's HTTP authentication (RFC 7617, RFC 7616) once per attempt.
func (r *run) authenticate(ctx context.Context) (*Outcome, error) {
	if r.progress.PasswordSubmitted {
		return ended(r.loginExpired()), nil
	}
	if !r.mayAuthenticate() {
		return ended(originNotAllowed()), nil
	}
	if q := r.askMissing(ParameterUsername, ParameterPassword); q != nil {
		return q, nil
	}
	r.acts++
	r.filled = nil
	r.report.Step(session.StepSubmitting)
	r.expect(Control{}, RolePassword)
	won, err := r.claim(ctx, claim{ClaimSubmitCredentials, r.firstSubmit()})
	if err != nil {
		return nil, err
	}
	if !won {
		return nil, r.lookAtOthersWork(ctx, Control{}, RolePassword)
	}
	r.progress.IdentifierSubmitted = true
	r.noteSubmit()
	r.record(nil)
	since := r.page.Mark()
	r.actedAt = r.clock.Now()
	err = r.page.Authenticate(ctx, r.challenged(), r.value(ParameterUsername), r.value(ParameterPassword), r.in.Project.SecretOrigins())
	if err != nil {
		return nil, err
	}
	return nil, r.look(ctx, since)
}

func (r *run) mayAuthenticate() bool {
	u, err := url.Parse(r.challenged())
	return err == nil && r.in.Project.SecretOrigins().Allows(u.Scheme+"://"+u.Host)
}

// challenged is the URL that wants the authentication: the login URL whole, where it is that; a model has no queries.
func (r *run) challenged() string {
	if samePath(r.in.Project.LoginURL, r.model.URL) {
		return r.in.Project.LoginURL
	}
	return r.model.URL
}
