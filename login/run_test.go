package login_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestRun_WithOneForm_LogsInWithOneSubmit(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, "https://app.example/home", out.LoggedIn.LandingURL)
	require.True(t, out.LoggedIn.Verdict.LoggedIn)
	require.False(t, out.LoggedIn.Verdict.Proven)
	require.NotEmpty(t, out.LoggedIn.Verdict.Evidence)
	require.Equal(t, []string{"open", "fill user", "fill pass", "click go"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)
	require.Equal(t, 1, out.CredentialAttempts)
	require.Equal(t, []session.Step{
		session.StepNavigating, session.StepDetecting, session.StepSubmitting, session.StepDetecting,
	}, b.steps.seen)
}

func TestRun_WithIdentifierFirst_GivesBothInTurn(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "user", pages: map[string]*sitePage{
		"user": {model: identifierForm(), submit: func(map[string]string) string { return "pass" }},
		"pass": {model: passwordForm(), sameDocument: true, submit: func(typed map[string]string) string {
			require.Equal(t, testPassword, typed["pass"])
			return "home"
		}},
		"home": {model: home()},
	}})
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"open", "fill user", "click go", "fill pass", "click go"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)
}

func TestRun_WhenThePasswordIsWrong_FailsAsCredentialAfterOneSubmit(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	b.give(login.ParameterPassword, "nonsense-1")
	out := b.run(t)
	requireFailure(t, out, session.FailureCredential, "wrong_password")
	require.Equal(t, "Incorrect username or password, "+session.Redacted, out.Failed.SiteError)
	require.Equal(t, 1, b.page.did("click"))
}

func TestRun_WhenTheSameFormComesAgainWithoutAWord_FailsAsCredential(t *testing.T) {
	t.Parallel()
	for name, sameDocument := range map[string]bool{"new document": false, "same document": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, &site{start: "login", pages: map[string]*sitePage{
				"login": {model: loginForm(), submit: func(map[string]string) string { return "again" }},
				"again": {model: loginForm(), sameDocument: sameDocument},
			}})
			out := b.run(t)
			requireFailure(t, out, session.FailureCredential, "wrong_password")
			require.Equal(t, 1, b.page.did("click"))
		})
	}
}

func TestRun_WhenNothingHappensAfterTheSubmit_KeepsLookingThenFailsAsCredential(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "login", pages: map[string]*sitePage{"login": {model: loginForm()}}})
	began := b.page.clock.Now()
	out := b.run(t)
	requireFailure(t, out, session.FailureCredential, "wrong_password")
	waited := b.page.clock.Now().Sub(began)
	require.GreaterOrEqual(t, waited, 8*time.Second)
	require.Less(t, waited, 12*time.Second)
}

func TestRun_WhenTheSiteIsSlow_WaitsForTheNextPage(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "loading", pages: map[string]*sitePage{
		"loading": {model: loading(), later: "login", after: 4 * time.Second},
		"login":   {model: loginForm(), submit: func(map[string]string) string { return "busy" }},
		"busy":    {model: loginForm(), sameDocument: true, later: "wait", after: 1500 * time.Millisecond},
		"wait":    {model: loading(), later: "home", after: 9 * time.Second},
		"home":    {model: home()},
	}})
	b.page.site.pages["busy"].model.Controls = disabled(b.page.site.pages["busy"].model.Controls)
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 1, b.page.did("click"))
}

// The form stands there as it was sent, or its dialog is gone and nothing else has come: neither says what the answer is.
func TestRun_WhenTheAnswerIsStillUnderWay_WaitsForIt(t *testing.T) {
	t.Parallel()
	shell := login.PageModel{URL: "https://app.example/login", Status: 200, Title: "Example", Text: "Example"}
	for name, waiting := range map[string]login.PageModel{"form": loginForm(), "shell": shell} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := func(next *sitePage) *bench {
				return setup(t, &site{start: "login", pages: map[string]*sitePage{
					"login": {model: loginForm(), submit: func(map[string]string) string { return "sent" }},
					"sent":  {model: waiting, sameDocument: true, keepsTyped: true, later: "next", after: 20 * time.Second, working: true},
					"next":  next,
				}})
			}
			b := answer(&sitePage{model: home(), sameDocument: true})
			out := b.run(t)
			require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
			require.Equal(t, "https://app.example/home", out.LoggedIn.LandingURL)
			require.Equal(t, 1, b.page.did("click"))
			b = answer(&sitePage{model: loginForm(), sameDocument: true})
			requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
			require.Equal(t, 1, b.page.did("click"))
		})
	}
}

func disabled(cs []login.Control) []login.Control {
	for i := range cs {
		cs[i].Filled = cs[i].Kind == login.ControlField
		cs[i].Disabled = cs[i].Kind == login.ControlButton
	}
	return cs
}

func TestRun_WhenTheSiteLocksTheAccount_FailsAsLockout(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]login.PageModel{
		"words":  say(loginForm(), "Too many failed attempts for password. Try again later."),
		"status": func() login.PageModel { m := loginForm(); m.SubmitStatus = 429; return m }(),
		"page":   {URL: "https://app.example/login", Status: 429, Title: "429"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, &site{start: "login", pages: map[string]*sitePage{
				"login":  {model: loginForm(), submit: func(map[string]string) string { return "locked" }},
				"locked": {model: model},
			}})
			out := b.run(t)
			require.NotNil(t, out.Failed)
			require.Equal(t, session.FailureLockout, out.Failed.Class, "%+v", out.Failed)
		})
	}
}

func TestRun_WhenTheSiteBreaks_FailsAsSite(t *testing.T) {
	t.Parallel()
	broken := loginForm()
	broken.SubmitStatus = 503
	for name, model := range map[string]login.PageModel{
		"error page": {URL: "https://app.example/login", Status: 502, Title: "Bad gateway"},
		"request":    broken,
		"message":    say(loginForm(), "Something went wrong on our side."),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, &site{start: "login", pages: map[string]*sitePage{
				"login":  {model: loginForm(), submit: func(map[string]string) string { return "broken" }},
				"broken": {model: model},
			}})
			requireFailure(t, b.run(t), session.FailureSite, "server_error")
		})
	}
}

func TestRun_WhenTheLoginPageCannotBeOpened_SaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		class session.FailureClass
		code  string
	}{
		{&login.LoadError{Reason: "ERR_CONNECTION_REFUSED"}, session.FailureSite, "unreachable"},
		{&login.LoadError{Reason: "ERR_TUNNEL_CONNECTION_FAILED", Refused: true}, session.FailureBlocked, "address_not_allowed"},
		{context.DeadlineExceeded, session.FailureSite, "timeout"},
	} {
		b := setup(t, plainSite())
		b.page.navigateErr = c.err
		out := b.run(t)
		requireFailure(t, out, c.class, c.code)
		if c.code == "address_not_allowed" {
			require.Contains(t, out.Failed.Message, "network.allow")
		}
	}
}

func TestRun_WhenTheOriginIsNotAllowed_TypesNothing(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["login"].fillErr = login.ErrOriginNotAllowed
	b := setup(t, s)
	requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")
	require.Empty(t, b.page.values)
	require.Empty(t, b.gate.granted)
}

func TestRun_WhenThePageIsLostOrBroken_ReturnsTheErrorWithTheProgress(t *testing.T) {
	t.Parallel()
	fault := errors.New("protocol error")
	for _, want := range []error{login.ErrPageLost, fault} {
		s := plainSite()
		s.pages["login"].clickErr = want
		b := setup(t, s)
		out, err := login.Run(t.Context(), b.page, b.gate, b.steps, b.in)
		require.ErrorIs(t, err, want)
		require.Nil(t, out.Failed)
		require.Equal(t, 1, out.CredentialAttempts)
		require.True(t, out.Progress.PasswordSubmitted)
	}
}

func TestRun_WhenCancelled_ReturnsTheContextsError(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := login.Run(ctx, b.page, b.gate, b.steps, b.in)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRun_WhenTheDeadlineIsOver_FailsAsTimeout(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	out, err := login.Run(ctx, b.page, b.gate, b.steps, b.in)
	require.NoError(t, err)
	requireFailure(t, out, session.FailureSite, "timeout")
}

func TestRun_WhenTheBreakerIsOpen_FailsWithItsFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	b.gate.err = session.NewFailure(session.FailureCredential, "breaker_open", "The account is blocked until its password changes.")
	requireFailure(t, b.run(t), session.FailureCredential, "breaker_open")
	require.Zero(t, b.page.did("click"))
}

func TestRun_WhenParametersAreMissing_AsksForThemThenGoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	b.in.Parameters = login.Values{}
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, []session.Action{session.ActionAnswer, session.ActionCancel}, out.Question.Allow)
	require.Equal(t, session.AskCredentials, out.Question.Kind)
	require.Equal(t, []session.Field{
		{Name: "username", Type: "text", Label: "User name"},
		{Name: "password", Type: "password", Label: "Password", Secret: true},
	}, out.Question.Fields)
	require.Empty(t, b.page.values)
	out = b.resume(t, out, &login.Answer{QuestionID: "ask_1", Kind: session.AskCredentials, Values: login.Values{
		"username": session.NewSecret(testUser), "password": session.NewSecret(testPassword),
	}})
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 1, b.page.did("open"))
}

func TestRun_WhenResumedAfterALostExecution_ReadsThePageFirst(t *testing.T) {
	t.Parallel()
	t.Run("already logged in", func(t *testing.T) {
		t.Parallel()
		b := setup(t, plainSite())
		b.page.goTo("home")
		b.in.Resumed = true
		require.NotNil(t, b.run(t).LoggedIn)
		require.Empty(t, b.page.acts)
	})
	t.Run("nothing opened yet", func(t *testing.T) {
		t.Parallel()
		b := setup(t, plainSite())
		b.in.Resumed = true
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, 1, b.page.did("open"))
	})
	t.Run("an entrance that could be the account's own page", func(t *testing.T) {
		t.Parallel()
		for _, untouched := range []bool{true, false} {
			entrance := addButton(login.PageModel{URL: "https://app.example/login", Status: 200, Headings: []string{"Welcome"}}, "go", "My account")
			s := plainSite()
			s.pages["entrance"] = &sitePage{model: entrance, submit: func(map[string]string) string { return "login" }}
			b := setup(t, s)
			b.page.goTo("entrance")
			b.in.Resumed = true
			if untouched {
				b.in.UntouchedSince = b.in.Clock.Now()
			}
			out := b.run(t)
			require.Equal(t, untouched, out.LoggedIn != nil, "%+v", out)
			require.Equal(t, !untouched, out.Question != nil, "somebody may have logged in: a person is asked")
			require.Zero(t, b.page.did("open"), "it goes on where the page is")
		}
	})
	t.Run("rejected meanwhile", func(t *testing.T) {
		t.Parallel()
		b := setup(t, plainSite())
		b.page.goTo("wrong")
		b.in.Resumed = true
		b.gate.taken = []string{"submit_credentials/password"}
		requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
		require.Zero(t, b.page.did("click"))
	})
}

func TestRun_WithTheProjectsMark_TrustsItUnlessThePageIsALogin(t *testing.T) {
	t.Parallel()
	plain := login.PageModel{URL: "https://app.example/app", Status: 200, Text: "Hello"}
	s := &site{start: "login", pages: map[string]*sitePage{
		"login": {model: loginForm(), marks: []string{"#me"}, submit: func(map[string]string) string { return "app" }},
		"app":   {model: plain, marks: []string{"#me"}},
	}}
	b := setup(t, s)
	b.in.Project.LoggedIn = "#me"
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, "project_mark", out.LoggedIn.Verdict.Evidence[0].Rule)
	require.Equal(t, 1, b.page.did("click"), "the mark on the login form itself does not count")
}

func TestRun_OnEveryFixture_EndsTypedWithOneSubmitAtMost(t *testing.T) {
	t.Parallel()
	for name, f := range readFixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, &site{start: "login", pages: map[string]*sitePage{
				"login": {model: loginForm(), submit: func(map[string]string) string { return "page" }},
				"page":  {model: f.Model, clicks: everyClick(f.Model)},
			}})
			if !f.History.PasswordSubmitted {
				b.page.site.start = "page"
			}
			b.page.anyOrigin = true
			began := b.page.clock.Now()
			out := b.run(t)
			require.LessOrEqual(t, b.gate.count(login.ClaimSubmitCredentials), 1)
			require.LessOrEqual(t, b.page.timesTyped(testPassword), 2, "once, and once more by keys")
			require.Less(t, b.page.clock.Now().Sub(began), 5*time.Minute)
			if out.Failed != nil && out.Failed.Class == session.FailureUnsupported {
				require.NotNil(t, out.Artefact)
			}
		})
	}
}

// everyClick makes every control of the page lead nowhere.
func everyClick(m login.PageModel) map[string]string {
	clicks := map[string]string{}
	for i := range m.Controls {
		if m.Controls[i].Kind == login.ControlLink {
			clicks[m.Controls[i].Ref] = ""
		}
	}
	return clicks
}

func TestRun_WhenAPageStaysUnknown_FailsTypedWithinItsBound(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "loading", pages: map[string]*sitePage{"loading": {model: loading()}}})
	began := b.page.clock.Now()
	requireFailure(t, b.run(t), session.FailureUnsupported, "unknown_page")
	require.Less(t, b.page.clock.Now().Sub(began), 20*time.Second)
}

func TestRun_WhenTheIdentifierPageComesAgain_IsStuckInsteadOfLooping(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "user", pages: map[string]*sitePage{
		"user":  {model: identifierForm(), submit: func(map[string]string) string { return "again" }},
		"again": {model: identifierForm(), submit: func(map[string]string) string { return "again" }},
	}})
	requireFailure(t, b.run(t), session.FailureUnsupported, "stuck")
	require.Equal(t, 1, b.page.did("click"))
}

func TestRun_WhenTheSiteDoesNotKnowTheUser_FailsAsCredential(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "user", pages: map[string]*sitePage{
		"user": {model: identifierForm(), submit: func(map[string]string) string { return "no" }},
		"no":   {model: say(identifierForm(), "Couldn't find your account"), sameDocument: true},
	}})
	requireFailure(t, b.run(t), session.FailureCredential, "unknown_user")
}

func TestRun_WhenAMessageStoodThereBefore_DoesNotBlameItOnTheSubmit(t *testing.T) {
	t.Parallel()
	const warning = "Too many people write an invalid password here."
	s := codeSite()
	s.pages["login"].model = say(s.pages["login"].model, warning)
	s.pages["code"].model = say(s.pages["code"].model, warning)
	out := setup(t, s).run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
}

func TestRun_WhenAFieldSlipsAway_LooksAgain(t *testing.T) {
	t.Parallel()
	for _, err := range []error{login.ErrDocumentChanged, login.ErrNotInteractable} {
		s := plainSite()
		s.pages["login"].fillErr = err
		b := setup(t, s)
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, 1, b.page.did("click"))
	}
}

func TestRun_WhenTheButtonCannotBeClicked_PressesEnter(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["login"].clickErr = login.ErrNotInteractable
	b := setup(t, s)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 1, b.page.did("enter pass"))
}

func TestRun_WhenTheFormGoesAwayAtTheClick_NeverSubmitsAgain(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["login"].clickErr = login.ErrDocumentChanged
	b := setup(t, s)
	requireFailure(t, b.run(t), session.FailureCredential, "submit_outcome_unknown")
	require.Zero(t, b.page.did("click"))
}

func TestRun_WhenThePasswordHasExpired_NeedsThePerson(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["login"].submit = func(map[string]string) string { return "expired" }
	s.pages["expired"] = &sitePage{model: say(loginForm(), "Your password has expired.")}
	requireFailure(t, setup(t, s).run(t), session.FailureNeedsUser, "password_expired")
}
