package login_test

import (
	"encoding/json"
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
			if x.Kind != login.ControlField || !x.Visible || x.Disabled || x.ReadOnly {
				t.Fatalf("%s is %+v", f.Role, x)
			}
			if f.Role == login.RolePassword && (x.Autocomplete == "new-password" || x.Label == "New password" || x.Label == "Confirm password") {
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
		if s := c.Submit; s != nil && (s.Kind != login.ControlButton || !s.Visible || s.Text == "Continue with Google" || s.Text == "Cancel") {
			t.Fatalf("the button is %+v", s)
		}
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

func FuzzClassify(f *testing.F) {
	for _, x := range readFixtures(f) {
		model, err := json.Marshal(x.Model)
		require.NoError(f, err)
		f.Add(model, x.History.PasswordSubmitted)
	}
	f.Fuzz(func(t *testing.T, model []byte, submitted bool) {
		var m login.PageModel
		if json.Unmarshal(model, &m) != nil {
			t.Skip()
		}
		c := login.Classify(&m, login.History{PasswordSubmitted: submitted})
		for _, x := range c.Fields {
			if !x.Control.Visible || x.Control.Disabled {
				t.Fatalf("%s is %+v", x.Role, x.Control)
			}
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	f := readFixtures(b)["simplesaml"]
	for i := range 40 { // a page of some size: navigation, footer, languages
		f.Model.Controls = append(f.Model.Controls, login.Control{
			Ref: string(rune('A' + i)), Frame: "main", Kind: login.ControlLink, Text: labels[i%len(labels)] + " and more",
			Href: "https://app.example/some/page", Visible: true,
		})
	}
	for len(f.Model.Text) < 4000 {
		f.Model.Text += " Without your username and password you cannot authenticate yourself. Пароль неверный."
	}
	b.ReportAllocs()
	for b.Loop() {
		login.Classify(&f.Model, f.History)
	}
}
