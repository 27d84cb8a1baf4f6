package recording

import (
	"context"
	"regexp"
	"strings"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// maxLabel is the longest label that makes a target; longer ones change too often.
const maxLabel = 60

// target returns what names the control and nothing else on the page: its label, else an attribute, else its text. Each is
// tried on the page itself. Empty when nothing does.
func (p *Page) target(ctx context.Context, c *login.Control) session.Target {
	if p.model == nil {
		return ""
	}
	for _, t := range candidates(c) {
		if !p.alone(c, t.same) {
			continue
		}
		found, ok, err := p.Find(ctx, t.target)
		if err == nil && ok && found.Ref == c.Ref && found.Frame == c.Frame {
			return t.target
		}
	}
	return ""
}

// candidate is a target that may name a control, and what tells another control that it would name as well.
type candidate struct {
	target session.Target
	same   func(other *login.Control) bool
}

func candidates(c *login.Control) []candidate {
	var all []candidate
	add := func(usable bool, target string, same func(*login.Control) bool) {
		if usable {
			all = append(all, candidate{session.Target(target), same})
		}
	}
	add(readable(c.Label), session.TargetLabel+c.Label, func(o *login.Control) bool {
		return strings.EqualFold(strings.TrimSpace(o.Label), strings.TrimSpace(c.Label))
	})
	add(stable(c.ElementID), session.TargetCSS+attribute("id", c.ElementID), func(o *login.Control) bool { return o.ElementID == c.ElementID })
	add(stable(c.Name), session.TargetCSS+attribute("name", c.Name), func(o *login.Control) bool { return o.Name == c.Name })
	add(readable(c.Text), session.TargetText+c.Text, func(o *login.Control) bool { return strings.Contains(o.Text, c.Text) })
	return all
}

// alone reports whether no other control of the page is the same.
func (p *Page) alone(c *login.Control, same func(*login.Control) bool) bool {
	for i := range p.model.Controls {
		o := &p.model.Controls[i]
		if (o.Ref != c.Ref || o.Frame != c.Frame) && same(o) {
			return false
		}
	}
	return true
}

// readable reports whether a label or text is one that people would recognise again.
func readable(text string) bool {
	return strings.TrimSpace(text) != "" && len(text) <= maxLabel && !strings.ContainsAny(text, "\r\n\t")
}

// made matches what a framework makes up anew on each load: long numbers, hexadecimal digits, React's and Radix's ids.
var made = regexp.MustCompile(`\d{3,}|[0-9a-f]{8,}|^:|^radix-|^[a-z]{1,2}\d+$`)

// stable reports whether an id or name looks as if a person chose it.
func stable(name string) bool { return name != "" && len(name) <= maxLabel && !made.MatchString(name) }

// plainID matches ids that need no quotation marks.
var plainID = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// attribute is the selector of an attribute's value (CSS Selectors Level 4, section 6).
func attribute(name, value string) string {
	if name == "id" && plainID.MatchString(value) {
		return "#" + value
	}
	return `[` + name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"]`
}
