package login_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestRun_WhenNothingButThePagesNameComes_PresumesNothing(t *testing.T) {
	t.Parallel()
	fading := login.Control{Ref: "code", Frame: "main", Kind: login.ControlField, Type: "password"}
	for name, shell := range map[string]login.PageModel{
		"name":             {URL: "https://app.example/login", Status: 200, Title: "Example", Text: "Example"},
		"dialog not there": {URL: "https://app.example/login", Status: 200, Title: "Example", Text: "Zabluj merdon", Controls: []login.Control{fading}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, &site{start: "login", pages: map[string]*sitePage{
				"login": {model: loginForm(), submit: func(map[string]string) string { return "shell" }},
				"shell": {model: shell},
			}})
			requireFailure(t, b.run(t), session.FailureUnsupported, "unknown_page")
		})
	}
}

func TestRun_WhenThePageShowsTheUserName_CountsItAsEvidence(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["home"].model = login.PageModel{
		URL: "https://app.example/account", Status: 200, Headings: []string{"Your account"}, Text: "Signed in as ALICE",
	}
	out := setup(t, s).run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.True(t, slices.ContainsFunc(out.LoggedIn.Verdict.Evidence, func(e session.Evidence) bool { return e.Rule == "identifier_shown" }))

	s.pages["home"].model.Text = "Signed in"
	s.pages["home"].model.Controls = []login.Control{{Ref: "menu", Frame: "main", Kind: login.ControlButton, Type: "button", Visible: true}}
	s.pages["home"].model.URL = "https://app.example/login"
	doubtful := setup(t, s).run(t)
	require.NotNil(t, doubtful.LoggedIn, "the proof decides")
	require.Less(t, doubtful.LoggedIn.Verdict.Confidence, out.LoggedIn.Verdict.Confidence)
}

func TestRun_WhenAPageAfterThePasswordShowsTooLittle_DoesNotPresume(t *testing.T) {
	t.Parallel()
	s := plainSite()
	s.pages["home"].model = login.PageModel{URL: "https://app.example/login", Headings: []string{"Fernwood"}}
	requireFailure(t, setup(t, s).run(t), session.FailureUnsupported, "unknown_page")
}

func TestRun_WhenAPageAfterThePasswordOnlySubmits_AsksInsteadOfPresuming(t *testing.T) {
	t.Parallel()
	s := plainSite()
	button := login.Control{Ref: "next", Frame: "main", Kind: login.ControlButton, Type: "submit", Text: "Zabluj", Form: 1, Visible: true}
	s.pages["home"].model = login.PageModel{
		URL: "https://app.example/step", Status: 200, Headings: []string{"Zabluj merdon"}, Controls: []login.Control{button},
	}
	out := setup(t, s).run(t)
	require.NotNil(t, out.Question, "%+v", out)
	require.Equal(t, session.AskUnknownPage, out.Question.Kind)

	icons := s.pages["home"].model
	icons.Headings = nil
	for _, ref := range []string{"a", "b", "c"} {
		icons.Controls = append(icons.Controls, login.Control{Ref: ref, Frame: "main", Kind: login.ControlButton, Type: "button", Visible: true})
	}
	s.pages["home"].model = icons
	require.NotNil(t, setup(t, s).run(t).LoggedIn, "the proof decides about icons")
}
