package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// again is a site whose form comes again after the submit; change says what the second page shows besides.
func again(change func(m *login.PageModel)) *site {
	first, second := signIn("again"), signIn("")
	for _, p := range []*sitePage{first, second} {
		p.model = at("/login")
		p.model.Text = "Konto\nHinweise zum Datenschutz"
		p.model.Alerts = []string{"Wartung am Sonntag"}
	}
	change(&second.model)
	return &site{start: "login", pages: map[string]*sitePage{"login": first, "again": second}}
}

func TestRefusal_InWordsThatNobodyKnows_IsPassedOn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(m *login.PageModel){
		"message": func(m *login.PageModel) {
			m.Alerts = append(m.Alerts, "Beachte die Schreibung beider Angaben")
			m.Text += "\nStand: heute"
		},
		"line": func(m *login.PageModel) {
			m.Text = "Konto\nBeachte die Schreibung beider Angaben\nHinweise zum Datenschutz"
		},
	} {
		out := setup(t, again(change)).run(t)
		requireFailure(t, out, session.FailureCredential, "wrong_password")
		require.Equal(t, "Beachte die Schreibung beider Angaben", out.Failed.SiteError, name)
	}
}

func TestRefusal_WithoutAnyNewWord_QuotesNothing(t *testing.T) {
	t.Parallel()
	out := setup(t, again(func(m *login.PageModel) {
		m.Controls = []login.Control{{Ref: "menu", Kind: login.ControlButton, Visible: true, Text: "Sprache wechseln"}}
		m.Text += "\nSprache wechseln"
	})).run(t)
	requireFailure(t, out, session.FailureCredential, "wrong_password")
	require.Empty(t, out.Failed.SiteError)
}

func TestRefusalOfACode_InWordsThatNobodyKnows_IsPassedOnWithTheQuestion(t *testing.T) {
	t.Parallel()
	s := codeSite()
	s.pages["wrong code"] = &sitePage{model: say(codeForm(), "Beachte die Schreibung der Ziffern")}
	b := setup(t, s)
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, "Beachte die Schreibung der Ziffern", out.Question.SiteError)
}

func TestRefusal_ByAnotherPage_QuotesNoneOfItsLines(t *testing.T) {
	t.Parallel()
	out := setup(t, again(func(m *login.PageModel) {
		m.Text = "Zweiter Versuch\nMelden Sie sich noch einmal an\nImpressum und Kontakt\nHilfe zur Anmeldung"
	})).run(t)
	requireFailure(t, out, session.FailureCredential, "wrong_password")
	require.Empty(t, out.Failed.SiteError)
}

func TestRefusalOfAnIdentifier_InWordsThatNobodyKnows_IsItsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "user", pages: map[string]*sitePage{
		"user":  {model: identifierForm(), submit: func(map[string]string) string { return "again" }},
		"again": {model: say(identifierForm(), "Beachte die Schreibung der Angabe")},
	}})
	out := b.run(t)
	requireFailure(t, out, session.FailureCredential, "unknown_user")
	require.Equal(t, "Beachte die Schreibung der Angabe", out.Failed.SiteError)
}
