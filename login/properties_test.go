package login_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/login"
)

// labels are what fields and buttons of drawn pages say: of every concern that matters, in some languages.
var labels = []string{
	"", "Username", "E-mail", "Password", "New password", "Confirm password", "Verification code", "Code", "PIN", "Search",
	"Newsletter", "First name", "Card number", "CVC", "Coupon code", "Postal code", "Company", "Backup code", "Log in",
	"Next", "Sign up", "Forgot password?", "Continue with Google", "Cancel", "Log out", "Passwort", "Benutzername",
	"パスワード", "验证码", "пароль", "رمز التحقق", "userName", "otpCode2", "q",
}

func drawPage(t *rapid.T) login.PageModel {
	label := rapid.SampledFrom(labels)
	maybe := rapid.Bool()
	control := rapid.Custom(func(t *rapid.T) login.Control {
		return login.Control{
			Frame: rapid.SampledFrom([]string{"main", "inner"}).Draw(t, "frame"),
			Kind: rapid.SampledFrom([]login.ControlKind{
				login.ControlField, login.ControlField, login.ControlField, login.ControlButton, login.ControlLink,
				login.ControlToggle, login.ControlSelect,
			}).Draw(t, "kind"),
			Type: rapid.SampledFrom([]string{"text", "password", "password", "email", "tel", "number", "search", "submit", "file", ""}).Draw(t, "type"),
			Name: label.Draw(t, "name"), ElementID: label.Draw(t, "id"), Label: label.Draw(t, "label"), Text: label.Draw(t, "text"),
			Placeholder:  label.Draw(t, "placeholder"),
			Autocomplete: rapid.SampledFrom([]string{"", "", "off", "username", "email", "current-password", "new-password", "one-time-code", "cc-csc", "section-a username webauthn"}).Draw(t, "autocomplete"),
			Form:         rapid.IntRange(0, 2).Draw(t, "form"), MaxLength: rapid.IntRange(0, 8).Draw(t, "maxLength"),
			Visible: maybe.Draw(t, "visible") || maybe.Draw(t, "visible after all"), Disabled: maybe.Draw(t, "disabled") && maybe.Draw(t, "really"),
			ReadOnly: maybe.Draw(t, "readOnly") && maybe.Draw(t, "really"), Filled: maybe.Draw(t, "filled"), WasPassword: maybe.Draw(t, "wasPassword"),
			Box: login.Box{Y: float64(rapid.IntRange(0, 900).Draw(t, "y")), Width: 40, Height: 20},
		}
	})
	m := login.PageModel{
		URL: "https://app.example/login", Title: label.Draw(t, "title"), Headings: rapid.SliceOfN(label, 0, 2).Draw(t, "headings"),
		Alerts: rapid.SliceOfN(label, 0, 2).Draw(t, "alerts"), Text: label.Draw(t, "text"),
		Status:   rapid.SampledFrom([]int{0, 200, 401, 429, 500}).Draw(t, "status"),
		Frames:   []login.Frame{{ID: "main", Document: "d1"}, {ID: "inner", Document: "d2"}},
		Controls: rapid.SliceOfN(control, 0, 8).Draw(t, "controls"),
	}
	for i := range m.Controls {
		m.Controls[i].Ref = string(rune('a' + i))
	}
	return m
}

func drawHistory(t *rapid.T) login.History {
	flag := rapid.Bool()
	return login.History{
		IdentifierSubmitted: flag.Draw(t, "identifier"), PasswordSubmitted: flag.Draw(t, "password"),
		CodeSubmitted: flag.Draw(t, "code"), Resumed: flag.Draw(t, "resumed"), LoginPath: "/login",
	}
}

func TestClassify_NeverPicksWhatMustNotBeTypedInto(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, past := drawPage(t), drawHistory(t)
		c := login.Classify(&m, past)
		if !slices.Contains(login.Classes(), c.Class) {
			t.Fatalf("class %q is none", c.Class)
		}
		for _, f := range c.Fields {
			x := f.Control
			list := f.Role == login.RoleOrganisation && x.Kind == login.ControlSelect
			if x.Kind != login.ControlField && !list || !x.Visible && (c.Cover == nil || !x.Covered) || x.Disabled || x.ReadOnly {
				t.Fatalf("%s is %+v", f.Role, x)
			}
			if f.Role == login.RolePassword && (x.Autocomplete == "new-password" && !besideLogin(&m, &x) || x.Label == "New password" || x.Label == "Confirm password") {
				t.Fatalf("a new password is taken for the password: %+v", x)
			}
			if f.Role == login.RolePassword && x.Type != "password" && !x.WasPassword {
				t.Fatalf("the password would be shown: %+v", x)
			}
			if f.Role == login.RoleIdentifier && (x.Type == "password" || x.Type == "search" || x.Label == "Search" || x.Label == "Newsletter") {
				t.Fatalf("the identifier would go astray: %+v", x)
			}
			if f.Role == login.RoleCode && (x.Label == "Coupon code" || x.Label == "Postal code" || x.Autocomplete == "cc-csc") {
				t.Fatalf("the code would go astray: %+v", x)
			}
		}
		if s := c.Submit; s != nil && (s.Kind != login.ControlButton || !s.Visible && c.Cover == nil || s.Text == "Continue with Google" || s.Text == "Cancel") {
			t.Fatalf("the button is %+v", s)
		}
	})
}

// besideLogin reports whether a button of the field's form signs in: new-password stands there only to keep browsers from
// filling the field in.
func besideLogin(m *login.PageModel, x *login.Control) bool {
	return slices.ContainsFunc(m.Controls, func(b login.Control) bool {
		return b.Kind == login.ControlButton && b.Frame == x.Frame && b.Form == x.Form && (b.Text == "Log in" || b.Label == "Log in")
	})
}

func TestClassify_IsAPureFunction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, past := drawPage(t), drawHistory(t)
		before := m
		before.Controls = slices.Clone(m.Controls)
		first, second := login.Classify(&m, past), login.Classify(&m, past)
		require.Equal(t, first, second)
		require.Equal(t, before, m)
	})
}

func TestClassify_WithoutASubmit_IsNeverLoggedIn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawPage(t)
		if c := login.Classify(&m, login.History{LoginPath: "/x"}); c.Class == login.ClassLoggedIn {
			t.Fatalf("%+v", c)
		}
	})
}

func TestRedact_OnFixtures_KeepsClassFieldsAndActions(t *testing.T) {
	t.Parallel()
	for name, f := range readFixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redacted := login.Redact(&f.Model)
			before := login.Classify(&f.Model, f.History)
			after := login.Classify(redacted, login.RedactHistory(f.History))
			if len(f.History.Typed) > 0 {
				after = login.Classify(redacted, withTyped(f.History, &f.Model, redacted))
			}
			require.Equal(t, gist(&before), gist(&after), "before %v, after %v", before.Evidence, after.Evidence)
			require.Equal(t, redacted, login.Redact(redacted))
		})
	}
}

// withTyped names the typed fields by the documents of the redacted model.
func withTyped(h login.History, m, redacted *login.PageModel) login.History {
	typed := h.Typed
	h = login.RedactHistory(h)
	for i := range m.Controls {
		if slices.Contains(typed, m.TypedKey(&m.Controls[i])) {
			h.Typed = append(h.Typed, redacted.TypedKey(&redacted.Controls[i]))
		}
	}
	return h
}

// gist is what redaction must not change.
func gist(c *login.Classification) []string {
	lines := []string{string(c.Class), refOf(c.Submit)}
	for _, f := range c.Fields {
		lines = append(lines, string(f.Role)+" "+f.Control.Ref)
	}
	for _, a := range c.Actions {
		lines = append(lines, string(a.Kind)+" "+a.Control.Ref)
	}
	for _, x := range c.Toggles {
		lines = append(lines, string(x.Kind)+" "+x.Control.Ref)
	}
	for _, o := range c.Options {
		lines = append(lines, string(o.Kind)+" "+string(o.Method)+" "+o.Control.Ref)
	}
	for _, e := range c.Errors {
		lines = append(lines, string(e.Class))
	}
	return lines
}
