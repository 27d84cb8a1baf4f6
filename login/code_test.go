package login_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestRun_WithACodeOnASecondPage_AsksAndGoesOnWithTheAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	q := out.Question
	require.Equal(t, session.AskCode, q.Kind)
	require.Equal(t, []session.Field{{Name: "code", Type: "code", Label: "Code", Length: 6, Pattern: "[0-9]{6}", Secret: true}}, q.Fields)
	require.Equal(t, "•••• 42", q.MaskedTarget)
	require.Equal(t, 6, q.Length)
	require.Equal(t, 1, q.Attempt)
	require.Empty(t, q.Reason)

	out = b.resume(t, out, codeAnswer("ask_1", "424 242"))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{testCode}, b.page.values["code"])
	require.Equal(t, []string{"submit_credentials/password", "enter_code/ask_1"}, b.gate.granted)
	require.Equal(t, 1, out.CredentialAttempts)
}

func TestRun_WhenTheCodeIsWrong_AsksThreeTimesAtMost(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	out := b.run(t)
	for attempt := 2; attempt <= 3; attempt++ {
		out = b.resume(t, out, codeAnswer("ask_"+string(rune('0'+attempt)), "000000"))
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Equal(t, attempt, out.Question.Attempt)
		require.Equal(t, login.ReasonCodeRejected, out.Question.Reason)
		require.Equal(t, "The code is not valid.", out.Question.SiteError)
	}
	out = b.resume(t, out, codeAnswer("ask_9", "000000"))
	requireFailure(t, out, session.FailureNeedsUser, "code_rejected")
	require.Len(t, b.page.values["code"], 3)
	require.Equal(t, 1, out.CredentialAttempts)
}

func TestRun_WhenTheCodeIsRightTheSecondTime_LogsIn(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
}

func TestRun_WhenTheSiteSaysNothingOfAWrongCode_AsksAgain(t *testing.T) {
	t.Parallel()
	for name, sameDocument := range map[string]bool{"new document": false, "same document": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := codeSite()
			s.pages["wrong code"] = &sitePage{model: codeForm(), sameDocument: sameDocument}
			b := setup(t, s)
			out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
			require.NotNil(t, out.Question, "%+v", out.Failed)
			require.Equal(t, 2, out.Question.Attempt)
			require.Equal(t, login.ReasonCodeRejected, out.Question.Reason)
			require.Empty(t, out.Question.SiteError)
		})
	}
}

func TestRun_WhenRepeatedWithoutAnAnswer_AsksTheSameQuestion(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	first := b.run(t)
	second := b.resume(t, first, nil)
	require.Equal(t, first.Question, second.Question)
}

func TestRun_WhenTheCodeWasClaimedBefore_NeverTypesIt(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	first := b.run(t)
	b.gate.taken = append(b.gate.taken, "enter_code/ask_1")
	out := b.resume(t, first, codeAnswer("ask_1", testCode))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonCodeUnknown, out.Question.Reason)
	require.Equal(t, 2, out.Question.Attempt)
	require.Empty(t, b.page.values["code"])

	for n := range 3 { // the site refused nothing, as far as anybody knows
		id := fmt.Sprintf("ask_%d", n+2)
		b.gate.taken = append(b.gate.taken, "enter_code/"+id)
		out = b.resume(t, out, codeAnswer(id, testCode))
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Equal(t, login.ReasonCodeUnknown, out.Question.Reason)
	}
	require.Equal(t, 5, out.Question.Attempt)
	require.NotNil(t, b.resume(t, out, codeAnswer("ask_9", testCode)).LoggedIn)
}

func TestRun_WhenAnAnswerWasUsed_DoesNotUseItAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	answer := codeAnswer("ask_1", "000000")
	out := b.resume(t, b.run(t), answer)
	out = b.resume(t, out, answer)
	require.NotNil(t, out.Question)
	require.Len(t, b.page.values["code"], 1)
}

func TestRun_WhenTheFormGoesOffByItself_DoesNotSubmitTwice(t *testing.T) {
	t.Parallel()
	s := codeSite()
	s.pages["code"].typingLeadsTo = map[string]string{"code": "home"}
	b := setup(t, s)
	out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 1, b.page.did("click"), "only the password was submitted by a click")
}

func TestRun_WhenTheLoginStartsAnewAfterACode_EndsWithoutASecondSubmit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alert string
		class session.FailureClass
		code  string
	}{
		{"The verification code is wrong.", session.FailureNeedsUser, "code_rejected"},
		{"Something about your password is wrong.", session.FailureCredential, "wrong_password"},
		{"", session.FailureCredential, "wrong_password"},
	} {
		s := codeSite()
		s.pages["wrong code"] = &sitePage{model: say(loginForm(), c.alert)}
		b := setup(t, s)
		out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
		requireFailure(t, out, c.class, c.code)
		require.Equal(t, 2, b.page.did("click"))
	}
}

func TestRun_WithTheCodeInTheForm_AsksBeforeAnythingIsSubmitted(t *testing.T) {
	t.Parallel()
	b := setup(t, codeInFormSite())
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Empty(t, b.page.values)
	out = b.resume(t, out, codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"enter_code/ask_1", "submit_credentials/password"}, b.gate.granted)
}

func TestRun_WhenTheFormWithBothComesBackWithoutBlame_SubmitsNothingAgain(t *testing.T) {
	t.Parallel()
	s := codeInFormSite()
	s.pages["login"].submit = func(map[string]string) string { return "consent" }
	s.pages["consent"] = page("login", as(login.ClassConsent, withAction(login.ActionAccept, "ok")))
	b := setup(t, s)
	b.give(login.ParameterTOTPSecret, testSeed)
	requireFailure(t, b.run(t), session.FailureSite, "login_expired")
	require.Equal(t, 1, b.page.passwords)
}

func TestRun_WhenAFormWithBothGoesOffByItself_HasClaimedThePassword(t *testing.T) {
	t.Parallel()
	s := codeInFormSite()
	s.pages["login"].typingLeadsTo = map[string]string{"code": "home"}
	b := setup(t, s)
	out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"enter_code/ask_1", "submit_credentials/password"}, b.gate.granted)
	require.Equal(t, 1, out.CredentialAttempts)

	taken := setup(t, s)
	first := taken.run(t)
	taken.gate.taken = []string{"submit_credentials/password"}
	requireFailure(t, taken.resume(t, first, codeAnswer("ask_1", testCode)), session.FailureCredential, "submit_outcome_unknown")
	require.Empty(t, taken.page.values["code"])
}

func TestRun_WithTheCodeInTheForm_SubmitsAgainOnlyWhenTheCodeIsBlamed(t *testing.T) {
	t.Parallel()
	b := setup(t, codeInFormSite())
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonCodeRejected, out.Question.Reason)
	require.NotNil(t, b.resume(t, out, nil).Question, "the question stays while nobody answers")
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 2, out.CredentialAttempts)
	require.Contains(t, b.gate.granted, "submit_credentials/password:ask_2")

	wrong := setup(t, codeInFormSite())
	wrong.give(login.ParameterPassword, "nonsense-1")
	out = wrong.resume(t, wrong.run(t), codeAnswer("ask_1", testCode))
	requireFailure(t, out, session.FailureCredential, "wrong_password")

	s := codeInFormSite()
	s.pages["wrong code"].model = say(loginFormWithCode(), "Login failed")
	vague := setup(t, s)
	out = vague.resume(t, vague.run(t), codeAnswer("ask_1", "000000"))
	requireFailure(t, out, session.FailureCredential, "wrong_password")
}

// TestRun_WhenTheCodeUnfoldsUnderThePassword_AsksThenSubmitsBoth plays a form that shows its code field only after
// the password was accepted, and then wants the password again.
func TestRun_WhenTheCodeUnfoldsUnderThePassword_AsksThenSubmitsBoth(t *testing.T) {
	t.Parallel()
	s := codeInFormSite()
	s.pages["unfolded"] = &sitePage{model: say(loginFormWithCode(), "Please enter your OTP token."), submit: s.pages["login"].submit}
	s.pages["login"] = &sitePage{model: loginForm(), submit: rightPassword("unfolded", "wrong password")}
	s.pages["wrong password"].model = say(loginForm(), "Please enter the correct username and password.")
	b := setup(t, s)
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, 1, out.Question.Attempt)
	out = b.resume(t, out, codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, 2, out.Question.Attempt)
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{
		"submit_credentials/password", "enter_code/ask_1", "submit_credentials/password:ask_1",
		"enter_code/ask_2", "submit_credentials/password:ask_2",
	}, b.gate.granted)

	wrong := setup(t, s)
	wrong.give(login.ParameterPassword, "nonsense-1")
	requireFailure(t, wrong.run(t), session.FailureCredential, "wrong_password")
}

func TestRun_WithAPrefilledFieldBesideTheCode_LeavesItAlone(t *testing.T) {
	t.Parallel()
	s := codeSite()
	other := textField("other", "text", "Id")
	other.Filled = true
	for _, name := range []string{"code", "wrong code"} {
		s.pages[name].model = ask("Superuser login (2/2)", other, textField("code", "password", "One-time password"))
	}
	s.pages["wrong code"].model = say(s.pages["wrong code"].model, "Invalid or expired OTP")
	b := setup(t, s)
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Empty(t, b.page.values["other"])
	require.Equal(t, []string{testPassword}, b.page.values["pass"])
}

func TestRun_WhenTheComplaintIsMereTextOnThePage_FindsIt(t *testing.T) {
	t.Parallel()
	s := codeSite()
	const hint = "If the code is invalid, ask for another."
	s.pages["code"].model.Text += "\n" + hint
	s.pages["wrong code"] = &sitePage{model: codeForm(), sameDocument: true, submit: s.pages["code"].submit}
	s.pages["wrong code"].model.Text += "\n" + hint + "\nThis code has expired."
	b := setup(t, s)
	began := b.page.clock.Now()
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, "This code has expired.", out.Question.SiteError)
	require.Less(t, b.page.clock.Now().Sub(began), 2*time.Second)
}

func TestRun_WhenAnotherCodeIsAskedAfterTheFirst_AsksANewQuestion(t *testing.T) {
	t.Parallel()
	s := codeSite()
	second := ask("Confirm by e-mail", textField("code", "text", "E-mail code"))
	s.pages["second"] = &sitePage{model: second, submit: s.pages["code"].submit}
	s.pages["code"].submit = func(map[string]string) string { return "second" }
	b := setup(t, s)
	out := b.resume(t, b.run(t), codeAnswer("ask_1", "111111"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, 1, out.Question.Attempt)
	require.Empty(t, out.Question.Reason)
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
}

func TestRun_WithATOTPSecret_ComputesTheCodeWithoutAsking(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	want := totpAt(t, b.page.clock.Now())
	b.page.site.pages["code"].submit = func(typed map[string]string) string {
		require.Equal(t, want, typed["code"])
		return "home"
	}
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Zero(t, b.page.clock.slept)
}

func TestRun_WhenTheTimeStepIsNearlyOver_WaitsForTheNext(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	b.page.clock.now = time.Unix(1_800_000_026, 0) // 4 s are left of the step
	b.page.site.pages["code"].submit = func(typed map[string]string) string {
		require.Equal(t, totpAt(t, time.Unix(1_800_000_030, 0)), typed["code"])
		return "home"
	}
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, 4*time.Second, b.page.clock.slept)
}

func TestRun_WhenTheComputedCodeIsRefused_TriesTheNextStepOnceThenFails(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	out := b.run(t)
	requireFailure(t, out, session.FailureCredential, "totp_rejected")
	codes := b.page.values["code"]
	require.Len(t, codes, 2)
	require.NotEqual(t, codes[0], codes[1])
	require.LessOrEqual(t, b.page.clock.slept, 35*time.Second)
}

func TestRun_NeverTypesATimeStepTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, codeSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	b.in.Progress.LastTOTPStep = b.page.clock.Now().Unix() / 30
	b.page.site.pages["code"].submit = func(map[string]string) string { return "home" }
	require.NotNil(t, b.run(t).LoggedIn)
	require.Positive(t, b.page.clock.slept)
}

func TestRun_WithATOTPSecretAndTheCodeInTheForm_RepeatsWithAClaimOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t, codeInFormSite())
	b.give(login.ParameterTOTPSecret, testSeed)
	tries := 0
	b.page.site.pages["login"].submit = func(map[string]string) string { tries++; return "wrong code" }
	b.page.site.pages["wrong code"].submit = func(map[string]string) string { tries++; return "home" }
	out := b.run(t)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, 2, tries)
	require.Equal(t, 2, out.CredentialAttempts)
}

func TestRun_WithABadTOTPSecret_FailsBeforeAnythingIsOpened(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"not base32!", "JBSW1", "otpauth://hotp/x?counter=-1&secret=" + testSeed, "otpauth://steam/x?secret=" + testSeed, "otpauth://totp/x?secret=" + testSeed + "&digits=12",
		"otpauth://totp/x?secret=" + testSeed + "&algorithm=MD5", "otpauth://totp/x?secret=" + testSeed + "&period=0", "otpauth://totp/x",
	} {
		b := setup(t, plainSite())
		b.give(login.ParameterTOTPSecret, secret)
		out := b.run(t)
		requireFailure(t, out, session.FailureNeedsUser, "totp_secret_invalid")
		require.NotContains(t, out.Failed.Message, secret)
		require.Empty(t, b.page.acts)
	}
}

func totpAt(t *testing.T, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(testSeed, at)
	require.NoError(t, err)
	return code
}
