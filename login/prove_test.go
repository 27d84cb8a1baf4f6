package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

const landing = "https://app.example/home"

// visitor is what a context sees when it opens the check page.
func visitor(t *testing.T, p session.Project, shows *sitePage) login.Observation {
	t.Helper()
	page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{"page": shows, "home": {model: home(), marks: []string{"#me"}}}})
	o, err := login.CheckLoggedIn(t.Context(), page, p, landing)
	require.NoError(t, err)
	return o
}

func publicPage() login.PageModel {
	m := login.PageModel{URL: landing, Status: 200, Title: "Example", Headings: []string{"Welcome"}}
	return addLink(m, "Prices", "https://app.example/prices")
}

func TestDiscriminates_WhenOnlyTheRestoredContextIsLoggedIn_ProvesTheSession(t *testing.T) {
	t.Parallel()
	denied := login.PageModel{URL: landing, Status: 403, Title: "Forbidden"}
	elsewhere := publicPage()
	elsewhere.URL = "https://app.example/welcome"
	for name, anonymous := range map[string]*sitePage{
		"login form":     {model: loginForm()},
		"denied":         {model: denied},
		"redirected":     {model: elsewhere},
		"no logout":      {model: publicPage()},
		"login link":     {model: addLink(publicPage(), "Log in", "https://app.example/login")},
		"script decides": {model: loading(), later: "login", after: 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			restored := visitor(t, session.Project{}, &sitePage{model: home()})
			page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{"page": anonymous, "login": {model: loginForm()}}})
			seen, err := login.CheckLoggedIn(t.Context(), page, session.Project{}, landing)
			require.NoError(t, err)
			verdict, failure := login.Discriminates(restored, seen)
			require.Nil(t, failure)
			require.True(t, verdict.Proven)
			require.True(t, verdict.LoggedIn)
			require.Positive(t, verdict.Confidence)
			require.NotEmpty(t, verdict.Evidence)
		})
	}
}

func TestDiscriminates_WhenBothSeeTheSame_RefusesTheProof(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]login.PageModel{"public": publicPage(), "logged in": home(), "login": loginForm()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := visitor(t, session.Project{}, &sitePage{model: model})
			verdict, failure := login.Discriminates(o, o)
			require.NotNil(t, failure)
			require.Equal(t, session.FailureUnsupported, failure.Class)
			require.Equal(t, "proof_does_not_discriminate", failure.Code)
			require.False(t, verdict.Proven)
			require.False(t, verdict.LoggedIn)
		})
	}
}

func TestDiscriminates_WhenTheAnonymousVisitMerelyFails_ProvesNothing(t *testing.T) {
	t.Parallel()
	restored := visitor(t, session.Project{}, &sitePage{model: home()})
	broken := visitor(t, session.Project{}, &sitePage{model: login.PageModel{URL: landing, Status: 500, Title: "Internal server error"}})
	_, failure := login.Discriminates(restored, broken)
	require.NotNil(t, failure)
}

func TestDiscriminates_WithAMark_GoesByTheMark(t *testing.T) {
	t.Parallel()
	p := session.Project{LoggedIn: "#me", CheckURL: "https://app.example/check"}
	marked := visitor(t, p, &sitePage{model: publicPage(), marks: []string{"#me"}})
	unmarked := visitor(t, p, &sitePage{model: publicPage()})
	require.True(t, marked.LoggedIn)
	require.False(t, unmarked.LoggedIn)
	verdict, failure := login.Discriminates(marked, unmarked)
	require.Nil(t, failure)
	require.True(t, verdict.Proven)
	_, failure = login.Discriminates(marked, marked)
	require.NotNil(t, failure)
	_, failure = login.Discriminates(unmarked, marked)
	require.NotNil(t, failure)
}

func TestCheckLoggedIn_WhenTheMarkStandsOnALoginForm_IsNotLoggedIn(t *testing.T) {
	t.Parallel()
	p := session.Project{LoggedIn: "#me"}
	for _, model := range []login.PageModel{loginForm(), codeForm(), {URL: landing, Status: 401}} {
		require.False(t, visitor(t, p, &sitePage{model: model, marks: []string{"#me"}}).LoggedIn)
	}
}

func TestCheckLoggedIn_WhenAScriptDecidesLate_Waits(t *testing.T) {
	t.Parallel()
	p := session.Project{LoggedIn: "#me"}
	o := visitor(t, p, &sitePage{model: loading(), later: "home", after: 3 * time.Second})
	require.True(t, o.LoggedIn)
	require.True(t, o.Marked)
}

func TestCheckLoggedIn_OpensTheCheckURLOrElseTheLandingPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		project   session.Project
		elsewhere bool
	}{
		{session.Project{}, false},
		{session.Project{CheckURL: "https://app.example/account"}, true},
		{session.Project{CheckURL: "https://app.example/home/?tab=1#x"}, false},
	} {
		require.Equal(t, c.elsewhere, visitor(t, c.project, &sitePage{model: home()}).Elsewhere, c.project.CheckURL)
	}
}

func TestCheckLoggedIn_WhenThePageCannotBeOpened_ReturnsTheError(t *testing.T) {
	t.Parallel()
	page := newFakePage(t, plainSite())
	page.navigateErr = &login.LoadError{Reason: "ERR_CONNECTION_REFUSED"}
	_, err := login.CheckLoggedIn(t.Context(), page, session.Project{}, landing)
	var load *login.LoadError
	require.ErrorAs(t, err, &load)
}

func TestUncaptured_SaysSoOnlyWhereNothingWasCaptured(t *testing.T) {
	t.Parallel()
	_, failure := login.Discriminates(login.Observation{LoginForm: true}, login.Observation{LoginForm: true})
	require.NotNil(t, failure)
	for name, test := range map[string]struct {
		state session.StorageState
		code  string
	}{
		"nothing":       {session.StorageState{Origins: []session.Origin{{Origin: "https://app.example"}}}, "session_not_capturable"},
		"cookie":        {session.StorageState{Cookies: []session.Cookie{{Name: "sid"}}}, "proof_does_not_discriminate"},
		"empty store":   {session.StorageState{Origins: []session.Origin{{IndexedDB: []session.Database{{Name: "d", Stores: []session.ObjectStore{{Name: "s"}}}}}}}, "session_not_capturable"},
		"IndexedDB":     {session.StorageState{Origins: []session.Origin{{IndexedDB: []session.Database{{Stores: []session.ObjectStore{{}, {Records: []session.Record{{}}}}}}}}}, "proof_does_not_discriminate"},
		"local storage": {session.StorageState{Origins: []session.Origin{{LocalStorage: []session.StorageItem{{Name: "t"}}}}}, "proof_does_not_discriminate"},
	} {
		require.Equal(t, test.code, login.Uncaptured(failure, test.state).Code, name)
	}
	require.Nil(t, login.Uncaptured(nil, session.StorageState{}), "a proof that succeeded is one")
}

// walled is a page beneath a dialog about cookies, which a fresh context is shown again.
func walled(url string) login.PageModel {
	m := login.PageModel{URL: url, Status: 200, Dialog: true, Headings: []string{"This site uses cookies"}, Text: "We and our partners store information on your device."}
	for _, text := range []string{"Accept all", "Reject all"} {
		m.Controls = append(m.Controls, login.Control{
			Ref: text, Frame: "main", Kind: login.ControlButton, Type: "button", Text: text, Label: text, Visible: true, Group: "This site uses cookies",
		})
	}
	return m
}

func TestCheckLoggedIn_BeneathACookieWall_LooksAtThePage(t *testing.T) {
	t.Parallel()
	look := func(beneath login.PageModel) (login.Observation, *fakePage) {
		page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{
			"page":    {model: walled(beneath.URL), clicks: map[string]string{"Reject all": "beneath"}},
			"beneath": {model: beneath, sameDocument: true},
		}})
		o, err := login.CheckLoggedIn(t.Context(), page, session.Project{}, landing)
		require.NoError(t, err)
		return o, page
	}
	restored, page := look(home())
	require.True(t, restored.LoggedIn, "%+v", restored)
	require.Equal(t, []string{"open", "click Reject all"}, page.acts)
	anonymous, _ := look(loginForm())
	require.False(t, anonymous.LoggedIn)
	_, failure := login.Discriminates(restored, anonymous)
	require.Nil(t, failure)
	_, failure = login.Discriminates(anonymous, anonymous)
	require.NotNil(t, failure)
}

func TestCheckLoggedIn_BeneathACookieWallThatStays_GivesUp(t *testing.T) {
	t.Parallel()
	page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{
		"page": {model: walled(landing), clicks: map[string]string{"Reject all": ""}},
	}})
	o, err := login.CheckLoggedIn(t.Context(), page, session.Project{}, landing)
	require.NoError(t, err)
	require.LessOrEqual(t, len(page.acts), 10)
	_, failure := login.Discriminates(o, o)
	require.NotNil(t, failure)
}

func TestCheckLoggedIn_WhenThePageShowsNothing_OpensItOnceMoreWithItsImages(t *testing.T) {
	t.Parallel()
	nothing := login.PageModel{URL: landing, Status: 200, Title: "Example"}
	look := func(check func(context.Context, login.Page, session.Project, string) (login.Observation, error), shows login.PageModel, p session.Project) (login.Observation, []string) {
		page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{"page": {model: nothing}, "page with media": {model: shows}}})
		o, err := check(t.Context(), page, p, landing)
		require.NoError(t, err)
		return o, page.acts
	}
	restored, acts := look(login.CheckLoggedIn, home(), session.Project{})
	require.Equal(t, []string{"open", "load media", "open"}, acts)
	anonymous, acts := look(login.CheckStranger, loginForm(), session.Project{})
	require.Equal(t, []string{"open", "load media", "open"}, acts)
	_, failure := login.Discriminates(restored, anonymous)
	require.Nil(t, failure)

	_, acts = look(login.CheckStranger, nothing, session.Project{})
	require.Equal(t, []string{"open", "load media", "open"}, acts, "not again and again")
	_, acts = look(login.CheckStranger, nothing, session.Project{LoadMedia: true})
	require.Equal(t, []string{"open"}, acts, "they were loaded before")
}

func TestCheckStranger_WhenTheApplicationShowsForAMoment_SeesTheLoginThatFollows(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]session.Project{"logout control": {}, "mark": {LoggedIn: "#me"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := newFakePage(t, &site{start: "app", pages: map[string]*sitePage{
				"app":   {model: home(), marks: []string{"#me"}, later: "login", after: time.Second},
				"login": {model: loginForm()},
			}})
			restored, err := login.CheckLoggedIn(t.Context(), page, p, landing)
			require.NoError(t, err)
			require.True(t, restored.LoggedIn)
			require.Equal(t, "app", page.at, "who was given a session is believed at once")
			anonymous, err := login.CheckStranger(t.Context(), page, p, landing)
			require.NoError(t, err)
			require.False(t, anonymous.LoggedIn, "%+v", anonymous)
			_, failure := login.Discriminates(restored, anonymous)
			require.Nil(t, failure)
		})
	}
}

func TestCheckStranger_WhenALoginShows_DoesNotWait(t *testing.T) {
	t.Parallel()
	elsewhere := loginForm()
	elsewhere.URL = "https://app.example/login"
	for name, model := range map[string]login.PageModel{"login": loginForm(), "redirected": elsewhere} {
		page := newFakePage(t, &site{start: "page", pages: map[string]*sitePage{"page": {model: model}}})
		began := page.clock.Now()
		_, err := login.CheckStranger(t.Context(), page, session.Project{}, landing)
		require.NoError(t, err)
		require.Zero(t, page.clock.Now().Sub(began), name)
	}
}
