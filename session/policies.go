package session

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSignInWith bounds the name of a provider's button, in characters.
const maxSignInWith = 64

// PreferableMethods lists what otp.prefer may name: the ways to verify that need nothing but a click to begin.
func PreferableMethods() []string { return []string{"totp", "sms", "email", "voice", "push"} }

// BrowserLostPolicy says what a login does whose browser is lost after it asked a question. One that had asked nothing begins
// anew in any case.
type BrowserLostPolicy string

// The policies for a lost browser.
const (
	// BrowserLostRestart begins anew, and says in the new question why it is asked.
	BrowserLostRestart BrowserLostPolicy = "restart"
	// BrowserLostFail ends the login: nobody is sent a second code.
	BrowserLostFail BrowserLostPolicy = "fail"
)

// policyFaults returns what is wrong with the fields that decide in the place of a person.
func (p *Project) policyFaults() []error {
	var errs []error
	fault := func(field, format string, args ...any) {
		errs = append(errs, &FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	for _, f := range []struct {
		name    string
		given   Policy
		allowed []Policy // the default first
	}{
		{"consent", p.Consent, []Policy{PolicyAccept, PolicyAsk}},
		{"terms", p.Terms, []Policy{PolicyAsk, PolicyAccept}},
		{"remember", p.Remember, []Policy{PolicyAccept, PolicyDecline}},
	} {
		if f.given != "" && !slices.Contains(f.allowed, f.given) {
			fault(f.name, "is %q; it may be %q (the default) or %q", f.given, f.allowed[0], f.allowed[1])
		}
	}
	switch p.OnBrowserLost {
	case "", BrowserLostRestart, BrowserLostFail:
	default:
		fault("onBrowserLost", "is %q; it may be %q or %q", p.OnBrowserLost, BrowserLostRestart, BrowserLostFail)
	}
	for i, method := range p.OTP.Prefer {
		field := fmt.Sprintf("otp.prefer[%d]", i)
		switch {
		case !slices.Contains(PreferableMethods(), method):
			fault(field, "is %q; it may be one of %s", method, strings.Join(PreferableMethods(), ", "))
		case slices.Contains(p.OTP.Prefer[:i], method):
			fault(field, "names %q again", method)
		}
	}
	if reason := signInWithFault(p.SignInWith); reason != "" {
		fault("signInWith", "%s", reason)
	}
	return errs
}

func signInWithFault(name string) string {
	switch {
	case name == "":
		return ""
	case utf8.RuneCountInString(name) > maxSignInWith:
		return fmt.Sprintf("has more than %d characters; name the provider as its button does: \"google\"", maxSignInWith)
	case strings.TrimSpace(name) != name || strings.ContainsFunc(name, unicode.IsControl):
		return "has white space around it or a control character"
	}
	return ""
}

// SuffixFaults returns a *FieldError for every entry of AllowedHosts that opens a whole public suffix ("*.co.uk",
// "*.github.io"), under which anybody can have a host. The caller knows the list (https://publicsuffix.org),
// which this package does not; ask where a document is accepted.
func (p *Project) SuffixFaults(isPublic func(domain string) bool) []error {
	var errs []error
	for i, entry := range p.AllowedHosts {
		if suffix, wild := strings.CutPrefix(strings.ToLower(entry), "*."); wild && isPublic(suffix) {
			errs = append(errs, &FieldError{
				Field:   fmt.Sprintf("allowedHosts[%d]", i),
				Message: fmt.Sprintf("is %q, under which anybody can have a host; name the host or the company's own domain", entry),
			})
		}
	}
	return errs
}
