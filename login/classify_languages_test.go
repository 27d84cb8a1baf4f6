package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// said is a page with controls, one below the other, and text.
func said(heading, text string, controls ...login.Control) login.PageModel {
	m := login.PageModel{
		URL: "https://app.example/step", Status: 200, Headings: []string{heading}, Text: heading + "\n" + text, Controls: controls,
		Frames: []login.Frame{{ID: "main", Document: "d1"}},
	}
	for i := range m.Controls {
		c := &m.Controls[i]
		c.Frame, c.Visible, c.Box = "main", !c.Covered, login.Box{X: 100, Y: float64(100 + 50*i), Width: 200, Height: 30}
	}
	return m
}

func typed(ref, fieldType, label string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlField, Type: fieldType, Label: label, Form: 1}
}

func pressed(ref, text string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlButton, Type: "submit", Text: text, Label: text, Form: 1}
}

func beside(ref, text string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlButton, Type: "button", Text: text, Label: text}
}

func ticked(ref, label string) login.Control {
	return login.Control{Ref: ref, Kind: login.ControlToggle, Type: "checkbox", Label: label, Form: 1}
}

// everyLanguage runs check in each language.
func everyLanguage(t *testing.T, check func(t *testing.T, s saying)) {
	t.Helper()
	require.GreaterOrEqual(t, len(sayings), 17)
	for lang, s := range sayings {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			check(t, s)
		})
	}
}

var afterPassword = login.History{IdentifierSubmitted: true, PasswordSubmitted: true, LoginPath: "/login"}

func TestClassify_InEveryLanguage_FindsTheLoginForm(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		m := said("Example", "", typed("user", "text", s.username), typed("pass", "password", s.password),
			ticked("remember", s.remember), beside("forgot", s.forgot), beside("register", s.register), pressed("go", s.login))
		c := login.Classify(&m, login.History{LoginPath: "/step"})
		require.Equal(t, login.ClassIdentifierPassword, c.Class, "%v", c.Evidence)
		require.Equal(t, "go", refOf(c.Submit))
		require.Equal(t, []login.Toggle{{Kind: login.ToggleRemember, Control: m.Controls[2]}}, c.Toggles)

		m.Alerts = []string{s.wrong}
		require.Equal(t, []login.ErrorClass{login.ErrorCredentials}, errorClasses(new(login.Classify(&m, afterPassword))))
		m.Alerts = []string{s.tooMany}
		require.Equal(t, []login.ErrorClass{login.ErrorLockout}, errorClasses(new(login.Classify(&m, afterPassword))))
		m.Alerts = []string{s.lockout}
		require.Equal(t, []login.ErrorClass{login.ErrorLockout}, errorClasses(new(login.Classify(&m, afterPassword))))
	})
}

func TestClassify_InEveryLanguage_FindsTheCodeAndWhatElseCanBeDone(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		m := said(s.code, "•••• 42", typed("code", "text", s.code), ticked("trust", s.trust), pressed("go", s.next),
			beside("again", s.resend), beside("other", s.anotherWay))
		c := login.Classify(&m, afterPassword)
		require.Equal(t, login.ClassCode, c.Class, "%v", c.Evidence)
		require.Equal(t, "go", refOf(c.Submit))
		require.Equal(t, "again", refOf(c.Action(login.ActionResend)))
		require.Equal(t, "other", refOf(c.Action(login.ActionAnotherWay)))
		require.Equal(t, []login.Toggle{{Kind: login.ToggleTrust, Control: m.Controls[1]}}, c.Toggles)
		m.Alerts = []string{s.badCode}
		require.Equal(t, []login.ErrorClass{login.ErrorCode}, errorClasses(new(login.Classify(&m, afterPassword))))
	})
}

func TestClassify_InEveryLanguage_FindsTheWaysToVerify(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		m := said(s.method, "", beside("a", s.sms), beside("b", s.app), beside("c", s.passkey), beside("d", s.recovery))
		c := login.Classify(&m, afterPassword)
		require.Equal(t, login.ClassMethodChoice, c.Class, "%v", c.Evidence)
		require.Equal(t, []string{"a sms", "b totp", "c passkey", "d backup_code"}, optionsOf(&c))
	})
}

func TestClassify_InEveryLanguage_SeesWhatLiesOverTheLogin(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		user, pass, log := typed("user", "text", s.username), typed("pass", "password", s.password), pressed("go", s.login)
		user.Covered, pass.Covered, log.Covered = true, true, true
		m := said("Cookies", "", user, pass, log, beside("yes", s.cookieAccept), beside("no", s.cookieReject))
		c := login.Classify(&m, login.History{LoginPath: "/step"})
		require.NotNil(t, c.Cover)
		require.Equal(t, "no", c.Cover.Dismiss.Ref)
		require.True(t, c.Cover.Cookies)
		require.Equal(t, login.ClassIdentifierPassword, c.Class)
	})
}

func TestClassify_InEveryLanguage_TellsQuestionsOnTheWayApart(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		for class, m := range map[login.Class]login.PageModel{
			login.ClassConsent:      said(s.consent, "", pressed("accept", s.accept), pressed("decline", s.decline)),
			login.ClassTerms:        said(s.terms, "", pressed("accept", s.accept), pressed("decline", s.decline)),
			login.ClassOffer:        said(s.offer, "", pressed("make", s.next), beside("decline", s.later)),
			login.ClassStaySignedIn: said(s.remember, "", pressed("accept", s.accept), pressed("decline", s.decline)),
			login.ClassExternalWait: said("Example", s.externalWait, beside("other", s.anotherWay)),
			login.ClassSendCode:     said("Example", "•••• 42", pressed("send", s.sendCode)),
			login.ClassUnknown:      said("Example", s.loading),
		} {
			c := login.Classify(&m, afterPassword)
			require.Equal(t, class, c.Class, "%v", c.Evidence)
			for _, kind := range []login.ActionKind{login.ActionAccept, login.ActionDecline, login.ActionSend} {
				if got := c.Action(kind); got != nil {
					require.Equal(t, string(kind), got.Ref)
				}
			}
		}
	})
}

func TestClassify_InEveryLanguage_KnowsALinkAndThePassword(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		m := said("Example", s.linkSent, beside("again", s.resend), beside("password", s.usePassword))
		c := login.Classify(&m, login.History{IdentifierSubmitted: true, LoginPath: "/step"})
		require.Equal(t, login.ClassExternalWait, c.Class, "%v", c.Evidence)
		require.True(t, c.Link)
		require.Equal(t, session.MediumEmail, c.Medium)
		require.Equal(t, "password", refOf(c.Action(login.ActionUsePassword)))
	})
}

func TestClassify_InEveryLanguage_KnowsTheLoggedInPage(t *testing.T) {
	t.Parallel()
	everyLanguage(t, func(t *testing.T, s saying) {
		t.Helper()
		m := said("Example", "", beside("out", s.logout))
		require.Equal(t, login.ClassLoggedIn, login.Classify(&m, afterPassword).Class)
		m = said("Example", "", beside("in", s.login))
		require.NotEqual(t, login.ClassLoggedIn, login.Classify(&m, afterPassword).Class)
		require.Equal(t, login.ClassLoginEntry, login.Classify(&m, login.History{}).Class)
	})
}
