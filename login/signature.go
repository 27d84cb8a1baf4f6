package login

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"

	"github.com/anteroom/anteroom/login/words"
)

// signature names the class and its fields: by what people see of them, since some sites make new ids each time.
// Headings count without their digits, so that a countdown does not look like another step.
func signature(m *PageModel, c *Classification) string {
	h := sha256.New()
	path := m.URL
	if u, err := url.Parse(m.URL); err == nil {
		path = u.Host + u.Path
	}
	_, _ = fmt.Fprintln(h, c.Class, path)
	for i := range c.Fields {
		f := &c.Fields[i]
		x := &f.Control
		_, _ = fmt.Fprintln(h, f.Role, x.Type, x.Autocomplete, stableName(x.Name), x.Label, x.Placeholder)
	}
	for _, heading := range m.Headings {
		_, _ = fmt.Fprintln(h, withoutDigits(heading))
	}
	_, _ = fmt.Fprintln(h, c.Question)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// FieldSignature names a field, button or option across loads of its page: by kind, type, autocomplete, name and label
// without digits. It tells nothing of what it was made from.
func FieldSignature(c *Control) string {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, c.Kind, c.Type, autocompleteToken(c.Autocomplete), stableName(c.Name))
	for _, text := range []string{c.Label, c.Placeholder, c.Text} {
		_, _ = fmt.Fprintln(h, withoutDigits(words.Normalise(text)))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// stableName returns a developer's name without its digits; empty for one that is made anew each time: most of its words
// change between letters and digits.
func stableName(name string) string {
	changes := 0
	var before rune
	for _, r := range name {
		if before != 0 && unicode.IsDigit(r) != unicode.IsDigit(before) && (unicode.IsLetter(r) || unicode.IsLetter(before)) {
			changes++
		}
		before = r
	}
	if changes >= randomChanges && words.FindIdentifier(name).Empty() {
		return ""
	}
	return withoutDigits(name)
}

// randomChanges is how often a name changes between letters and digits from where it counts as random.
const randomChanges = 3

// modelHash changes with everything that people see, but digits (a countdown) and whether a field is filled.
func modelHash(m *PageModel) string {
	h := sha256.New()
	line := func(parts ...string) {
		_, _ = io.WriteString(h, strings.Join(parts, "\x1f")+"\n")
	}
	line(m.URL, m.Title, itoa(m.Status))
	for i := range m.Controls {
		c := &m.Controls[i]
		line(string(c.Kind), c.Type, c.Name, c.ElementID, c.Label, withoutDigits(c.Text), withoutDigits(c.Description),
			flags(c.Visible, c.Disabled, c.ReadOnly, c.Invalid, c.Covered))
	}
	line(m.Headings...)
	line(m.Alerts...)
	line(withoutDigits(m.Text))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func flags(fs ...bool) string {
	b := make([]byte, len(fs))
	for i, f := range fs {
		b[i] = '0'
		if f {
			b[i] = '1'
		}
	}
	return string(b)
}

func withoutDigits(s string) string {
	if !strings.ContainsFunc(s, unicode.IsDigit) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, s)
}
