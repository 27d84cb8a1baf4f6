package login_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// pieces are what a drawn page of a class has.
var pieces = map[login.Class][]func(*login.Classification){
	login.ClassIdentifier:         {withField(login.RoleIdentifier, "user"), withSubmit("go")},
	login.ClassPassword:           {withField(login.RolePassword, "pass"), withSubmit("go")},
	login.ClassIdentifierPassword: {withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"), withSubmit("go")},
	login.ClassCode:               {withField(login.RoleCode, "code"), withSubmit("go"), withAction(login.ActionResend, "resend"), withAction(login.ActionAnotherWay, "other")},
	login.ClassCodeSplit:          {withField(login.RoleCode, "code"), func(c *login.Classification) { c.Boxes = []login.Control{control("code", login.ControlField)} }},
	login.ClassCodeInForm:         {withField(login.RoleIdentifier, "user"), withField(login.RolePassword, "pass"), withField(login.RoleCode, "code"), withSubmit("go")},
	login.ClassBackupCode:         {withField(login.RoleBackupCode, "backup"), withSubmit("go")},
	login.ClassOrganisation:       {withField(login.RoleOrganisation, "tenant"), withSubmit("go")},
	login.ClassSecurityQuestion:   {withField(login.RoleSecurityAnswer, "answer"), withSubmit("go")},
	login.ClassMethodChoice:       {withMethod(login.MethodSMS, "sms"), withMethod(login.MethodTOTP, "totp"), withMethod(login.MethodPassword, "password")},
	login.ClassAccountChoice:      {withOption(login.Option{Kind: login.OptionAccount}, testUser), withOption(login.Option{Kind: login.OptionAccount, Another: true}, "other")},
	login.ClassSSOOnly:            {withOption(login.Option{Kind: login.OptionSignInWith, Provider: "google"}, "google")},
	login.ClassLoginEntry:         {withAction(login.ActionEnter, "enter")},
	login.ClassSendCode:           {withAction(login.ActionSend, "send")},
	login.ClassPasskey:            {withAction(login.ActionUsePasskey, "passkey"), withAction(login.ActionUsePassword, "password")},
	login.ClassExternalWait:       {withAction(login.ActionResend, "resend")},
	login.ClassCaptcha:            {withField(login.RoleCaptcha, "letters"), withSubmit("go")},
	login.ClassConsent:            {withAction(login.ActionAccept, "accept")},
	login.ClassTerms:              {withAction(login.ActionAccept, "accept")},
	login.ClassStaySignedIn:       {withAction(login.ActionAccept, "accept")},
	login.ClassOffer:              {withAction(login.ActionDecline, "decline")},
	login.ClassEnrolment:          nil,
	login.ClassChangePassword:     {withField(login.RoleNewPassword, "new"), withAction(login.ActionDecline, "decline")},
	login.ClassRegistration:       {withField(login.RoleNewPassword, "new"), withAction(login.ActionEnter, "enter")},
	login.ClassHTTPAuth:           nil,
	login.ClassErrorPage:          nil,
	login.ClassAmbiguous:          nil,
	login.ClassUnknown:            nil,
	login.ClassLoggedIn:           nil,
}

// repeating are the classes on which the password may be submitted once more: because a code or a captcha was blamed, or
// because a person said so.
var repeating = []login.Class{login.ClassCodeInForm, login.ClassUnknown, login.ClassAmbiguous}

func classesBut(without ...login.Class) []login.Class {
	return slices.DeleteFunc(login.Classes(), func(c login.Class) bool { return slices.Contains(without, c) })
}

// drawSite draws pages of classes, each of which leads to any other by whatever is done on it, or by itself.
func drawSite(t *rapid.T, classes []login.Class) *site {
	s := &site{pages: map[string]*sitePage{}}
	n := rapid.IntRange(1, 7).Draw(t, "pages")
	name := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("p", rapid.IntRange(0, n-1).Draw(t, "page")) })
	fault := rapid.SampledFrom([]login.ErrorClass{
		"", "", "", login.ErrorCode, login.ErrorCredentials, login.ErrorRejected, login.ErrorLockout, login.ErrorSite, login.ErrorUnknownUser,
	})
	for i := range n {
		class := rapid.SampledFrom(classes).Draw(t, "class")
		seen := as(class, pieces[class]...)
		seen.Signature = fmt.Sprint(class, rapid.IntRange(0, 1).Draw(t, "signature"))
		if f := fault.Draw(t, "fault"); f != "" {
			withError(f, "The site says that "+testUser+" and "+testPassword+" are wrong.")(seen)
		}
		if rapid.IntRange(0, 9).Draw(t, "covered") == 0 {
			seen.Cover = &login.Cover{Dismiss: control("cover", login.ControlButton)}
		}
		p := page(name.Draw(t, "next"), seen)
		p.model.Status = rapid.SampledFrom([]int{200, 200, 200, 401, 429, 500}).Draw(t, "status")
		p.model.SubmitStatus = rapid.SampledFrom([]int{0, 200, 401, 429, 503}).Draw(t, "submit status")
		p.model.Controls = []login.Control{control("f1", login.ControlField), control("b1", login.ControlButton)}
		p.model.Controls[0].Type = rapid.SampledFrom([]string{"text", "password"}).Draw(t, "field type")
		p.sameDocument = rapid.Bool().Draw(t, "same document")
		if rapid.IntRange(0, 3).Draw(t, "by itself") == 0 {
			p.later, p.after = name.Draw(t, "later"), time.Duration(rapid.IntRange(0, 20_000).Draw(t, "after"))*time.Millisecond
		}
		if rapid.IntRange(0, 5).Draw(t, "hostile") == 0 {
			p.origin = "https://app-example.evil.example"
		}
		s.pages[fmt.Sprint("p", i)] = p
	}
	s.start = name.Draw(t, "start")
	return s
}

// drawAnswer draws what a person does with a question: mostly something that it allows.
func drawAnswer(t *rapid.T, id string, q *login.Question) *login.Answer {
	if rapid.IntRange(0, 9).Draw(t, "nothing") == 0 {
		return nil
	}
	a := &login.Answer{QuestionID: id, Kind: q.Kind, Values: login.Values{}}
	if action := rapid.SampledFrom(q.Allow).Draw(t, "action"); action == session.ActionResend || action == session.ActionTryAnotherWay {
		a.Action = action
		return a
	}
	for _, f := range q.Fields {
		a.Values[f.Name] = session.NewSecret(fmt.Sprint("answer-", id, "-", f.Name))
	}
	if len(q.Choices) > 0 {
		a.Choice = rapid.SampledFrom(q.Choices).Draw(t, "choice").ID
	}
	return a
}

// drive plays a login to its end, as a workflow does: it answers questions, and repeats runs that crashed.
func drive(tb testing.TB, t *rapid.T, s *site) *bench {
	tb.Helper()
	b := newBench(tb, s)
	if rapid.Bool().Draw(t, "totp") {
		b.give(login.ParameterTOTPSecret, testSeed)
	}
	if rapid.Bool().Draw(t, "backup codes") {
		b.give(login.ParameterBackupCodes, "aaaa bbbb")
	}
	if rapid.Bool().Draw(t, "passkey") {
		b.give(login.ParameterPasskey, "{}")
	}
	for round := range 12 {
		b.page.crashAt = 0
		if rapid.IntRange(0, 3).Draw(t, "crash") == 0 {
			b.page.crashAt = len(b.page.trips) + rapid.IntRange(1, 30).Draw(t, "crash at")
		}
		began, acts := b.page.clock.Now(), len(b.page.acts)
		out, err := login.RunClassifiedBy(tb.Context(), b.page, b.gate, b.steps, b.in, b.page.classify)
		if elapsed := b.page.clock.Now().Sub(began); elapsed > 5*time.Minute+30*time.Second {
			t.Fatalf("a run took %s", elapsed)
		}
		if n := len(b.page.acts) - acts; n > 130 {
			t.Fatalf("a run made %d acts", n)
		}
		b.in.Resumed = true
		if err != nil {
			if !errors.Is(err, errCrash) {
				t.Fatalf("run: %v", err)
			}
			continue // the same again, with the progress of the run before
		}
		checkOutcome(t, out)
		if out.Question == nil {
			return b
		}
		b.in.Progress, b.in.Answer = out.Progress, drawAnswer(t, askedAgain(round), out.Question)
	}
	return b
}

func checkOutcome(t *rapid.T, out login.Outcome) {
	ends := 0
	for _, set := range []bool{out.LoggedIn != nil, out.Question != nil, out.Failed != nil} {
		if set {
			ends++
		}
	}
	if ends != 1 {
		t.Fatalf("%d ends: %+v", ends, out)
	}
	if printed := fmt.Sprintf("%+v %+v %+v", out.Question, out.Failed, out.Progress); strings.Contains(printed, testPassword) {
		t.Fatalf("the outcome shows the password: %s", printed)
	}
	if q := out.Question; q != nil {
		if len(q.Allow) < 2 || q.Attempt < 1 || q.Message == "" {
			t.Fatalf("nobody can answer %+v", q)
		}
		ids := map[string]bool{}
		for _, c := range q.Choices {
			if ids[c.ID] || c.ID == "" {
				t.Fatalf("the choices are not told apart: %+v", q.Choices)
			}
			ids[c.ID] = true
		}
	}
}

func TestRun_OnAnySite_NeverSubmitsThePasswordTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := drive(t, rt, drawSite(rt, classesBut(repeating...)))
		if b.page.passwords > 1 {
			rt.Fatalf("%d submits of the password: %v", b.page.passwords, b.page.acts)
		}
	})
}

func TestRun_OnAnySite_SubmitsThePasswordOncePerClaim(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := drive(t, rt, drawSite(rt, login.Classes()))
		claims := b.gate.count(login.ClaimSubmitCredentials)
		if b.page.passwords > claims || b.page.passwords > 4 {
			rt.Fatalf("%d submits of the password with %d claims: %v", b.page.passwords, claims, b.page.acts)
		}
	})
}

func TestRun_OnAnySite_TypesNothingWhereSecretsMayNotBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := drive(t, rt, drawSite(rt, classesBut(login.ClassUnknown, login.ClassAmbiguous)))
		if b.page.refusedPuts > 0 {
			rt.Fatalf("only the page itself refused: %v", b.page.acts)
		}
		if len(b.page.values["new"]) > 0 {
			rt.Fatal("a new password was set")
		}
	})
}

func TestRun_OnAnySite_TypesNoCodeTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := drive(t, rt, drawSite(rt, classesBut(repeating...)))
		for _, field := range []string{"code", "backup"} {
			codes := slices.Clone(b.page.values[field])
			slices.Sort(codes)
			if len(slices.Compact(codes)) != len(b.page.values[field]) {
				rt.Fatalf("%s: %v", field, b.page.values[field])
			}
		}
	})
}

func TestHoldsWord_OfAnyText_FindsOnlyWholeNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"alice": true, "ALICE (you)": true, "Signed in as alice.": true, "Alice, work": true, "«alice»": true,
		"malice": false, "alice2": false, "alice@else.example": false, "alice.smith": false, "x-alice": false, "": false,
	} {
		s := before(as(login.ClassAccountChoice, withOption(login.Option{Kind: login.OptionAccount, Label: text}, "it"),
			withOption(login.Option{Kind: login.OptionAccount, Label: "zz"}, "zz")))
		b := setup(t, s)
		require.Equal(t, want, b.run(t).LoggedIn != nil, "%q", text)
	}
}
