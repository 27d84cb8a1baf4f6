package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestLoginEntry_LeadsToTheFormTwiceAtMost(t *testing.T) {
	t.Parallel()
	b := setup(t, before(as(login.ClassLoginEntry, withAction(login.ActionEnter, "log in"))))
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "click log in", "fill user", "fill pass", "click go"}, b.page.acts)

	s := before(as(login.ClassLoginEntry, withAction(login.ActionEnter, "log in")))
	s.pages["page"].submit = func(map[string]string) string { return "page" }
	b = setup(t, s)
	requireFailure(t, b.run(t), session.FailureUnsupported, "login_entry")
	require.Equal(t, 2, b.page.did("click"))
}

func TestUnknownPage_WithWhatMayLeadToTheLogin_TriesItOnceBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	account := as(login.ClassUnknown, withAction(login.ActionEnter, "my account"))
	b := setup(t, before(account))
	began := b.page.clock.Now()
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "click my account", "fill user", "fill pass", "click go"}, b.page.acts)
	require.Less(t, b.page.clock.Now().Sub(began), 2*time.Second, "a page that shows the way is not waited for as one that shows nothing")

	s := strangeSite(login.ClassUnknown)
	withAction(login.ActionEnter, "go")(s.pages["page"].seen)
	s.pages["page"].submit = func(map[string]string) string { return "page" }
	b = setup(t, s)
	require.Equal(t, session.AskUnknownPage, b.run(t).Question.Kind)
	require.Equal(t, []string{"open", "click go"}, b.page.acts)
}

func TestLoginEntry_AfterARefusedPassword_IsTheRefusal(t *testing.T) {
	t.Parallel()
	b := setup(t, after(as(login.ClassLoginEntry, withAction(login.ActionEnter, "log in"), withError(login.ErrorCredentials, "Wrong password"))))
	requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
	require.Equal(t, 1, b.page.did("click"))
}

func TestRegistration_IsLeftOrRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, before(as(login.ClassRegistration, withField(login.RoleNewPassword, "new"), withAction(login.ActionEnter, "sign in"))))
	require.NotNil(t, b.run(t).LoggedIn)
	require.Empty(t, b.page.values["new"])

	without := setup(t, before(as(login.ClassRegistration, withField(login.RoleNewPassword, "new"))))
	requireFailure(t, without.run(t), session.FailureUnsupported, "registration")

	later := setup(t, after(as(login.ClassRegistration, withAction(login.ActionEnter, "sign in"))))
	requireFailure(t, later.run(t), session.FailureUnsupported, "registration")
	require.Zero(t, later.page.did("click sign in"))
}

func TestSendCode_SendsOnce(t *testing.T) {
	t.Parallel()
	send := as(login.ClassSendCode, withAction(login.ActionSend, "send"))
	s := after(send)
	s.pages["page"].submit = func(map[string]string) string { return "code" }
	s.pages["code"] = page("home", codePage())
	b := setup(t, s)
	out := b.run(t)
	require.Equal(t, session.AskCode, out.Question.Kind)
	require.Equal(t, 1, b.page.did("click send"))

	stays := setup(t, after(send))
	stays.page.site.pages["page"].submit = nil
	requireFailure(t, stays.run(t), session.FailureUnsupported, "stuck")
	require.Equal(t, 1, stays.page.did("click send"))

	crashed := setup(t, after(send))
	crashed.gate.taken = []string{"act/send/page"}
	requireFailure(t, crashed.run(t), session.FailureUnsupported, "stuck")
	require.Zero(t, crashed.page.did("click send"))
}

func TestErrorPage_BeforeAnySubmit_IsOpenedAnewOnce(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassErrorPage))
	s.pages["page"].model.Status = 503
	s.pages["page"].later, s.pages["page"].after = "", 0
	b := setup(t, s)
	requireFailure(t, b.run(t), session.FailureSite, "server_error")
	require.Equal(t, 2, b.page.did("open"))

	b = setup(t, s)
	b.page.onOpen = func() { s.start = "login" }
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 2, b.page.did("open"))
}

func TestErrorPage_EndsByItsStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status        int
		before, after string
	}{
		{404, "site/not_found", "site/not_found"},
		{401, "blocked/forbidden", "credential/wrong_password"},
		{403, "blocked/forbidden", "credential/wrong_password"},
		{400, "site/error_page", "credential/submit_outcome_unknown"},
		{429, "lockout/too_many_requests", "lockout/too_many_requests"},
		{502, "site/server_error", "site/server_error"},
	} {
		first := setup(t, before(as(login.ClassErrorPage)))
		first.page.site.pages["page"].model.Status = c.status
		then := setup(t, after(as(login.ClassErrorPage)))
		then.page.site.pages["page"].model.Status = c.status
		for want, b := range map[*string]*bench{&c.before: first, &c.after: then} {
			out := b.run(t)
			require.NotNil(t, out.Failed)
			require.Equal(t, *want, string(out.Failed.Class)+"/"+out.Failed.Code, "status %d", c.status)
		}
	}
}

func TestPasskey_GoesOnByItselfOrIsAskedFor(t *testing.T) {
	t.Parallel()
	ask := as(login.ClassPasskey, withAction(login.ActionUsePasskey, "use passkey"), withAction(login.ActionUsePassword, "use password"))
	build := func() *site {
		s := before(ask)
		s.pages["page"].clicks = map[string]string{"use passkey": "home", "use password": "login"}
		return s
	}
	b := setup(t, build())
	b.give(login.ParameterPasskey, "{}")
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "click use passkey"}, b.page.acts)

	b = setup(t, build())
	b.give(login.ParameterPasskey, "{}")
	b.page.site.pages["page"].later, b.page.site.pages["page"].after = "home", time.Second
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open"}, b.page.acts)

	b = setup(t, build())
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, "click use password", b.page.acts[1])

	b = setup(t, build())
	b.give(login.ParameterPasskey, "{}")
	b.page.site.pages["page"].clicks["use passkey"] = ""
	require.NotNil(t, b.run(t).LoggedIn, "a passkey that does not work gives way to the password")
	require.Equal(t, 2, b.page.did("click use passkey"))

	b = setup(t, before(as(login.ClassPasskey)))
	requireFailure(t, b.run(t), session.FailureUnsupported, "passkey")
}

func TestPasskey_BesideAForm_ComesFirst(t *testing.T) {
	t.Parallel()
	build := func() *site {
		s := before(as(login.ClassUnknown))
		s.start = "login"
		withAction(login.ActionUsePasskey, "use passkey")(s.pages["login"].seen)
		s.pages["login"].clicks = map[string]string{"use passkey": "home"}
		return s
	}
	b := setup(t, build())
	b.give(login.ParameterPasskey, "{}")
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "click use passkey"}, b.page.acts)

	b = setup(t, build())
	require.NotNil(t, b.run(t).LoggedIn)
	require.Zero(t, b.page.did("click use passkey"), "there is none to use")

	b = setup(t, build())
	b.give(login.ParameterPasskey, "{}")
	b.page.site.pages["login"].clicks["use passkey"] = ""
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 1, b.page.did("click use passkey"))
}

func TestNastyPages_EndTypedWithinTheirBounds(t *testing.T) {
	t.Parallel()
	spinning := func() *site {
		s := &site{start: "a", pages: map[string]*sitePage{}}
		for from, to := range map[string]string{"a": "b", "b": "c", "c": "a"} {
			s.pages[from] = &sitePage{model: at("/" + from), seen: as(login.ClassUnknown), later: to, after: time.Second}
		}
		return s
	}
	endless := func(class login.Class, with ...func(*login.Classification)) *site {
		s := &site{start: "p0", pages: map[string]*sitePage{}}
		for i := range 60 {
			s.pages["p"+askedAgain(i)] = page("p"+askedAgain(i+1), as(class, with...))
		}
		s.start = "p" + askedAgain(0)
		s.pages["p"+askedAgain(60)] = page("p"+askedAgain(0), as(class, with...))
		return s
	}
	download := before(as(login.ClassUnknown))
	download.pages["page"].model.Downloaded = true
	for name, c := range map[string]struct {
		site  *site
		class session.FailureClass
		code  string
	}{
		"redirects for ever":   {spinning(), session.FailureUnsupported, "unknown_page"},
		"identifiers for ever": {endless(login.ClassIdentifier, withField(login.RoleIdentifier, "user"), withSubmit("go")), session.FailureUnsupported, "stuck"},
		"consents for ever":    {endless(login.ClassConsent, withAction(login.ActionAccept, "ok")), session.FailureUnsupported, "stuck"},
		"a download":           {download, session.FailureSite, "download"},
		"an empty page":        {before(as(login.ClassUnknown)), session.FailureUnsupported, "unknown_page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.site)
			began := b.page.clock.Now()
			requireFailure(t, b.run(t), c.class, c.code)
			require.Less(t, b.page.clock.Now().Sub(began), 5*time.Minute)
			require.LessOrEqual(t, b.page.did("click"), 41)
		})
	}
}

func TestNastyPages_ThatNeverRest_AreGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t, plainSite())
	b.page.modelErr = login.ErrDocumentChanged
	requireFailure(t, b.run(t), session.FailureSite, "never_settles")

	b = setup(t, plainSite())
	b.page.settleTakesAll = true
	began := b.page.clock.Now()
	require.NotNil(t, b.run(t).LoggedIn, "a page that is never quiet is read all the same")
	require.Less(t, b.page.clock.Now().Sub(began), time.Minute)
}

func TestNastyPages_ThatAreLost_EndWithThatError(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*fakePage){
		"at reading": func(p *fakePage) { p.modelErr = login.ErrPageLost },
		"at opening": func(p *fakePage) { p.navigateErr = login.ErrPageLost },
		"at a click": func(p *fakePage) { p.site.pages["login"].clickErr = login.ErrPageLost },
		"at typing":  func(p *fakePage) { p.site.pages["login"].fillErr = login.ErrPageLost },
	} {
		b := setup(t, plainSite())
		spoil(b.page)
		out, err := login.Run(context.WithoutCancel(t.Context()), b.page, b.gate, b.steps, b.in)
		require.ErrorIs(t, err, login.ErrPageLost, name)
		require.Nil(t, out.Failed)
	}
}
