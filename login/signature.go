package login

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"
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
		_, _ = fmt.Fprintln(h, f.Role, x.Type, x.Autocomplete, x.Name, x.Label, x.Placeholder)
	}
	for _, heading := range m.Headings {
		_, _ = fmt.Fprintln(h, withoutDigits(heading))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

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
			flags(c.Visible, c.Disabled, c.ReadOnly, c.Invalid))
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
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, s)
}
