package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// strangePage is a page of an unknown class with fields, buttons and links on it.
func strangePage(class login.Class) *sitePage {
	p := page("home", as(class))
	text, secret := control("f1", login.ControlField), control("f2", login.ControlField)
	text.Name, text.Label, text.Type = "customer", "Customer number", "text"
	secret.Name, secret.Label, secret.Type = "customer", "Telephone PIN", "password"
	hidden := control("f3", login.ControlField)
	hidden.Visible = false
	button, link, covered := control("go", login.ControlButton), control("help", login.ControlLink), control("under", login.ControlButton)
	button.Text, link.Text, covered.Covered = "Proceed, "+testUser, "Help", true
	p.model.Controls = []login.Control{text, secret, hidden, button, link, covered}
	return p
}

func strangeSite(class login.Class) *site {
	return &site{start: "page", pages: map[string]*sitePage{"page": strangePage(class), "home": arrivedPage()}}
}

func TestUnknownPage_IsShownToAPerson(t *testing.T) {
	t.Parallel()
	for _, class := range []login.Class{login.ClassUnknown, login.ClassAmbiguous} {
		b := setup(t, strangeSite(class))
		out := b.run(t)
		require.NotNil(t, out.Question, "%+v", out.Failed)
		q := out.Question
		require.Equal(t, session.AskUnknownPage, q.Kind)
		require.Equal(t, []session.Field{
			{Name: "customer", Type: "text", Label: "Customer number", Optional: true},
			{Name: "customer-2", Type: "password", Label: "Telephone PIN", Secret: true, Optional: true},
		}, q.Fields)
		require.Equal(t, []session.Choice{
			{ID: "control-proceed-alice", Type: "control", Label: "Proceed, " + session.Redacted},
			{ID: "control-help", Type: "control", Label: "Help"},
		}, q.Choices)
		require.Equal(t, []session.Action{session.ActionAnswer, session.ActionChoose, session.ActionCancel}, q.Allow)
		require.NotNil(t, out.Artefact)
		require.Equal(t, class, out.Artefact.Classification.Class)
		require.NotNil(t, out.Artefact.Model)
		require.Equal(t, []byte("png"), out.Artefact.Picture)
		require.Empty(t, b.page.values)
	}
}

func TestUnknownPage_TakesValuesAndAChoiceTogether(t *testing.T) {
	t.Parallel()
	b := setup(t, strangeSite(login.ClassUnknown))
	out := b.run(t)
	answer := answerWith("ask_1", session.AskUnknownPage, map[string]string{"customer": "4711", "customer-2": "9876"})
	answer.Choice = "control-proceed-alice"
	out = b.resume(t, out, answer)
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"open", "fill f1", "fill f2", "click go"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted, "a field of type password holds credentials")
	require.Equal(t, 1, out.CredentialAttempts)
}

func TestUnknownPage_TakesAChoiceAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, strangeSite(login.ClassUnknown))
	out := b.run(t)
	b.page.current().clicks = map[string]string{"help": "home"}
	out = b.resume(t, out, &login.Answer{QuestionID: "ask_1", Kind: session.AskUnknownPage, Choice: "control-help"})
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"open", "click help"}, b.page.acts)
}

func TestUnknownPage_WithoutAButton_PressesEnter(t *testing.T) {
	t.Parallel()
	b := setup(t, strangeSite(login.ClassUnknown))
	out := b.resume(t, b.run(t), answerWith("ask_1", session.AskUnknownPage, map[string]string{"customer": "4711"}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"open", "fill f1", "enter f1"}, b.page.acts)
	require.Equal(t, []string{"enter_code/ask_1"}, b.gate.granted)
}

func TestUnknownPage_TypesNothingWhereSecretsMayNotBe(t *testing.T) {
	t.Parallel()
	s := strangeSite(login.ClassUnknown)
	s.pages["page"].origin = "https://evil.example"
	b := setup(t, s)
	out := b.resume(t, b.run(t), answerWith("ask_1", session.AskUnknownPage, map[string]string{"customer": "4711"}))
	requireFailure(t, out, session.FailureBlocked, "origin_not_allowed")
	require.Empty(t, b.page.values)
}

func TestUnknownPage_WhenAnsweredInVainTwice_EndsWithTheArtefact(t *testing.T) {
	t.Parallel()
	s := strangeSite(login.ClassUnknown)
	s.pages["page"].submit = nil
	b := setup(t, s)
	out := b.run(t)
	answer := func(id string) *login.Answer {
		return &login.Answer{QuestionID: id, Kind: session.AskUnknownPage, Choice: "control-help"}
	}
	out = b.resume(t, out, answer("ask_1"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, 2, out.Question.Attempt)
	out = b.resume(t, out, answer("ask_2"))
	requireFailure(t, out, session.FailureUnsupported, "unknown_page")
	require.NotNil(t, out.Artefact)
}

func TestUnknownPage_WhenTheAnswerFitsNothing_AsksAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, strangeSite(login.ClassUnknown))
	out := b.resume(t, b.run(t), answerWith("ask_1", session.AskUnknownPage, map[string]string{"gone": "x"}))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Empty(t, b.page.values)
}

func TestUnknownPage_WhenThePasswordWasClaimedBefore_TypesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, strangeSite(login.ClassUnknown))
	out := b.run(t)
	b.gate.taken = []string{"submit_credentials/password"}
	out = b.resume(t, out, answerWith("ask_1", session.AskUnknownPage, map[string]string{"customer-2": "9876"}))
	requireFailure(t, out, session.FailureCredential, "submit_outcome_unknown")
	require.Empty(t, b.page.values)
}

func TestEmptyPage_IsOpenedOnceMoreWithItsPictures(t *testing.T) {
	t.Parallel()
	empty := func() *sitePage { return page("", as(login.ClassUnknown)) }
	b := setup(t, &site{start: "login", pages: map[string]*sitePage{
		"login": empty(), "login with media": signIn("home"), "home": arrivedPage(),
	}})
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "load media", "open", "fill user", "fill pass", "click go"}, b.page.acts)

	b = setup(t, &site{start: "login", pages: map[string]*sitePage{"login": empty()}})
	requireFailure(t, b.run(t), session.FailureUnsupported, "unknown_page")
	require.Equal(t, []string{"open", "load media", "open"}, b.page.acts)
}

func TestBlankPage_BehindThePassword_IsOpenedOnceMore(t *testing.T) {
	t.Parallel()
	blank := func(url string) *sitePage {
		p := page("", as(login.ClassUnknown))
		p.model.URL = url
		return p
	}
	const app, callback = "https://app.example/overview", "https://app.example/callback?code"
	for url, want := range map[string]struct {
		then string
		acts []string
	}{
		app:      {"home", []string{"open", "fill user", "fill pass", "click go", "open"}},
		callback: {"", []string{"open", "fill user", "fill pass", "click go"}},
	} {
		b := setup(t, &site{start: "login", urls: map[string]string{url: "home"}, pages: map[string]*sitePage{
			"login": signIn("blank"), "blank": blank(url), "home": arrivedPage(),
		}})
		out := b.run(t)
		require.Equal(t, want.then != "", out.LoggedIn != nil, url)
		require.Equal(t, want.acts, b.page.acts, url)
	}
	b := setup(t, &site{start: "login", urls: map[string]string{app: "blank"}, pages: map[string]*sitePage{
		"login": signIn("blank"), "blank": blank(app),
	}})
	requireFailure(t, b.run(t), session.FailureUnsupported, "unknown_page")
	require.Equal(t, []string{"open", "fill user", "fill pass", "click go", "open"}, b.page.acts, "not again and again")
}
