package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// methodSite offers ways to verify after the password; each leads to its own page.
func methodSite(methods ...login.Method) *site {
	choice := as(login.ClassMethodChoice)
	s := after(choice)
	s.pages["page"].clicks = map[string]string{}
	for _, m := range methods {
		withMethod(m, string(m))(choice)
		s.pages["page"].clicks[string(m)] = string(m)
		s.pages[string(m)] = page("home", as(login.ClassCode, withField(login.RoleCode, "code"), withSubmit("go")))
	}
	return s
}

func TestMethodChoice_TakesWhatNeedsNoPerson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		give   map[string]string
		prefer []string
		want   login.Method
	}{
		{"totp", map[string]string{login.ParameterTOTPSecret: testSeed}, []string{"sms"}, login.MethodTOTP},
		{"passkey before totp", map[string]string{login.ParameterTOTPSecret: testSeed, login.ParameterPasskey: "{}"}, nil, login.MethodPasskey},
		{"what the project prefers, in order", nil, []string{"voice", "email", "sms"}, login.MethodEmail},
		{"a preferred totp needs its secret", nil, []string{"totp", "sms"}, login.MethodSMS},
		{"a backup code when nothing else", map[string]string{login.ParameterBackupCodes: "aaaa bbbb"}, nil, login.MethodBackupCode},
		{"the preferred before a backup code", map[string]string{login.ParameterBackupCodes: "aaaa"}, []string{"sms"}, login.MethodSMS},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, methodSite(login.MethodSMS, login.MethodEmail, login.MethodTOTP, login.MethodPasskey, login.MethodBackupCode))
			for name, value := range c.give {
				b.give(name, value)
			}
			b.in.Project.OTP.Prefer = c.prefer
			b.run(t)
			require.Equal(t, 1, b.page.did("click "+string(c.want)), "%v", b.page.acts)
			for _, m := range []login.Method{login.MethodSMS, login.MethodEmail, login.MethodTOTP, login.MethodPasskey, login.MethodBackupCode} {
				if m != c.want {
					require.Zero(t, b.page.did("click "+string(m)))
				}
			}
		})
	}
}

func TestMethodChoice_WithASingleMethod_TakesIt(t *testing.T) {
	t.Parallel()
	b := setup(t, methodSite(login.MethodSMS))
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskCode, out.Question.Kind)
	require.Equal(t, 1, b.page.did("click sms"))
	require.Equal(t, 1, b.gate.count(login.ClaimAct), "what is sent is sent once")
}

func TestMethodChoice_OtherwiseAsks(t *testing.T) {
	t.Parallel()
	s := methodSite(login.MethodSMS, login.MethodEmail, login.MethodBackupCode)
	s.pages["page"].seen.Options[0].Label, s.pages["page"].seen.Options[0].MaskedTarget = "Text message", "•••• 42"
	b := setup(t, s)
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskChoice, out.Question.Kind)
	require.Equal(t, []session.Choice{
		{ID: "method-sms", Type: "method", Label: "Text message", Description: "•••• 42"},
		{ID: "method-email", Type: "method", Label: "email"},
		{ID: "method-backup-code", Type: "method", Label: "backup_code"},
	}, out.Question.Choices)
	require.Empty(t, out.Question.Fields)
	require.Equal(t, 1, b.page.did("click"))

	require.Equal(t, out.Question, b.resume(t, out, choiceOf("ask_0", "method-pigeon")).Question, "an unknown choice is asked again")
	out = b.resume(t, out, choiceOf("ask_1", "method-email"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskCode, out.Question.Kind)
	require.Equal(t, 1, b.page.did("click email"))
}

func TestMethodChoice_SaysWhichNeedNoPerson(t *testing.T) {
	t.Parallel()
	b := setup(t, methodSite(login.MethodSMS, login.MethodTOTP, login.MethodBackupCode))
	b.give(login.ParameterTOTPSecret, testSeed)
	b.give(login.ParameterBackupCodes, "aaaa")
	b.in.Progress.AskMethod = true
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	got := map[string]bool{}
	for _, c := range out.Question.Choices {
		got[c.ID] = c.Automatable
	}
	require.Equal(t, map[string]bool{"method-sms": false, "method-totp": true, "method-backup-code": true}, got)
}

func TestMethodChoice_ThatLeadsBack_AsksWithTheReason(t *testing.T) {
	t.Parallel()
	s := methodSite(login.MethodSMS, login.MethodEmail)
	s.pages["page"].clicks["sms"] = ""
	b := setup(t, s)
	b.in.Project.OTP.Prefer = []string{"sms"}
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonNoEffect, out.Question.Reason)
	require.Equal(t, 1, b.page.did("click sms"))
}

func TestMethodChoice_WhenRepeatedAfterACrash_SendsNothingTwice(t *testing.T) {
	t.Parallel()
	b := setup(t, methodSite(login.MethodSMS, login.MethodEmail))
	out := b.run(t)
	b.gate.taken = append(b.gate.taken, "act/ask_1")
	out = b.resume(t, out, choiceOf("ask_1", "method-sms"))
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, session.AskChoice, out.Question.Kind)
	require.Zero(t, b.page.did("click sms"))
}

func TestMethodChoice_AmongRadioButtons_ConfirmsTheMark(t *testing.T) {
	t.Parallel()
	for _, kind := range []login.ControlKind{login.ControlToggle, login.ControlSelect} {
		choice := as(login.ClassMethodChoice, withAction(login.ActionConfirm, "continue"),
			withOption(login.Option{Kind: login.OptionMethod, Method: login.MethodSMS, Control: login.Control{Kind: kind}}, "sms"))
		s := after(choice)
		s.pages["page"].clicks = map[string]string{"sms": "", "continue": "home"}
		b := setup(t, s)
		out := b.run(t)
		require.NotNil(t, out.LoggedIn, "%+v", out.Failed)
		want := map[login.ControlKind]string{login.ControlToggle: "click sms", login.ControlSelect: "select sms: sms"}[kind]
		require.Contains(t, b.page.acts, want)
	}
}

func TestAccountChoice_TakesTheUsersOwn(t *testing.T) {
	t.Parallel()
	account := func(label string, another bool) func(*login.Classification) {
		return withOption(login.Option{Kind: login.OptionAccount, Label: label, Another: another}, label)
	}
	for _, c := range []struct {
		name    string
		options []func(*login.Classification)
		want    string
	}{
		{"whole, in any case", []func(*login.Classification){account("Malice", false), account("ALICE (signed in)", false), account("Other", true)}, "ALICE (signed in)"},
		{"not as part of an address", []func(*login.Classification){account("alice@else.example", false), account("Use another account", true)}, "Use another account"},
		{"several of them: asks", []func(*login.Classification){account("alice, work", false), account("alice, home", false), account("Other", true)}, ""},
		{"none, and no other way: asks", []func(*login.Classification){account("bob", false), account("carol", false)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, before(as(login.ClassAccountChoice, c.options...)))
			out := b.run(t)
			if c.want == "" {
				require.NotNil(t, out.Question, "%+v", out)
				require.Equal(t, "account", out.Question.Choices[0].Type)
				require.NotContains(t, out.Question.Choices[0].ID, "alice", "an id goes into logs")
				out = b.resume(t, out, choiceOf("ask_1", out.Question.Choices[1].ID))
				require.NotNil(t, out.LoggedIn, "%+v", out)
				return
			}
			require.NotNil(t, out.LoggedIn, "%+v", out)
			require.Equal(t, 1, b.page.did("click "+c.want))
		})
	}
}

func TestSignInWith_TakesWhatTheProjectNames(t *testing.T) {
	t.Parallel()
	provider := func(name, label string) func(*login.Classification) {
		return withOption(login.Option{Kind: login.OptionSignInWith, Provider: name, Label: label}, label)
	}
	google, other := provider("google", "Continue with Google"), provider("other", "Use Acme ID")
	for _, c := range []struct {
		name, with string
		seen       *login.Classification
		want       string
	}{
		{"by provider", "Google", as(login.ClassSSOOnly, google, other), "Continue with Google"},
		{"by label", "acme id", as(login.ClassSSOOnly, google, other), "Use Acme ID"},
		{"the only one", "", as(login.ClassSSOOnly, other), "Use Acme ID"},
		{"not another than the named one", "github", as(login.ClassSSOOnly, other), ""},
		{"several: asks", "", as(login.ClassSSOOnly, google, other), ""},
		{"beside a form", "google", as(login.ClassIdentifier, withField(login.RoleIdentifier, "user"), google, other), "Continue with Google"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, before(c.seen))
			b.in.Project.SignInWith = c.with
			out := b.run(t)
			if c.want == "" {
				require.NotNil(t, out.Question, "%+v", out)
				require.Equal(t, "sign_in_with", out.Question.Choices[0].Type)
				return
			}
			require.NotNil(t, out.LoggedIn, "%+v", out)
			require.Equal(t, "click "+c.want, b.page.acts[1])
		})
	}
}

func TestSignInWith_WhenTheWayLeadsBackOnce_GoesItAgain(t *testing.T) {
	t.Parallel()
	s := before(as(login.ClassSSOOnly, withOption(login.Option{Kind: login.OptionSignInWith, Provider: "sso"}, "sso")))
	s.pages["page"].submit = func(map[string]string) string { return "consent" }
	s.pages["consent"] = page("page", as(login.ClassConsent, withAction(login.ActionAccept, "ok")))
	b := setup(t, s)
	out := b.run(t)
	require.NotNil(t, out.Question, "%+v", out.Failed)
	require.Equal(t, login.ReasonNoEffect, out.Question.Reason)
	require.Equal(t, 2, b.page.did("click sso"))
}

func TestOrganisation_IsFilledInOrChosen(t *testing.T) {
	t.Parallel()
	org := func(label string) func(*login.Classification) {
		return withOption(login.Option{Kind: login.OptionOrganisation, Label: label}, label)
	}
	t.Run("a field", func(t *testing.T) {
		t.Parallel()
		b := setup(t, before(as(login.ClassOrganisation, withField(login.RoleOrganisation, "tenant"), withSubmit("next"))))
		out := b.run(t)
		require.NotNil(t, out.Question, "%+v", out.Failed)
		require.Equal(t, []session.Field{{Name: "organisation", Type: "text", Label: "Organisation"}}, out.Question.Fields)
		out = b.resume(t, out, answerWith("ask_1", session.AskCredentials, map[string]string{"organisation": "acme"}))
		require.NotNil(t, out.LoggedIn, "%+v", out)
		require.Equal(t, []string{"acme"}, b.page.values["tenant"])
	})
	t.Run("a list", func(t *testing.T) {
		t.Parallel()
		b := setup(t, before(as(login.ClassOrganisation, org("Acme Holding"), org("ACME"))))
		b.give(login.ParameterOrganisation, "acme")
		require.NotNil(t, b.run(t).LoggedIn)
		require.Equal(t, "click ACME", b.page.acts[1])
	})
	t.Run("a list without a match", func(t *testing.T) {
		t.Parallel()
		b := setup(t, before(as(login.ClassOrganisation, org("One"), org("Two"))))
		out := b.run(t)
		require.NotNil(t, out.Question)
		require.Equal(t, "organisation", out.Question.Choices[1].Type)
		require.NotNil(t, b.resume(t, out, choiceOf("ask_1", out.Question.Choices[1].ID)).LoggedIn)
		require.Equal(t, 1, b.page.did("click Two"))
	})
	t.Run("one the site does not know", func(t *testing.T) {
		t.Parallel()
		s := before(as(login.ClassOrganisation, withField(login.RoleOrganisation, "tenant"), withSubmit("next")))
		s.pages["page"].submit = func(map[string]string) string { return "no" }
		s.pages["no"] = page("", as(login.ClassOrganisation, withField(login.RoleOrganisation, "tenant"), withError(login.ErrorRejected, "No such workspace")))
		b := setup(t, s)
		b.give(login.ParameterOrganisation, "acme")
		requireFailure(t, b.run(t), session.FailureCredential, "unknown_organisation")
	})
}

func TestOrganisation_InTheListOfALoginForm_IsTheEntryThatHoldsIt(t *testing.T) {
	t.Parallel()
	companies := func(c *login.Classification) {
		x := control("company", login.ControlSelect)
		x.Options = []string{"-- select --", "010 - Acme Trading", "020 - Acme Haulage", "Acme"}
		c.Fields = append(c.Fields, login.FieldRole{Role: login.RoleOrganisation, Control: x, Score: 100, Margin: 100})
	}
	form := func(t *testing.T, organisation string) *bench {
		t.Helper()
		b := setup(t, before(as(login.ClassOrganisation, companies, withSubmit("next"))))
		b.give(login.ParameterOrganisation, organisation)
		return b
	}
	for given, entry := range map[string]string{"acme haulage": "020 - Acme Haulage", "ACME": "Acme"} {
		b := form(t, given)
		require.NotNil(t, b.run(t).LoggedIn, given)
		require.Equal(t, "select company: "+entry, b.page.acts[1])
	}
	for _, none := range []string{"Other", "Acm"} {
		b := form(t, none)
		requireFailure(t, b.run(t), session.FailureCredential, "unknown_organisation")
		require.Equal(t, []string{"open"}, b.page.acts)
	}
}
