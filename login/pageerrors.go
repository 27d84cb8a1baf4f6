package login

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// maxErrorText is how much of a site's sentence is kept, in characters (session.Failure.SiteError).
const maxErrorText = 200

// severity orders error classes: what must stop everything comes first.
var severity = []ErrorClass{
	ErrorLockout, ErrorPasswordExpired, ErrorUnknownUser, ErrorCredentials, ErrorCode, ErrorCodeExpired, ErrorSite, ErrorRejected,
}

// errors returns the site's messages that something is wrong, worst first.
func (p *page) errors() []PageError {
	found := []PageError{}
	add := func(text, rule string, weight int) {
		class := errorClass(text)
		if class == "" || slices.ContainsFunc(found, func(e PageError) bool { return e.Text == cut(text, maxErrorText) }) {
			return
		}
		found = append(found, PageError{
			Class: class, Text: cut(text, maxErrorText), New: !slices.Contains(p.past.Baseline, messagePrint(text)),
			Evidence: session.Evidence{Rule: rule, Weight: weight, Where: "page"},
		})
	}
	for _, text := range p.m.Alerts {
		add(text, "alert_"+string(errorClass(text)), 40)
	}
	for i := range p.m.Controls {
		if c := &p.m.Controls[i]; c.Visible && c.Invalid {
			add(c.Description, "invalid_field", 40)
		}
	}
	for _, text := range p.m.Headings {
		add(text, "heading", 25)
	}
	sortErrors(found)
	return found
}

func sortErrors(errs []PageError) {
	slices.SortStableFunc(errs, func(a, b PageError) int {
		return slices.Index(severity, a.Class) - slices.Index(severity, b.Class)
	})
}

// errorLines looks for a complaint in the running text beside a form, where nothing marks it as a message: a short
// line that was not there before the submit and says plainly what is wrong.
func (p *page) errorLines(known []PageError) []PageError {
	var found []PageError
	for _, l := range p.lines {
		line, class := l.text, errorClassOf(l.says)
		if len(line) > 2*maxErrorText || class == "" || class == ErrorRejected || class == ErrorSite {
			continue
		}
		mark := messagePrint(line)
		old := slices.Contains(p.past.Lines, mark) || slices.Contains(p.past.Baseline, mark)
		repeated := slices.ContainsFunc(known, func(e PageError) bool { return messagePrint(e.Text) == mark })
		if !old && !repeated {
			found = append(found, PageError{
				Class: class, Text: cut(line, maxErrorText), New: true,
				Evidence: session.Evidence{Rule: "line_of_text", Weight: 20, Where: "page"},
			})
		}
	}
	return found
}

// lines returns the fingerprints of everything that errorLines reads.
func lines(m *PageModel) []string {
	var prints []string
	for line := range strings.Lines(m.Text) {
		if line = squeeze(line); line != "" && errorClass(line) != "" {
			prints = append(prints, messagePrint(line))
		}
	}
	return prints
}

// errorClass says what a message complains about; empty when it does not complain.
func errorClass(text string) ErrorClass { return errorClassOf(words.Find(text)) }

func errorClassOf(s words.Set) ErrorClass {
	code := s.Has(words.Code, words.CodeWeak, words.Recovery)
	account := s.Has(words.Password, words.Username) || s.Has(words.Email, words.Login) && !code
	if class := lockoutOf(s, account, code); class != "" {
		return class
	}
	switch {
	case s.Has(words.PasswordExpired):
		return ErrorPasswordExpired
	case s.Has(words.UnknownUser) && !s.HasAll(words.Password, words.Wrong): // which of the two is wrong is not said
		return ErrorUnknownUser
	case code && !account && s.Has(words.Expired, words.Wrong):
		if s.Has(words.Expired) {
			return ErrorCodeExpired
		}
		return ErrorCode
	case s.Has(words.SessionExpired):
		return ErrorSite
	case account && s.Has(words.Wrong):
		return ErrorCredentials // a message that names both blames the password: any doubt counts so
	case s.Has(words.SiteError):
		return ErrorSite
	case s.Has(words.Wrong):
		return ErrorRejected
	}
	return ""
}

// lockoutOf says what a message about too many tries or a locked account complains about; empty for another message.
func lockoutOf(s words.Set, account, code bool) ErrorClass {
	switch {
	case s.Has(words.SiteError) && !account && !s.Has(words.TooMany):
		return ErrorSite // "Something went wrong, try again later" locks nobody out
	case s.HasAll(words.Lockout, words.Wrong) && s.Has(words.Password, words.Username) && !s.Has(words.TooMany):
		return ErrorCredentials // "wrong password, or the account is blocked"
	case s.Has(words.Lockout), s.Has(words.TooMany) && (account || !code):
		return ErrorLockout
	case s.Has(words.TooMany):
		return ErrorCode // tried too often is this code, not the account
	}
	return ""
}

// messagePrint names a message without keeping it: the same for one that differs only in names, numbers or what is left
// of a time, and also once the page was redacted.
func messagePrint(text string) string { return fingerprint(words.Mask(text)) }

// fingerprint names a text without keeping it.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(words.Normalise(text)))
	return hex.EncodeToString(sum[:8])
}

// baseline returns the fingerprints of everything that errors reads.
func baseline(m *PageModel) []string {
	prints := lines(m)
	for _, text := range m.Alerts {
		prints = append(prints, messagePrint(text))
	}
	for _, text := range m.Headings {
		prints = append(prints, messagePrint(text))
	}
	for i := range m.Controls {
		if c := &m.Controls[i]; c.Invalid && c.Description != "" {
			prints = append(prints, messagePrint(c.Description))
		}
	}
	return prints
}

// cut returns at most n characters of text.
func cut(text string, n int) string {
	count := 0
	for i := range text {
		if count == n {
			return text[:i]
		}
		count++
	}
	return text
}
