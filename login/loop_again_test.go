package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// expired is a site whose code page became another one while the person looked for the code.
func expired(t *testing.T, now *sitePage) (*bench, login.Outcome) {
	t.Helper()
	s := codeSite()
	if now != nil {
		s.pages["now"] = now
	}
	b := setup(t, s)
	out := b.run(t)
	require.Equal(t, session.AskCode, out.Question.Kind)
	if now == nil {
		b.page.goTo("login")
	} else {
		b.page.goTo("now")
	}
	return b, b.resume(t, out, codeAnswer("ask_1", testCode))
}

func TestResume_WhenTheCodesFieldIsGone_AsksWhetherToBeginAgain(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]*sitePage{
		"the login form is back":  nil,
		"it says that it expired": {model: login.PageModel{URL: "https://app.example/expired", Status: 410, Title: "Expired", Headings: []string{"Your session has expired"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, out := expired(t, now)
			require.NotNil(t, out.Question, "%+v", out.Failed)
			require.Equal(t, session.AskChoice, out.Question.Kind)
			require.Equal(t, login.ReasonNotTyped, out.Question.Reason)
			require.Contains(t, out.Question.Message, "not typed")
			require.Zero(t, b.page.timesTyped(testCode))
			require.Equal(t, 1, b.page.did("click"), "the password is not submitted again by itself")

			out = b.resume(t, out, choiceOf("ask_2", out.Question.Choices[0].ID))
			require.NotNil(t, out.Question, "%+v", out.Failed)
			require.Equal(t, session.AskCode, out.Question.Kind)
			require.Contains(t, b.gate.taken, "submit_credentials/password:ask_2")
			require.NotNil(t, b.resume(t, out, codeAnswer("ask_3", testCode)).LoggedIn)
			require.Equal(t, 1, b.page.timesTyped(testCode))
		})
	}
}

func TestResume_WhenTheLoginBeganAgainTooOften_Fails(t *testing.T) {
	t.Parallel()
	b, out := expired(t, nil)
	for _, id := range []string{"ask_2", "ask_4"} {
		out = b.resume(t, out, choiceOf(id, out.Question.Choices[0].ID))
		require.Equal(t, session.AskCode, out.Question.Kind)
		b.page.goTo("login")
		out = b.resume(t, out, codeAnswer(id+"_code", testCode))
	}
	requireFailure(t, out, session.FailureSite, "login_expired")
}

func TestResume_WhenTheBeginningWasDoneByAnExecutionThatDied_DoesNotOpenThePageAnew(t *testing.T) {
	t.Parallel()
	b, out := expired(t, nil)
	b.gate.taken = append(b.gate.taken, "act/ask_2", "submit_credentials/password:ask_2")
	b.page.goTo("code")
	opened := b.page.did("open")
	out = b.resume(t, out, choiceOf("ask_2", out.Question.Choices[0].ID))
	require.Equal(t, session.AskCode, out.Question.Kind)
	require.Equal(t, opened, b.page.did("open"))
}

func TestResume_WhenTheCodesFieldIsGoneAndACodeMayHaveBeenTyped_EndsAsItDid(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	out := b.run(t)
	b.gate.taken = append(b.gate.taken, "enter_code/ask_1") // by an execution that died
	b.page.goTo("login")
	requireFailure(t, b.resume(t, out, codeAnswer("ask_1", testCode)), session.FailureSite, "login_expired")
}

func TestResume_WhenTheSiteLetTheUserInMeanwhile_DropsTheCode(t *testing.T) {
	t.Parallel()
	s := codeSite()
	b := setup(t, s)
	out := b.run(t)
	b.page.goTo("home")
	require.NotNil(t, b.resume(t, out, codeAnswer("ask_1", testCode)).LoggedIn)
	require.Zero(t, b.page.timesTyped(testCode))
}

func TestResume_WhenAnotherQuestionIsThereInstead_SaysThatTheCodeWasNotTyped(t *testing.T) {
	t.Parallel()
	s := codeSite()
	s.pages["choice"] = page("code", as(login.ClassMethodChoice, withOption(login.Option{Kind: login.OptionMethod, Label: "Text message", Method: login.MethodSMS}, "sms"),
		withOption(login.Option{Kind: login.OptionMethod, Label: "Call", Method: login.MethodVoice}, "call")))
	b := setup(t, s)
	out := b.run(t)
	b.page.goTo("choice")
	out = b.resume(t, out, codeAnswer("ask_1", testCode))
	require.Equal(t, session.AskChoice, out.Question.Kind)
	require.Equal(t, login.ReasonNotTyped, out.Question.Reason)
	require.Len(t, out.Question.Choices, 2)
}
