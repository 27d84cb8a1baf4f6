package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// form is a form element, or controls outside every form that belong together.
type form struct {
	frame  string
	number int
	// fields are those that can be typed into; all has the disabled ones, too.
	fields, all []*field
	// name is what the form's own names speak of; buttons what its buttons do.
	name, buttons words.Set
	// beside holds what stands beside its buttons.
	beside []string
	// passwords counts the fields that may hold a password, old or new.
	passwords int
	// closed is true for controls outside every form once their button came: what follows belongs to others.
	closed bool
	// search is true for a form that has nothing but boxes to search with.
	search bool
	// settings is true for a form of the application behind the login.
	settings bool
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

// readForms sorts fields and buttons into forms. Buttons carry on what stands above them.
func (p *page) readForms(front []bool) {
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if !front[i] {
			continue
		}
		switch {
		case c.Kind == ControlField && typable(c.Type):
			f := p.formOf(c)
			x := p.newField(c, f)
			f.all = append(f.all, x)
			f.name = f.name.Or(words.FindIdentifier(c.FormLabel))
			if !c.Disabled && !c.ReadOnly {
				f.fields = append(f.fields, x)
			}
		case c.Kind == ControlButton:
			p.addButton(i)
		}
	}
	p.leaveSearches()
	for _, f := range p.forms {
		f.count()
		f.settings = p.ofSettings(f)
	}
}

// leaveSearches takes the boxes to search with out of the forms, and the forms that have nothing else: a login may share its
// form, or a page without any form, with one.
func (p *page) leaveSearches() {
	p.forms = slices.DeleteFunc(p.forms, func(f *form) bool {
		f.fields = slices.DeleteFunc(f.fields, (*field).onlySearches)
		f.all = slices.DeleteFunc(f.all, (*field).onlySearches)
		f.search = len(f.all) == 0
		return f.search
	})
}

// maxLoginFields is how many fields a form of a login has at most: tenant, name, password and a code.
const maxLoginFields = 4

// ofSettings reports whether the form belongs to the application: the password is given, the page offers to log out, and the
// form has more fields than a login without speaking of one. Its fields may be called as a login's are.
func (p *page) ofSettings(f *form) bool {
	return p.past.credentialsSubmitted() && len(f.fields) > maxLoginFields && !f.name.Or(f.buttons).Has(words.Login) &&
		slices.ContainsFunc(p.actions, p.logsOut) && len(p.splitBoxes(f)) == 0
}

func (p *page) addButton(index int) {
	i := slices.IndexFunc(p.actions, func(a action) bool { return a.index == index })
	if i < 0 {
		return
	}
	a := &p.actions[i]
	f := p.lastForm(a.Control)
	if f == nil {
		return
	}
	a.form = f
	f.buttons = f.buttons.Or(a.says)
	f.beside = append(f.beside, a.Context)
	f.closed = f.closed || a.Form == 0 && a.says.Meets(closing) && !a.says.Meets(notClosing)
}

// subscribes reports whether what stands beside the form's buttons says that it is for a newsletter. Where "sign up" and "sign
// in" are one word, the button does not tell.
func (f *form) subscribes() bool {
	return slices.ContainsFunc(f.beside, func(text string) bool {
		says := words.Find(text)
		return says.Has(words.Newsletter) && !says.Has(words.Login, words.Forgot, words.Password)
	})
}

var (
	// closing are the words of buttons that end what belongs together where no form does.
	closing = words.Of(words.Login, words.Next, words.Confirm, words.Register, words.Search, words.Newsletter)
	// notClosing are the words of buttons that stand among the fields.
	notClosing = words.Of(words.SSO, words.Show, words.SendCode, words.Resend, words.Forgot, words.Back)
)

// formOf returns the form of a field, a new one where none is open.
func (p *page) formOf(c *Control) *form {
	f := p.lastForm(c)
	if f == nil || f.closed {
		f = &form{frame: c.Frame, number: c.Form}
		p.forms = append(p.forms, f)
	}
	return f
}

// lastForm returns the last form that the control may belong to; nil when no field came yet.
func (p *page) lastForm(c *Control) *form {
	for _, f := range slices.Backward(p.forms) {
		if f.frame == c.Frame && f.number == c.Form {
			return f
		}
	}
	return nil
}

func (p *page) newField(c *Control, f *form) *field {
	x := &field{
		Control: c, form: f,
		site: c.Filled && !slices.Contains(p.past.Typed, p.m.TypedKey(c)),
		auto: autocompleteToken(c.Autocomplete),
		dev:  developerWords(c),
		user: words.Find(c.Label),
		hint: words.Find(c.Description).Or(words.Find(c.Context)),
	}
	if c.Placeholder != c.Label {
		x.user = x.user.Or(words.Find(c.Placeholder))
	}
	// Pages with poor accessibility name a field by what stands beside it; a complaint is no name.
	if x.user.Empty() && !x.hint.Has(words.Wrong, words.Expired, words.Lockout) {
		x.user = x.hint
	}
	return x
}

// count counts the password fields once all fields of the form are known.
func (f *form) count() {
	for _, x := range f.fields {
		if x.Type == "password" && !x.code() && !x.says(words.Card, words.Captcha, words.SecurityQuestion, words.Honeypot) && !tiny(x.Control) {
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
func (f *field) says(cs ...words.Concern) bool { return f.dev.Has(cs...) || f.user.Has(cs...) }

// code reports whether the field is for a one-time code beyond doubt, whatever its type.
func (f *field) code() bool {
	if f.auto == "one-time-code" {
		return true
	}
	return f.user.Has(words.Code) || f.dev.Has(words.Code) && !f.user.Has(words.Password)
}

// tiny reports whether nobody could see the control: a trap, though it is not hidden by style.
func tiny(c *Control) bool {
	b := c.Box
	return b.Width > 0 && b.Height > 0 && (b.Width <= tinySize || b.Height <= tinySize || b.X+b.Width < 0)
}

// tinySize is in CSS pixels.
const tinySize = 3

// imageBeside reports whether a picture stands beside the field, of a size as for characters to be copied; loose lets it
// stand above or below as well.
func (p *page) imageBeside(f *field, loose bool) bool {
	for i := range p.m.Images {
		image := &p.m.Images[i]
		if image.Frame != f.Frame {
			continue
		}
		if captchaImage(image) {
			return true
		}
		b := image.Box
		// A picture that was not loaded has no size of its own, as little as an icon's.
		icon := b.Width < minCaptchaWidth && !loose
		if icon || b.Width > maxCaptchaWidth || b.Height > maxCaptchaHeight || b.Width < b.Height {
			continue
		}
		if sideBySide(b, f.Box) || loose && stacked(b, f.Box) {
			return true
		}
	}
	return false
}

// Bounds of a picture of characters, and how far from its field it may stand, in CSS pixels.
const (
	minCaptchaWidth  = 40
	maxCaptchaWidth  = 320
	maxCaptchaHeight = 110
	captchaDistance  = 60
)

func sideBySide(a, b Box) bool {
	return a.Y < b.Y+b.Height && b.Y < a.Y+a.Height && a.X < b.X+b.Width+captchaDistance && b.X < a.X+a.Width+captchaDistance
}

func stacked(a, b Box) bool {
	return a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height+captchaDistance && b.Y < a.Y+a.Height+captchaDistance
}

// captchaImage reports whether the picture calls itself one of characters to be copied.
func captchaImage(image *Image) bool {
	if words.Find(image.Alt).Has(words.Captcha) || pathWords(image.Source).Has(words.Captcha) {
		return true
	}
	source := strings.ToLower(image.Source)
	return slices.ContainsFunc(captchaSources, func(s string) bool { return strings.Contains(source, s) })
}

// captchaSources are parts of the addresses of such pictures.
var captchaSources = []string{
	"captcha", "kaptcha", "securimage", "verifycode", "validatecode", "checkcode", "randcode", "authcode", "imgcode", "imagecode", "vcode",
}
