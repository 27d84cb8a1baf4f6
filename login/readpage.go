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
	// title, headings, text and path hold what each speaks of.
	title, headings, text, path words.Set
	forms                       []*form
	// actions are the visible buttons and links.
	actions []action
}

// form is a form element, or what stands outside every form in one frame.
type form struct {
	frame  string
	number int
	fields []*field
	// name is what the form's own names speak of; buttons what its buttons do.
	name, buttons words.Set
	// passwords counts the fields that may hold a password, old or new.
	passwords int
}

// field is a field that can be typed into.
type field struct {
	*Control

	form *form
	// site is true when the field holds a value that we did not type.
	site bool
	// auto is the decisive token of autocomplete.
	auto string
	// dev is what name and id speak of, user what people read, hint what stands nearby.
	dev, user, hint words.Set
}

// action is something to click.
type action struct {
	*Control

	says words.Set
	dev  words.Set
}

func readPage(m *PageModel, past History) *page {
	p := &page{m: m, past: past, title: words.Find(m.Title), text: words.Find(m.Text)}
	for _, h := range m.Headings {
		p.headings |= words.Find(h)
	}
	p.path = pathWords(m.URL)
	for i := range m.Controls {
		p.add(&m.Controls[i])
	}
	for _, f := range p.forms {
		f.count()
	}
	return p
}

func (p *page) add(c *Control) {
	switch {
	case !c.Visible:
	case c.Kind == ControlField:
		if !c.Disabled && !c.ReadOnly && typable(c.Type) {
			f := p.formOf(c)
			f.fields = append(f.fields, p.newField(c, f))
			f.name |= words.FindIdentifier(c.FormLabel)
		}
	case c.Kind == ControlButton, c.Kind == ControlLink:
		a := newAction(c)
		p.actions = append(p.actions, a)
		if c.Kind == ControlButton {
			f := p.formOf(c)
			f.buttons |= a.says
		}
	}
}

func (p *page) formOf(c *Control) *form {
	i := slices.IndexFunc(p.forms, func(f *form) bool { return f.frame == c.Frame && f.number == c.Form })
	if i < 0 {
		p.forms = append(p.forms, &form{frame: c.Frame, number: c.Form})
		i = len(p.forms) - 1
	}
	return p.forms[i]
}

func (p *page) newField(c *Control, f *form) *field {
	return &field{
		Control: c, form: f,
		site: c.Filled && !slices.Contains(p.past.Typed, p.m.TypedKey(c)),
		auto: autocompleteToken(c.Autocomplete),
		dev:  words.FindIdentifier(c.Name) | words.FindIdentifier(c.ElementID),
		user: words.Find(c.Label) | words.Find(c.Placeholder),
		hint: words.Find(c.Description),
	}
}

func newAction(c *Control) action {
	says := words.Find(c.Text)
	if c.Label != c.Text {
		says |= words.Find(c.Label)
	}
	return action{Control: c, says: says, dev: words.FindIdentifier(c.Name) | words.FindIdentifier(c.ElementID)}
}

// count counts the password fields once all fields of the form are known.
func (f *form) count() {
	for _, x := range f.fields {
		if x.Type == "password" && !x.code() && !x.says(words.Card, words.Captcha, words.SecurityQuestion) {
			f.passwords++
		}
	}
}

// typable reports whether a field of type t takes text.
func typable(t string) bool {
	switch t {
	case "", "text", "email", "password", "tel", "number", "search", "url", "textarea":
		return true
	}
	return false
}

// autocompleteToken returns the last token but "webauthn", which only says that a passkey may be offered
// (HTML, "autofill detail tokens").
func autocompleteToken(autocomplete string) string {
	tokens := strings.Fields(strings.ToLower(autocomplete))
	if n := len(tokens); n > 0 && tokens[n-1] == "webauthn" {
		tokens = tokens[:n-1]
	}
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1]
}

// says reports whether the field's names or labels speak of any of cs.
func (f *field) says(cs ...words.Concern) bool { return (f.dev | f.user).Has(cs...) }

// code reports whether the field is for a one-time code beyond doubt, whatever its type.
func (f *field) code() bool {
	if f.auto == "one-time-code" {
		return true
	}
	return f.user.Has(words.Code) || f.dev.Has(words.Code) && !f.user.Has(words.Password)
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
