package loginlab

import (
	"net/http"
	"strings"
)

// The fields' names in forms and JSON.
const (
	fieldUsername = "username"
	fieldPassword = "password"
	fieldCode     = "code"
	fieldCSRF     = "csrf"
)

// field is one labelled input.
type field struct {
	Name, Label, Type, Autocomplete string
	InputMode, Pattern              string
	MaxLength                       int
	Value                           string
	Autofocus                       bool
}

// link leads away from a form.
type link struct{ Href, Text string }

// form is a page with one form: pages differ by data, not by template.
type form struct {
	Heading, Intro string
	Alert          string
	Action         string
	CSRF           string
	// Account is the user name that an earlier step was given; browsers' password managers want it repeated.
	Account string
	Fields  []field
	Submit  string
	Links   []link
	// Watch is where a script reports what is typed; only hostile pages have one.
	Watch string
}

func (s *site) usernameField(value string) field {
	return field{
		Name: fieldUsername, Label: s.words().Username, Type: "text", Autocomplete: "username",
		Value: value, Autofocus: value == "",
	}
}

func (s *site) passwordField() field {
	return field{Name: fieldPassword, Label: s.words().Password, Type: "password", Autocomplete: "current-password"}
}

// codeField is a field for a code of so many characters.
func codeField(label string, length int, digits bool) field {
	f := field{Name: fieldCode, Label: label, Type: "text", Autocomplete: "one-time-code", MaxLength: length}
	if digits {
		f.InputMode, f.Pattern = "numeric", "[0-9]*"
	}
	return f
}

func onlyDigits(code string) bool { return strings.Trim(code, "0123456789") == "" }

// loginForm is the first page of a login.
func (s *site) loginForm(user, alert string) form {
	w := s.words()
	f := form{
		Heading: w.SignInHeading, Alert: alert, Action: s.path("login"), Submit: w.SignIn,
		Fields: []field{s.usernameField(user), s.passwordField()},
		Links:  []link{{s.path("forgot"), w.Forgot}, {s.path("register"), w.Register}},
	}
	if s.Factor == FactorTOTPInForm {
		f.Fields = append(f.Fields, codeField(w.AuthenticatorLabel, totpDigits, true))
	}
	if s.Topology == TopologyIdentifierFirst {
		f.Fields, f.Submit = f.Fields[:1], w.Continue
	}
	if s.Nuisance == NuisanceDowngrade {
		f.Action, f.Watch = s.otherURL("login"), s.path("keystroke")
	}
	return f
}

// passwordForm is the second page of an identifier-first login.
func (s *site) passwordForm(user, alert string) form {
	w := s.words()
	password := s.passwordField()
	password.Autofocus = true
	return form{
		Heading: w.PasswordHeading, Alert: alert, Action: s.path("password"), Submit: w.SignIn,
		Account: user, Fields: []field{password},
		Links: []link{{s.path("login"), w.NotYou}, {s.path("forgot"), w.Forgot}},
	}
}

// codeForm asks for the code that a flow wants.
func (s *site) codeForm(f flow, alert string) form {
	w := s.words()
	asked, intro := codeField(w.AuthenticatorLabel, totpDigits, true), w.AuthenticatorIntro
	if f.code != "" {
		digits := onlyDigits(f.code)
		asked = codeField(w.Code, len(f.code), digits)
		intro = w.textedIntro(len(f.code), digits, maskPhone(f.phone))
	}
	asked.Autofocus = true
	return form{
		Heading: w.CodeHeading, Intro: intro, Alert: alert, Action: s.path("code"), Submit: w.Verify,
		Fields: []field{asked}, Links: []link{{s.path("login"), w.BackToSignIn}},
	}
}

// showForm writes a page with a form and its CSRF token.
func (s *site) showForm(w http.ResponseWriter, r *http.Request, status int, f form) {
	f.CSRF = s.csrfToken(w, r)
	s.render(w, status, "form", f.Heading, f)
}
