package login

import (
	"regexp"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// idle reports whether a short page after a submit wants nothing that could be typed or ticked here, and leads to nothing of
// an application.
func (p *page) idle() bool {
	if !p.past.submitted() || !p.short() || len(p.toggles) > 0 || len(p.selects) > 0 {
		return false
	}
	if p.links() >= 4 || p.navigation() > 0 || p.hasAccountControl() {
		return false
	}
	return !slices.ContainsFunc(p.forms, func(f *form) bool {
		return slices.ContainsFunc(f.fields, func(x *field) bool { return !x.searches() && !x.trap() })
	})
}

// pressable returns the buttons that have the site do something: not those of a search, nor those that go back, round, ask for
// the same again or tell of the small print.
func (p *page) pressable() []*action {
	var found []*action
	for i := range p.actions {
		a := &p.actions[i]
		if a.Kind != ControlButton || a.Type == "link" || a.Disabled || a.says.Meets(notPressable) || a.form != nil && a.form.searching() {
			continue
		}
		found = append(found, a)
	}
	return found
}

var notPressable = words.Of(words.Search, words.Resend, words.Back, words.AnotherWay, words.Legal, words.Close, words.Show, words.UsePassword)

// searching reports whether the form is for searching.
func (f *form) searching() bool {
	return f.search || slices.ContainsFunc(f.fields, func(x *field) bool { return x.searches() })
}

// onlySender returns the only button of a page that tells where a code will go and has no field for it; nil elsewhere. What it
// says does not matter, as long as it says nothing else.
func (p *page) onlySender() *action {
	if !p.idle() || p.canLogOut() || p.maskedText() == "" {
		return nil
	}
	buttons := p.pressable()
	if len(buttons) != 1 || buttons[0].says.Meets(notSending) || p.loud().Has(words.LinkSent, words.Push, words.ExternalWait) {
		return nil
	}
	if !p.headline().Or(p.text).Has(words.Code, words.CodeWeak, words.SMS, words.SendCode) {
		return nil
	}
	return buttons[0]
}

var notSending = words.Of(words.Login, words.Register, words.Logout, words.Accept, words.Decline, words.Later, words.SSO, words.Provider,
	words.Passkey, words.SecurityKey)

// numberPattern matches a number to be found again on another device.
var numberPattern = regexp.MustCompile(`^\d{2,3}$`)

// shownNumber returns the only number that stands in a line of its own, or in large type; empty when there is none or more.
func (p *page) shownNumber() string {
	found := ""
	for _, text := range p.m.LargeTexts {
		if text = strings.TrimSpace(text); displayPattern.MatchString(text) {
			found = text
		}
	}
	if found != "" {
		return found
	}
	for _, l := range p.lines {
		switch {
		case !numberPattern.MatchString(l.text):
		case found != "" && found != l.text:
			return ""
		default:
			found = l.text
		}
	}
	return found
}

// showsNumber: a number stands there alone, and nothing can be done but look for it elsewhere.
func (p *page) showsNumber() bool {
	return p.idle() && !p.canLogOut() && len(p.pressable()) == 0 && p.shownNumber() != ""
}

// sentMessage: the page tells, with half of an address, that something was sent, and has nothing to type it into and nothing
// to go on with: what was sent does.
func (p *page) sentMessage() bool {
	return p.idle() && !p.canLogOut() && len(p.pressable()) == 0 && p.maskedText() != "" && !p.headline().Has(words.Login)
}
