package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// passesDataOn: a short page under the heading of a login, or of a permission, names the visitor's data and wants a yes or a
// no. An identity provider may let the visitor log out there, and name who is logged in.
func (p *page) passesDataOn() bool {
	if !p.short() || !p.headings.Or(p.bareTitle()).Has(words.Login, words.Consent, words.Accept) || !p.yesOrNo() {
		return false
	}
	return slices.ContainsFunc(p.lines, func(l line) bool {
		return l.says.Has(words.Consent, words.Email, words.PersonName) && !strings.Contains(l.text, "@")
	})
}

// bareTitle is what the title speaks of where the page has no heading.
func (p *page) bareTitle() words.Set {
	if len(p.m.Headings) > 0 {
		return words.Set{}
	}
	return p.title
}

// yesOrNo reports whether a button that agrees and one that refuses stand side by side in the same form or group.
func (p *page) yesOrNo() bool {
	for i := 1; i < len(p.actions); i++ {
		a, b := &p.actions[i-1], &p.actions[i]
		together := a.Frame == b.Frame && a.Kind == ControlButton && b.Kind == ControlButton &&
			a.Form == b.Form && a.Group == b.Group && (a.Form != 0 || a.Group != "")
		if together && (agrees(a) && saysNo(b) || saysNo(a) && agrees(b)) {
			return true
		}
	}
	return false
}

func agrees(a *action) bool {
	return a.says.Has(words.Accept, words.Consent, words.Confirm, words.Next) && !saysNo(a)
}

func saysNo(a *action) bool { return a.says.Has(words.Decline, words.Later, words.Back) }
