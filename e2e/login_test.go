//go:build e2e

package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func TestLogin_WithoutASecondFactor_EndsWithAProvenSession(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{SlowDelay: time.Second})
	for _, site := range []string{"password", "identifier", "slow"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			a.done(a.startAs("ada", l.Password()))
			require.Equal(t, 1, l.submits(site, "ada"))
		})
	}
}

func TestLogin_WithTheProjectsOwnMark_IsProvenByIt(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := newApp(t, srv, session.Project{
		LoginURL: l.loginURL("logout-less"), CheckURL: l.url + "/s/logout-less/account", LoggedIn: "text=Signed in as",
	})
	a.done(a.startAs("ada", l.Password()))
}

func TestLogin_WithATextedCode_GoesOnByResume(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for _, site := range []string{"code", "spa"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			op := a.startAs("ada", l.Password())
			q := a.asked(op)
			require.Equal(t, session.AskCode, q.Kind)
			require.Equal(t, 6, q.Fields[0].Length)
			require.NotEmpty(t, q.MaskedTarget)
			require.WithinDuration(t, time.Now().Add(10*time.Minute), q.ExpiresAt, time.Minute)
			a.resume(op, q, l.code(t, site, "ada"))
			a.done(op)
			require.Equal(t, 1, l.submits(site, "ada"))
			require.Equal(t, 1, l.Count(loginlab.KindCodeSubmit, site, "ada"))
		})
	}
}

func TestLogin_WhenTheCodeIsWrong_AsksAgainWithANewID(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for _, site := range []string{"code", "spa"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			op := a.startAs("ada", l.Password())
			first := a.asked(op)
			a.resume(op, first, wrongCode(l.code(t, site, "ada"), 0))
			second := a.asked(op)
			require.NotEqual(t, first.ID, second.ID)
			require.Equal(t, "code_rejected", second.Reason)
			require.Equal(t, 2, second.Attempt)
			require.NotEmpty(t, second.SiteError)
			a.resume(op, second, l.code(t, site, "ada"))
			a.done(op)
			require.Equal(t, 1, l.submits(site, "ada"), "the password is not submitted again")
		})
	}
}

func TestLogin_WhenThreeCodesAreWrong_FailsTyped(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	for n := range 3 {
		a.answered(op, wrongCode(l.code(t, "code", "ada"), n))
	}
	// The lab says "too many incorrect codes", which is as much a lockout as a person's failure.
	a.failed(op, session.FailureNeedsUser, session.FailureLockout)
	require.Equal(t, 1, l.submits("code", "ada"))
	require.Equal(t, 3, l.Count(loginlab.KindCodeSubmit, "code", "ada"))
}

func TestLogin_WithATOTPSecret_NeverAsks(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for _, site := range []string{"totp", "code-in-form"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			op := a.startAs("ada", l.Password(), "totpSecret", l.TOTPSecret())
			a.done(op)
			require.Equal(t, 1, l.submits(site, "ada"))
			require.Equal(t, 1, l.Count(loginlab.KindCodeSubmit, site, "ada"))
		})
	}
}

func TestLogin_WithAnAuthenticatorsCode_GoesOnByResume(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for _, site := range []string{"totp", "code-in-form"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			op := a.startAs("ada", l.Password())
			q := a.asked(op)
			require.Equal(t, session.AskCode, q.Kind)
			a.resume(op, q, l.TOTPCode(time.Now()))
			a.done(op)
			require.Equal(t, 1, l.submits(site, "ada"))
		})
	}
}

func TestLogin_WhenThePasswordIsWrong_NeverSubmitsItAgain(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	f := a.failed(a.startAs("ada", "not-the-password"), session.FailureCredential)
	require.Equal(t, "wrong_password", f.Code)
	require.NotContains(t, f.Message+f.SiteError, "not-the-password")
	require.Equal(t, 1, l.submits("password", "ada"))

	same := client.StartRequest{ID: "ada", Parameters: params("username", "ada", "password", "not-the-password")}
	_, err := srv.client.Start(t.Context(), a.project, same)
	require.ErrorIs(t, err, &client.Error{Code: client.CodeBreakerOpen, Status: http.StatusConflict})
	require.Equal(t, 1, l.submits("password", "ada"), "the breaker is open: nothing is submitted")

	a.done(a.startAs("ada", l.Password()))
	require.Equal(t, 2, l.submits("password", "ada"), "changed credentials are tried")
}

func TestLogin_WhenTheSiteFails_FailsTyped(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for site, classes := range map[string][]session.FailureClass{
		"locked":    {session.FailureLockout},
		"error-500": {session.FailureSite},
	} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			a.failed(a.startAs("ada", l.Password()), classes...)
			require.LessOrEqual(t, l.submits(site, "ada"), 1)
		})
	}
}

func TestLogin_WhenTheSiteWantsProofOfBeingHuman_AsksWithAPicture(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "unsupported")
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	require.Equal(t, session.AskCaptcha, q.Kind)
	require.NotEmpty(t, q.Picture)
	_, err := srv.client.Cancel(t.Context(), op)
	require.NoError(t, err)
	a.state(op, session.OperationCanceled)
	require.Zero(t, l.submits("unsupported", "ada"))
}

func TestLogin_WhenTheSiteIsAway_FailsAsSite(t *testing.T) {
	t.Parallel()
	gone := listen(t)
	require.NoError(t, gone.Close())
	a := newApp(t, sharedServer(t), session.Project{LoginURL: "http://" + gone.Addr().String() + "/login"})
	f := a.failed(a.startAs("ada", "password"), session.FailureSite)
	require.Equal(t, "unreachable", f.Code)
}

func TestLogin_OnAHostilePage_TypesNothingThere(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	for _, site := range []string{"hostile-redirect", "hostile-frame"} {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			a := onSite(t, srv, l, site)
			a.failed(a.startAs("ada", l.Password()), session.FailureBlocked, session.FailureUnsupported)
			require.Zero(t, l.Count(loginlab.KindKeystroke, site, ""))
			require.Zero(t, l.submits(site, ""))
		})
	}
}

func TestLogin_Anew_KeepsTheOldSessionUntilTheNewOneIsProven(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	first := a.startAs("ada", l.Password())
	a.asked(first)
	a.answered(first, l.code(t, "code", "ada"))
	a.done(first)
	old := a.storageState("ada")

	second := a.startAs("ada", l.Password())
	q := a.asked(second)
	require.Equal(t, old, a.storageState("ada"), "the old state stays usable meanwhile")
	a.resume(second, q, l.code(t, "code", "ada"))
	a.done(second)
	require.NotEqual(t, old, a.storageState("ada"))
}

func (a *app) storageState(id string) string {
	a.t.Helper()
	state, err := a.srv.client.StorageState(a.t.Context(), a.project, id)
	require.NoError(a.t, err)
	return state.Reveal()
}
