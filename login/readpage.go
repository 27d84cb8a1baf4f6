package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// page is a page model with its words looked up.
type page struct {
	m    *PageModel
	past History
	// title, headings and path hold what each speaks of; text what the running text does, without that of controls.
	title, headings, text, path words.Set
	// lines are the lines of running text.
	lines []line
	forms []*form
	// actions are the buttons and links that can be used, toggles the checkboxes, radio buttons and switches, selects the
	// lists; without those of a cover, and of what a dialog covers.
	actions []action
	toggles []toggle
	selects []toggle
	cover   *Cover
	// beneath are the buttons and links that something covers, whether or not they count.
	beneath []action
	// targets keeps what targetWords found, by address: rule after rule asks.
	targets map[string]words.Set
}

// line is a line of running text.
type line struct {
	text string
	says words.Set
}

// action is something to click.
type action struct {
	*Control

	// index is the control's place in the model.
	index int
	// seen is what its text speaks of; says also what its label does, which people with a screen reader hear; dev what name
	// and id do.
	seen, says, dev words.Set
	// form is where it stands among fields; nil for links and for buttons above them.
	form *form
}

// toggle is a checkbox, a radio button, a switch or a list, with what is said of it.
type toggle struct {
	*Control

	says, dev words.Set
}

func readPage(m *PageModel, past History) *page {
	p := &page{m: m, past: past, title: words.Find(m.Title), targets: map[string]words.Set{}}
	for _, h := range m.Headings {
		p.headings = p.headings.Or(words.Find(h))
	}
	p.path = pathWords(m.URL)
	front := p.inFront()
	p.readActions(front)
	p.readBeneath()
	p.readLines()
	if p.findCover(front) {
		p.uncover(front)
	}
	p.readForms(front)
	return p
}

// uncover reads the page as it will be without its cover.
func (p *page) uncover(front []bool) {
	for i := range p.m.Controls {
		front[i] = front[i] || p.m.Controls[i].Covered
	}
	p.actions, p.toggles, p.selects = nil, nil, nil
	p.readActions(front)
}

// inFront tells which controls count: the visible ones, and of a modal dialog those that it does not cover.
func (p *page) inFront() []bool {
	front := make([]bool, len(p.m.Controls))
	some := false
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		front[i] = c.Visible && (!p.m.Dialog || !c.Covered)
		some = some || front[i]
	}
	if !some {
		for i := range p.m.Controls {
			front[i] = p.m.Controls[i].Visible
		}
	}
	return front
}

func (p *page) readActions(front []bool) {
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if !front[i] {
			continue
		}
		switch c.Kind {
		case ControlButton, ControlLink:
			p.actions = append(p.actions, newAction(c, i))
		case ControlToggle:
			p.toggles = append(p.toggles, newToggle(c))
		case ControlSelect:
			p.selects = append(p.selects, newToggle(c))
		case ControlField:
		}
	}
	p.readStates()
}

func (p *page) readBeneath() {
	for i := range p.m.Controls {
		if c := &p.m.Controls[i]; c.Covered && (c.Kind == ControlButton || c.Kind == ControlLink) {
			p.beneath = append(p.beneath, newAction(c, i))
		}
	}
}

func newAction(c *Control, index int) action {
	seen := words.Find(c.Text)
	says := seen
	if c.Label != c.Text {
		says = says.Or(words.Find(c.Label))
	}
	return action{Control: c, index: index, seen: withOwnWays(seen), says: withOwnWays(says), dev: developerWords(c)}
}

// withOwnWays takes nothing of the site's own for another provider's: "Continue with e-mail".
func withOwnWays(says words.Set) words.Set {
	if says.Has(words.SSO) && says.Has(words.Email, words.Username, words.Phone) && !says.Has(words.Provider) {
		return says.Without(words.Of(words.SSO)).Or(words.Of(words.Login, words.Next))
	}
	return says
}

func newToggle(c *Control) toggle {
	says := words.Find(c.Label)
	if c.Text != c.Label {
		says = says.Or(words.Find(c.Text))
	}
	if says.Empty() {
		says = words.Find(c.Context).Or(words.Find(c.Description))
	}
	return toggle{Control: c, says: says, dev: developerWords(c)}
}

func developerWords(c *Control) words.Set {
	return words.FindIdentifier(c.Name).Or(words.FindIdentifier(c.ElementID))
}

// readLines looks up the running text, line by line: the text of a control is not what the page says.
func (p *page) readLines() {
	controls := map[string]bool{}
	for _, a := range p.actions {
		controls[squeeze(a.Text)] = true
	}
	for text := range strings.Lines(p.m.Text) {
		if text = squeeze(text); text == "" || onlyControls(text, controls) {
			continue
		}
		l := line{text: text, says: words.Find(text)}
		p.lines = append(p.lines, l)
		p.text = p.text.Or(l.says)
	}
}

// onlyControls reports whether a line consists of the texts of controls that stand side by side, as in a navigation.
func onlyControls(line string, controls map[string]bool) bool {
	for rest := line; ; {
		if controls[rest] {
			return true
		}
		end := len(rest)
		for end > 0 && !controls[rest[:end]] {
			end = strings.LastIndexByte(rest[:end], ' ')
		}
		if end <= 0 {
			return false
		}
		if rest = strings.TrimLeft(rest[end:], " |·•/-"); rest == "" {
			return true
		}
	}
}

func squeeze(text string) string {
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "  ") && !strings.ContainsAny(text, "\t\n\u00a0") {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// short reports whether there is so little to do on the page that its running text counts like a heading.
func (p *page) short() bool {
	count := 0
	for _, a := range p.actions {
		if !a.says.Has(words.Legal) {
			count++
		}
	}
	return count <= shortPage
}

// shortPage is the number of actions up to which a page is short.
const shortPage = 12

// loud returns what the page says to be noticed.
func (p *page) loud() words.Set {
	if p.short() {
		return p.headings.Or(p.title, p.text)
	}
	return p.headings.Or(p.title)
}

// can reports whether a button or link does one of cs.
func (p *page) can(cs ...words.Concern) bool {
	return slices.ContainsFunc(p.actions, func(a action) bool { return a.says.Has(cs...) })
}

// where names the place of the field without any text of the page.
func (p *page) where(c *Control) string {
	where := "main frame"
	if len(p.m.Frames) > 0 && c.Frame != p.m.Frames[0].ID {
		where = "inner frame"
	}
	if c.Form > 0 {
		return where + ", form " + itoa(c.Form)
	}
	return where
}

func (p *page) indexOf(c *Control) int {
	return slices.IndexFunc(p.m.Controls, func(x Control) bool { return x.Ref == c.Ref && x.Frame == c.Frame })
}
