package login

import (
	"net/url"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// RedactText masks what may be personal in a text of a page: letters of words that no login page needs become x, digits
// become 0, also in e-mail addresses. It changes nothing that it has masked once.
func RedactText(text string) string { return words.Mask(text) }

// Redact returns a copy of m that shares nothing with it and holds no personal text: every text is as [RedactText]
// leaves it, names that developers gave keep their known words, hosts that nobody knows become example hosts. Classify
// finds the same class, roles and actions in it.
func Redact(m *PageModel) *PageModel {
	r := redactor{hosts: map[string]string{}}
	c := *m
	c.URL, c.Title = r.url(m.URL), RedactText(m.Title)
	c.Frames = slices.Clone(m.Frames)
	for i := range c.Frames {
		f := &c.Frames[i]
		f.Origin, f.URL, f.Document = r.url(f.Origin), r.url(f.URL), "d"+itoa(i+1)
	}
	c.Controls = slices.Clone(m.Controls)
	for i := range c.Controls {
		r.control(&c.Controls[i])
	}
	c.Headings, c.Alerts, c.LargeTexts = texts(m.Headings), texts(m.Alerts), texts(m.LargeTexts)
	c.Text = redactLines(m.Text)
	c.Images = slices.Clone(m.Images)
	for i := range c.Images {
		image := &c.Images[i]
		image.Alt, image.Source = RedactText(image.Alt), r.url(image.Source)
	}
	return &c
}

// RedactHistory returns h as it goes with a redacted model: the path of the login page may name somebody, too.
func RedactHistory(h History) History {
	h.LoginPath = words.MaskIdentifier(h.LoginPath)
	h.Typed = nil // names documents of the browser
	h.Baseline, h.Lines = slices.Clone(h.Baseline), slices.Clone(h.Lines)
	return h
}

// redactor keeps which host became which.
type redactor struct{ hosts map[string]string }

func (r *redactor) control(c *Control) {
	for _, text := range []*string{&c.Label, &c.Placeholder, &c.Description, &c.Text, &c.Group, &c.Context} {
		*text = RedactText(*text)
	}
	for _, name := range []*string{&c.Name, &c.ElementID, &c.FormLabel} {
		if *name != "q" { // the name of search fields everywhere
			*name = words.MaskIdentifier(*name)
		}
	}
	c.Href, c.FormAction = r.url(c.Href), r.url(c.FormAction)
	c.Options = texts(c.Options)
	c.ShadowPath = slices.Clone(c.ShadowPath)
	for i := range c.ShadowPath {
		c.ShadowPath[i] = words.MaskIdentifier(c.ShadowPath[i])
	}
}

// url keeps the scheme, the host where everybody knows it, the known words of the path and the names of the query.
func (r *redactor) url(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return words.MaskIdentifier(raw)
	}
	if u.Host == "" && u.Path == "" {
		return raw
	}
	path := u.Path
	if !wellKnown(raw) {
		path = words.MaskIdentifier(path)
		u.Host = r.host(u.Host)
	}
	query := ""
	if u.RawQuery != "" {
		query = "?" + words.MaskIdentifier(u.RawQuery)
	}
	if u.Host == "" {
		return path + query
	}
	return u.Scheme + "://" + u.Host + path + query
}

// wellKnown reports whether the address is of a provider or of a challenge.
func wellKnown(raw string) bool {
	_, challenge := captchaVendor(raw)
	return challenge || ssoPlace(raw)
}

func (r *redactor) host(host string) string {
	if host == "" {
		return ""
	}
	if r.hosts[host] == "" {
		name := "host" + itoa(len(r.hosts)+1)
		if known := knownWords(host); known != "" {
			name = known + "." + name
		}
		r.hosts[host] = name + ".example"
	}
	return r.hosts[host]
}

// knownWords returns the words of a host that a list knows, since some tell what the host is for: "login.", "consent.".
func knownWords(host string) string {
	var kept []string
	for label := range strings.SplitSeq(host, ".") {
		if masked := words.MaskIdentifier(label); masked == label && !strings.ContainsAny(label, "0123456789:") && !words.FindIdentifier(label).Empty() {
			kept = append(kept, label)
		}
	}
	return strings.Join(kept, ".")
}

func texts(from []string) []string {
	if from == nil {
		return nil
	}
	masked := make([]string, len(from))
	for i, text := range from {
		masked[i] = RedactText(text)
	}
	return masked
}

// redactLines keeps the lines apart: words of two lines never belong together.
func redactLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = RedactText(lines[i])
	}
	return strings.Join(lines, "\n")
}
