package login_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func pushPage() *login.Classification {
	return as(login.ClassExternalWait, withAction(login.ActionResend, "again"), withAction(login.ActionAnotherWay, "other"),
		func(c *login.Classification) { c.DisplayCode, c.Medium = "42", session.MediumApp })
}

func TestApproval_IsAskedWithWhatTheSiteShows(t *testing.T) {
	t.Parallel()
	b := setup(t, after(pushPage()))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	q := out.Question
	require.Equal(t, session.AskApproval, q.Kind)
	require.True(t, q.Kind.GoesOnByItself())
	require.Equal(t, "42", q.DisplayCode)
	require.Equal(t, session.MediumApp, q.Medium)
	require.Contains(t, q.Message, "42")
	require.Empty(t, q.Fields)
	require.Equal(t, []session.Action{
		session.ActionAnswer, session.ActionResend, session.ActionTryAnotherWay, session.ActionCancel,
	}, q.Allow)
	require.Equal(t, 1, q.Attempt)
}

func TestApproval_WhenApprovedMeanwhile_GoesOnWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, after(pushPage()))
	out := b.run(t)
	b.page.goTo("home")
	require.NotNil(t, b.resume(t, out, nil).LoggedIn)
}

func TestApproval_WhenSaidToBeGiven_LooksForAWhileThenAsksAgainThreeTimes(t *testing.T) {
	t.Parallel()
	b := setup(t, after(pushPage()))
	out := b.run(t)
	for n := 2; n <= 4; n++ {
		began := b.page.clock.Now()
		out = b.resume(t, out, answerWith(askedAgain(n), session.AskApproval, nil))
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Equal(t, login.ReasonNotApproved, out.Question.Reason)
		require.Equal(t, n, out.Question.Attempt)
		require.Equal(t, 8*time.Second, b.page.clock.Now().Sub(began))
	}
	requireFailure(t, b.resume(t, out, answerWith("ask_9", session.AskApproval, nil)), session.FailureNeedsUser, "not_approved")
}

func TestApproval_WhenItArrivesASecondAfterTheAnswer_GoesOn(t *testing.T) {
	t.Parallel()
	b := setup(t, after(pushPage()))
	out := b.run(t)
	b.page.current().later, b.page.current().after = "home", b.page.clock.Now().Sub(b.page.entered)+time.Second
	require.NotNil(t, b.resume(t, out, answerWith("ask_1", session.AskApproval, nil)).LoggedIn)
}

func TestResend_ClicksAndAsksAgain(t *testing.T) {
	t.Parallel()
	s := after(as(login.ClassCode, withField(login.RoleCode, "code"), withSubmit("go"), withAction(login.ActionResend, "again")))
	s.pages["page"].clicks = map[string]string{"again": ""}
	b := setup(t, s)
	out := b.run(t)
	require.Equal(t, []session.Action{session.ActionAnswer, session.ActionResend, session.ActionCancel}, out.Question.Allow)
	out = b.resume(t, out, actionOf("ask_1", session.AskCode, session.ActionResend))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonResent, out.Question.Reason)
	require.Equal(t, 1, out.Question.Attempt)
	require.Equal(t, 1, b.page.did("click again"))

	out = b.resume(t, out, actionOf("ask_1", session.AskCode, session.ActionResend))
	require.Equal(t, 1, b.page.did("click again"), "the answer was used")
	b.gate.taken = append(b.gate.taken, "act/ask_2")
	out = b.resume(t, out, actionOf("ask_2", session.AskCode, session.ActionResend))
	require.Equal(t, 1, b.page.did("click again"), "an execution before this one did it")
	require.Equal(t, login.ReasonResent, out.Question.Reason)
	out = b.resume(t, out, answerWith("ask_3", session.AskCode, map[string]string{"code": testCode}))
	require.NotNil(t, out.LoggedIn)
}

func TestTryAnotherWay_ShowsTheWaysEvenIfOneNeedsNoPerson(t *testing.T) {
	t.Parallel()
	s := methodSite(login.MethodSMS, login.MethodTOTP)
	s.pages["login"].submit = func(map[string]string) string { return "sms" }
	s.pages["sms"] = page("home", as(login.ClassCode, withField(login.RoleCode, "code"), withAction(login.ActionAnotherWay, "other")))
	s.pages["sms"].clicks = map[string]string{"other": "page"}
	b := setup(t, s)
	out := b.run(t)
	require.Contains(t, out.Question.Allow, session.ActionTryAnotherWay)
	b.give(login.ParameterTOTPSecret, testSeed)
	out = b.resume(t, out, actionOf("ask_1", session.AskCode, session.ActionTryAnotherWay))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskChoice, out.Question.Kind)
	require.Equal(t, 1, b.page.did("click other"))
}

func TestActions_ThatThePageDoesNotOfferAnyMore_AreDropped(t *testing.T) {
	t.Parallel()
	b := setup(t, after(as(login.ClassCode, withField(login.RoleCode, "code"))))
	out := b.run(t)
	for _, action := range []session.Action{session.ActionResend, session.ActionTryAnotherWay} {
		out = b.resume(t, out, actionOf("ask_"+string(action), session.AskCode, action))
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Empty(t, out.Question.Reason)
	}
	require.Equal(t, 1, b.page.did("click"))
}

func TestAnswers_ToAnotherPage_AreDropped(t *testing.T) {
	t.Parallel()
	b := setup(t, after(as(login.ClassSecurityQuestion, withField(login.RoleSecurityAnswer, "answer"),
		func(c *login.Classification) { c.Question = "First pet?" })))
	out := b.run(t)
	b.page.site.pages["other"] = page("home", as(login.ClassSecurityQuestion, withField(login.RoleSecurityAnswer, "answer"),
		func(c *login.Classification) { c.Question = "Street of birth?" }))
	b.page.goTo("other")
	out = b.resume(t, out, answerWith("ask_1", session.AskSecurityQuestion, map[string]string{"answer": "Rex"}))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Contains(t, out.Question.Message, "Street of birth?")
	require.Empty(t, b.page.values["answer"])
}

func TestSecurityQuestion_IsAskedAndAnsweredThreeTimesAtMost(t *testing.T) {
	t.Parallel()
	question := func(c *login.Classification) { c.Question = "First pet of " + testUser + "?" }
	s := after(as(login.ClassSecurityQuestion, withField(login.RoleSecurityAnswer, "answer"), question, signed("q")))
	check := func(typed map[string]string) string {
		if typed["answer"] == "Rex the dog" {
			return "home"
		}
		return "wrong"
	}
	s.pages["page"].submit = check
	s.pages["wrong"] = page("", as(login.ClassSecurityQuestion, withField(login.RoleSecurityAnswer, "answer"), question, signed("q"),
		withError(login.ErrorRejected, "That is wrong: Tom")))
	s.pages["wrong"].submit = check
	b := setup(t, s)
	out := b.run(t)
	require.Equal(t, session.AskSecurityQuestion, out.Question.Kind)
	require.Equal(t, "First pet of "+session.Redacted+"?", out.Question.Fields[0].Label)
	require.True(t, out.Question.Fields[0].Secret)
	wrong := func(id string) *login.Answer {
		return answerWith(id, session.AskSecurityQuestion, map[string]string{"answer": "Tom"})
	}
	out = b.resume(t, out, wrong("ask_1"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonAnswerRejected, out.Question.Reason)
	require.Equal(t, "That is wrong: "+session.Redacted, out.Question.SiteError)
	require.Equal(t, 2, out.Question.Attempt)
	again := b.resume(t, out, wrong("ask_2"))
	requireFailure(t, b.resume(t, again, wrong("ask_3")), session.FailureNeedsUser, "answer_rejected")

	b.page.goTo("wrong")
	out = b.resume(t, out, answerWith("ask_4", session.AskSecurityQuestion, map[string]string{"answer": "Rex the dog"}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Contains(t, b.gate.granted, "enter_code/ask_4")
}

func linkPage() *login.Classification {
	return as(login.ClassExternalWait, func(c *login.Classification) { c.Link, c.Medium = true, session.MediumEmail })
}

func TestLink_IsOpenedOnceWhereSecretsMayBe(t *testing.T) {
	t.Parallel()
	const link = "https://app.example/magic?token=s3cret-token"
	s := after(linkPage())
	s.urls = map[string]string{link: "home"}
	b := setup(t, s)
	out := b.run(t)
	require.Equal(t, session.AskLink, out.Question.Kind)
	require.Equal(t, []session.Field{{Name: "link", Type: "url", Label: "Link", Secret: true}}, out.Question.Fields)
	out = b.resume(t, out, answerWith("ask_1", session.AskLink, map[string]string{"link": link}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, link, b.page.opened[1])
	require.Contains(t, b.gate.granted, "enter_code/ask_1")
}

func TestLink_ThatOnlySaysThatItWasOpened_LeadsBackToTheLogin(t *testing.T) {
	t.Parallel()
	const link = "https://app.example/magic"
	s := after(linkPage())
	s.pages["confirmed"] = page("", as(login.ClassUnknown))
	s.urls = map[string]string{link: "confirmed"}
	b := setup(t, s)
	out := b.run(t)
	s.start = "home"
	out = b.resume(t, out, answerWith("ask_1", session.AskLink, map[string]string{"link": link}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"https://app.example/login", link, "https://app.example/login"}, b.page.opened)
}

func TestLink_ThatOnlySaysThatItWasOpened_LetsTheWaitingPageGoOn(t *testing.T) {
	t.Parallel()
	const link = "https://app.example/magic"
	for name, told := range map[string]login.Class{
		"confirmation": login.ClassUnknown, "way back": login.ClassLoginEntry, "login": login.ClassIdentifierPassword,
	} {
		s := after(linkPage())
		s.pages["confirmed"] = page("", as(told))
		s.urls = map[string]string{link: "confirmed"}
		b := setup(t, s)
		out := b.run(t)
		s.pages["page"].later, s.pages["page"].after = "home", 4*time.Second
		out = b.resume(t, out, answerWith("ask_1", session.AskLink, map[string]string{"link": link}))
		require.NotNil(t, out.LoggedIn, "%s: %+v", name, out)
		require.Equal(t, []string{"https://app.example/login", link}, b.page.opened, name)
	}
}

func TestLink_ThatLeadsNowhere_IsAskedForAgainThreeTimesAtMost(t *testing.T) {
	t.Parallel()
	const link = "https://app.example/magic"
	s := after(linkPage())
	s.pages["confirmed"] = page("", as(login.ClassUnknown))
	s.urls = map[string]string{link: "confirmed"}
	b := setup(t, s)
	out := b.run(t)
	s.start = "page"
	for i := 1; out.Question != nil && i < 9; i++ {
		require.Equal(t, session.AskLink, out.Question.Kind)
		out = b.resume(t, out, answerWith(askedAgain(i), session.AskLink, map[string]string{"link": link}))
	}
	requireFailure(t, out, session.FailureNeedsUser, "not_approved")
	require.LessOrEqual(t, len(b.page.opened), 7)
}

func TestLink_ToElsewhere_IsNotOpened(t *testing.T) {
	t.Parallel()
	b := setup(t, after(linkPage()))
	out := b.run(t)
	for i, link := range []string{
		"https://evil.example/magic", "javascript:alert(1)", "https://alice:x@app.example/", "http://app.example/x",
	} {
		out = b.resume(t, out, answerWith(askedAgain(i), session.AskLink, map[string]string{"link": link}))
		require.Len(t, b.page.opened, 1, link)
		if i == 3 {
			requireFailure(t, out, session.FailureBlocked, "origin_not_allowed")
			break
		}
		require.Equal(t, login.ReasonLinkRefused, out.Question.Reason)
	}
}

func TestLink_ThatWasClaimedBefore_IsNotOpenedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, after(linkPage()))
	out := b.run(t)
	b.gate.taken = append(b.gate.taken, "enter_code/ask_1")
	out = b.resume(t, out, answerWith("ask_1", session.AskLink, map[string]string{"link": "https://app.example/magic"}))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Len(t, b.page.opened, 1)
}

func TestCaptcha_IsShownToAPersonAndAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t, before(as(login.ClassCaptcha, withField(login.RoleCaptcha, "letters"), withSubmit("ok"))))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskCaptcha, out.Question.Kind)
	require.NotNil(t, out.Artefact)
	require.Equal(t, []byte("png"), out.Artefact.Picture)
	require.Equal(t, "answer", out.Question.Fields[0].Name)
	out = b.resume(t, out, answerWith("ask_1", session.AskCaptcha, map[string]string{"answer": "x7 qp"}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"x7 qp"}, b.page.values["letters"])
}

func TestCaptcha_WithoutAField_IsWaitedForAMomentThenAsked(t *testing.T) {
	t.Parallel()
	wall := as(login.ClassCaptcha)
	b := setup(t, before(wall))
	b.page.site.pages["page"].later, b.page.site.pages["page"].after = "login", 1500*time.Millisecond
	require.NotNil(t, b.run(t).LoggedIn, "it solved itself")

	b = setup(t, before(wall))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Empty(t, out.Question.Fields)
	require.NotNil(t, out.Artefact)
	for n := range 2 {
		out = b.resume(t, out, answerWith(askedAgain(n), session.AskCaptcha, nil))
		require.NotNil(t, out.Question, "%+v", out.Failed)
	}
	requireFailure(t, b.resume(t, out, answerWith("ask_9", session.AskCaptcha, nil)), session.FailureBlocked, "captcha")
}

func TestCaptcha_ThatCannotBeShown_Blocks(t *testing.T) {
	t.Parallel()
	b := setup(t, before(as(login.ClassCaptcha)))
	b.page.pictureErr = errors.New("no picture")
	requireFailure(t, b.run(t), session.FailureBlocked, "captcha")
}

func captchaForm(with ...func(*login.Classification)) *login.Classification {
	return as(login.ClassIdentifierPassword, append([]func(*login.Classification){withField(login.RoleIdentifier, "user"),
		withField(login.RolePassword, "pass"), withField(login.RoleCaptcha, "letters"), withSubmit("go"), signed("form")}, with...)...)
}

func TestCaptcha_InTheForm_IsAskedBeforeAnythingIsSubmitted(t *testing.T) {
	t.Parallel()
	b := setup(t, &site{start: "form", pages: map[string]*sitePage{"form": page("home", captchaForm()), "home": arrivedPage()}})
	out := b.run(t)
	require.Equal(t, session.AskCaptcha, out.Question.Kind)
	require.Empty(t, b.page.values)
	out = b.resume(t, out, answerWith("ask_1", session.AskCaptcha, map[string]string{"answer": "x7qp"}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"enter_code/ask_1", "submit_credentials/password"}, b.gate.granted)
	require.Equal(t, 1, out.CredentialAttempts)
}

func TestCaptcha_InTheForm_IsRepeatedOnlyWhenNothingElseIsBlamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		blame login.ErrorClass
		again bool
	}{"the captcha": {login.ErrorCode, true}, "the password": {login.ErrorCredentials, false}, "nothing": {"", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			again := captchaForm()
			if c.blame != "" {
				withError(c.blame, "wrong")(again)
			}
			b := setup(t, &site{start: "form", pages: map[string]*sitePage{
				"form": page("again", captchaForm()), "again": page("home", again), "home": arrivedPage(),
			}})
			out := b.resume(t, b.run(t), answerWith("ask_1", session.AskCaptcha, map[string]string{"answer": "x7qp"}))
			if !c.again {
				requireFailure(t, out, session.FailureCredential, "wrong_password")
				return
			}
			require.NotNil(t, out.Question, "%+v", out.Failed)
			require.Equal(t, login.ReasonAnswerRejected, out.Question.Reason)
			out = b.resume(t, out, answerWith("ask_2", session.AskCaptcha, map[string]string{"answer": "abcd"}))
			require.NotNil(t, out.LoggedIn, "%+v", out)
			require.Contains(t, b.gate.granted, "submit_credentials/password:ask_2")
		})
	}
}

func TestCaptcha_BesideACodeAndThePassword_IsAskedTogetherWithTheCode(t *testing.T) {
	t.Parallel()
	all := as(login.ClassCodeInForm, withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"),
		withField(login.RoleCode, "code"), withField(login.RoleCaptcha, "letters"), withSubmit("go"))
	b := setup(t, &site{start: "form", pages: map[string]*sitePage{"form": page("home", all), "home": arrivedPage()}})
	out := b.run(t)
	require.Equal(t, session.AskCaptcha, out.Question.Kind)
	require.Len(t, out.Question.Fields, 2)
	out = b.resume(t, out, answerWith("ask_1", session.AskCaptcha, map[string]string{"answer": "x7qp", "code": testCode}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{"open", "fill user", "fill pass", "fill code", "fill letters", "click go"}, b.page.acts)

	computed := setup(t, &site{start: "form", pages: map[string]*sitePage{"form": page("home", all), "home": arrivedPage()}})
	computed.give(login.ParameterTOTPSecret, testSeed)
	out = computed.run(t)
	require.Len(t, out.Question.Fields, 1)
	out = computed.resume(t, out, answerWith("ask_1", session.AskCaptcha, map[string]string{"answer": "x7qp"}))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{totpAt(t, computed.page.clock.Now())}, computed.page.values["code"])
}
