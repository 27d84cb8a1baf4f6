package login_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func TestCover_IsDismissedBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassIdentifierPassword, withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"),
		withSubmit("go"), func(c *login.Classification) {
			c.Cover = &login.Cover{Cookies: true, Dismiss: control("reject", login.ControlButton)}
		}))
	s.pages["page"].clicks = map[string]string{"reject": "login"}
	s.pages["login"].sameDocument = true
	b := setup(t, s)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "click reject", "fill user", "fill pass", "click go"}, b.page.acts)
}

func TestCover_ThatStays_IsTriedThreeTimesThenIgnored(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, login.ErrNotInteractable, login.ErrDocumentChanged} {
		s := before(as(login.ClassIdentifier, withField(login.RoleIdentifier, "user"), withSubmit("next"),
			func(c *login.Classification) { c.Cover = &login.Cover{Dismiss: control("reject", login.ControlButton)} }))
		s.pages["page"].clicks = map[string]string{"reject": ""}
		b := setup(t, s)
		b.page.clickErrs = map[string]error{"reject": err}
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, 3, b.page.did("click reject"))
	}
}

func TestCover_AfterASubmit_HidesNoVerdict(t *testing.T) {
	t.Parallel()
	cover := func(c *login.Classification) { c.Cover = &login.Cover{Dismiss: control("close", login.ControlButton)} }
	form := []func(*login.Classification){withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"), withSubmit("go")}
	b := setup(t, &site{start: "login", pages: map[string]*sitePage{
		"login": page("again", as(login.ClassIdentifierPassword, form...)),
		"again": page("home", as(login.ClassIdentifierPassword, append(form, cover, withError(login.ErrorCredentials, "Wrong"))...)),
		"home":  arrivedPage(),
	}})
	requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
	require.Zero(t, b.page.did("click close"))
}

func TestSubmit_ThatIsDisabledUntilTyped_IsWaitedFor(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassUnknown))
	s.start = "login"
	s.pages["login"].needs = []string{"user", "pass"}
	b := setup(t, s)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "fill user", "fill pass", "click go"}, b.page.acts)
}

func TestSubmit_ThatListensToKeys_IsTypedOnce(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassUnknown))
	s.start = "login"
	s.pages["login"].needsKeys = []string{"user", "pass"}
	b := setup(t, s)
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "fill user", "fill pass", "type user", "type pass", "click go"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)
}

func TestSubmit_ThatStaysDisabled_SaysSoWhenNothingWasSent(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassUnknown))
	s.start = "login"
	s.pages["login"].needs = []string{"something else"}
	s.pages["login"].submit = nil
	b := setup(t, s)
	out := b.run(t)
	requireFailure(t, out, session.FailureUnsupported, "submit_not_usable")
	require.NotNil(t, out.Artefact)

	s.pages["login"].model.SubmitStatus = 401
	b = setup(t, s)
	requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")

	s.pages["login"].model.SubmitStatus, s.pages["login"].seen.Submit = 0, nil
	b = setup(t, s)
	requireFailure(t, b.run(t), session.FailureUnsupported, "submit_not_usable")
	require.Equal(t, 1, b.page.did("enter pass"))
}

// deafForm complains, without asking the site, that what was filled in is missing, until it is typed by keys.
func deafForm(status int, says ...func(*login.Classification)) *site {
	form := func(invalid bool) *sitePage {
		seen := as(login.ClassIdentifierPassword, withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"),
			withSubmit("go"), signed("form"))
		seen.Fields[1].Control.Invalid = invalid
		return page("complaint", seen)
	}
	s := &site{start: "login", pages: map[string]*sitePage{"login": form(false), "complaint": form(true), "home": arrivedPage()}}
	s.pages["complaint"].sameDocument, s.pages["complaint"].keepsTyped = true, true
	s.pages["complaint"].ignored = []string{"user", "pass"}
	s.pages["complaint"].model.SubmitStatus = status
	s.pages["complaint"].submit = func(map[string]string) string { return "home" }
	for _, say := range says {
		say(s.pages["complaint"].seen)
	}
	return s
}

func TestForm_ThatTookNoNoticeOfTheValues_IsTypedAndSubmittedOnceMore(t *testing.T) {
	t.Parallel()
	b := setup(t, deafForm(0))
	began := b.page.clock.Now()
	out := b.run(t)
	require.Less(t, b.page.clock.Now().Sub(began), 3*time.Second)
	require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
	require.Equal(t, []string{"open", "fill user", "fill pass", "click go", "type user", "type pass", "click go"}, b.page.acts)
	require.Equal(t, []string{"submit_credentials/password", "submit_credentials/password:keys"}, b.gate.granted)
}

func TestForm_ThatAskedTheSite_IsNeverSubmittedOnceMore(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*site{
		"a request was answered":    deafForm(200),
		"it speaks of the password": deafForm(0, withError(login.ErrorCredentials, "Wrong password")),
	} {
		b := setup(t, s)
		requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
		require.Equal(t, 1, b.page.did("click"), name)
	}
}

func TestForm_WhoseRequestIsRefused_IsNotWaitedForAsLong(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]time.Duration{401: 3 * time.Second, 200: 9 * time.Second} {
		s := before(as(login.ClassUnknown))
		s.start = "login"
		s.pages["login"].submit, s.pages["login"].model.SubmitStatus = nil, status
		b := setup(t, s)
		began := b.page.clock.Now()
		requireFailure(t, b.run(t), session.FailureCredential, "wrong_password")
		require.LessOrEqual(t, b.page.clock.Now().Sub(began), want)
	}
}

func TestBoxes_AreFilledTogetherAndSubmitThemselvesOrNot(t *testing.T) {
	t.Parallel()
	boxes := func(c *login.Classification) {
		for _, ref := range []string{"b1", "b2", "b3", "b4", "b5", "b6"} {
			c.Boxes = append(c.Boxes, control(ref, login.ControlField))
		}
	}
	split := as(login.ClassCodeSplit, withField(login.RoleCode, "b1"), withSubmit("go"), boxes)
	t.Run("a button", func(t *testing.T) {
		t.Parallel()
		b := setup(t, after(split))
		out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
		require.NotNil(t, out.LoggedIn, "%+v", out)
		require.Equal(t, []string{testCode}, b.page.values["b1"])
		require.Equal(t, []string{"boxes 6 b1", "click go"}, b.page.acts[len(b.page.acts)-2:])
	})
	t.Run("a button that listens to keys", func(t *testing.T) {
		t.Parallel()
		s := after(split)
		s.pages["page"].needsKeys = []string{"b1", "b2", "b3", "b4", "b5", "b6"}
		b := setup(t, s)
		out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
		require.NotNil(t, out.LoggedIn, "%+v", out)
		require.Equal(t, 6, b.page.did("type b"))
		require.Equal(t, []string{"4"}, b.page.values["b5"])
	})
	t.Run("a button that stays disabled", func(t *testing.T) {
		t.Parallel()
		s := after(split)
		s.pages["page"].needs, s.pages["page"].submit = []string{"more"}, nil
		b := setup(t, s)
		out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
		requireFailure(t, out, session.FailureUnsupported, "submit_not_usable")
	})
	t.Run("by themselves", func(t *testing.T) {
		t.Parallel()
		s := after(split)
		s.pages["page"].typingLeadsTo = map[string]string{"b1": "busy"}
		s.pages["busy"] = &sitePage{model: at("/code"), seen: split, later: "home", after: 300 * time.Millisecond}
		b := setup(t, s)
		out := b.resume(t, b.run(t), codeAnswer("ask_1", testCode))
		require.NotNil(t, out.LoggedIn, "%+v", out)
		require.Equal(t, 1, b.page.did("click"), "only the password was submitted by a click")
	})
}

func TestSameElement_ThatAsksForOneAfterTheOther_IsNoLoop(t *testing.T) {
	t.Parallel()
	dialog := func(class login.Class, role login.Role, label string) *login.Classification {
		return as(class, withField(role, "entry"), withSubmit("ok"), signed(label))
	}
	build := func(right bool) *site {
		s := &site{start: "user", pages: map[string]*sitePage{
			"user":     page("password", dialog(login.ClassIdentifier, login.RoleIdentifier, "User name")),
			"password": page("code", dialog(login.ClassPassword, login.RolePassword, "Password")),
			"code":     page("code again", dialog(login.ClassCode, login.RoleCode, "Code")),
			"home":     arrivedPage(),
		}}
		s.pages["code again"] = page("home", s.pages["code"].seen)
		if !right {
			s.pages["password"].submit = func(map[string]string) string { return "password again" }
			s.pages["password again"] = page("", s.pages["password"].seen)
		}
		for _, p := range s.pages {
			p.sameDocument = true
		}
		return s
	}
	b := setup(t, build(true))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	out = b.resume(t, out, codeAnswer("ask_1", "000000"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonCodeRejected, out.Question.Reason)
	out = b.resume(t, out, codeAnswer("ask_2", testCode))
	require.NotNil(t, out.LoggedIn, "%+v", out)
	require.Equal(t, []string{testUser, testPassword, "000000", testCode}, b.page.values["entry"])

	requireFailure(t, setup(t, build(false)).run(t), session.FailureCredential, "wrong_password")
}

func TestHTTPAuth_IsAnsweredOnce(t *testing.T) {
	t.Parallel()
	build := func(next string) *site {
		s := before(as(login.ClassHTTPAuth))
		s.pages["page"].model = login.PageModel{URL: "https://app.example/login", Status: 401, Challenge: "basic"}
		s.pages["page"].submit = func(map[string]string) string { return next }
		return s
	}
	b := setup(t, build("home"))
	b.in.Project.LoginURL = "https://app.example/login?realm=1"
	require.NotNil(t, b.run(t).LoggedIn)
	require.Equal(t, []string{"open", "authenticate"}, b.page.acts)
	require.Equal(t, "https://app.example/login?realm=1", b.page.opened[1])
	require.Equal(t, []string{"submit_credentials/password"}, b.gate.granted)

	wrong := setup(t, build("page"))
	requireFailure(t, wrong.run(t), session.FailureCredential, "wrong_password")
	require.Equal(t, 1, wrong.page.did("authenticate"))

	missing := setup(t, build("home"))
	missing.in.Parameters = login.Values{}
	out := missing.run(t)
	require.Len(t, out.Question.Fields, 2)
	require.Zero(t, missing.page.did("authenticate"))

	taken := setup(t, build("home"))
	taken.gate.taken = []string{"submit_credentials/password"}
	requireFailure(t, taken.run(t), session.FailureCredential, "submit_outcome_unknown")
	require.Zero(t, taken.page.did("authenticate"))

	elsewhere := setup(t, build("home"))
	elsewhere.page.site.pages["page"].model.URL = "https://evil.example/login"
	requireFailure(t, elsewhere.run(t), session.FailureBlocked, "origin_not_allowed")
	require.Empty(t, elsewhere.gate.granted)
}

func TestOrigins_ThatAreNotAllowed_AreFoundBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	for _, seen := range []*login.Classification{
		as(login.ClassIdentifier, withField(login.RoleIdentifier, "user")),
		as(login.ClassCode, withField(login.RoleCode, "code")),
		as(login.ClassCodeInForm, withField(login.RolePassword, "pass"), withField(login.RoleCode, "code")),
		as(login.ClassBackupCode, withField(login.RoleBackupCode, "code")),
		as(login.ClassSecurityQuestion, withField(login.RoleSecurityAnswer, "answer")),
		as(login.ClassOrganisation, withField(login.RoleOrganisation, "tenant")),
	} {
		s := before(seen)
		s.pages["page"].origin = "https://app.example.evil.example"
		b := setup(t, s)
		requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")
		require.Empty(t, b.page.values)
		require.Empty(t, b.gate.granted)
	}
}

func TestOrigins_ToWhichAFormWouldSend_CountAsWell(t *testing.T) {
	t.Parallel()
	form := func() *site {
		return before(as(login.ClassIdentifierPassword, withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"), withSubmit("go")))
	}
	const evil = "https://evil.example"
	for name, spoil := range map[string]func(*sitePage){
		"its action":   func(p *sitePage) { p.seen.Fields[1].Control.FormAction = evil },
		"its button's": func(p *sitePage) { p.seen.Submit.FormAction = evil },
		"its default's": func(p *sitePage) {
			other := control("other", login.ControlButton)
			other.Type, other.FormAction = "submit", evil
			p.model.Controls, p.seen.Submit = []login.Control{other}, nil
		},
	} {
		s := form()
		spoil(s.pages["page"])
		b := setup(t, s)
		requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")
		require.Empty(t, b.page.values, name)
	}
	s := form()
	s.pages["page"].seen.Submit.FormAction = "https://app.example"
	s.pages["page"].submit = func(map[string]string) string { return "home" }
	require.NotNil(t, setup(t, s).run(t).LoggedIn)
}

func TestOrigins_OfAnInnerFrame_CountAsWell(t *testing.T) {
	t.Parallel()
	inner := as(login.ClassPassword, withField(login.RolePassword, "pass"))
	inner.Fields[0].Control.Frame = "inner"
	s := before(inner)
	s.pages["page"].model.Frames = []login.Frame{{ID: "inner", Origin: "https://evil.example"}}
	b := setup(t, s)
	requireFailure(t, b.run(t), session.FailureBlocked, "origin_not_allowed")

	inner.Fields[0].Control.Frame = "main"
	s.pages["page"].submit = func(map[string]string) string { return "home" }
	require.NotNil(t, setup(t, s).run(t).LoggedIn, "the origin of a frame without fields does not matter")
}
