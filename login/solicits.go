package login

import (
	"slices"

	"github.com/anteroom/anteroom/login/words"
)

// solicits reports whether c is the lone address field of something that can be sent away: of a newsletter, a voucher, a
// waiting list, whatever it says. A login form has no "no, thanks", and the button of one
// that can be closed says what it does. In doubt nothing is typed: an address that was given away cannot be taken back.
func (p *page) solicits(c *Control) bool {
	if p.past.credentialsSubmitted() || autocompleteToken(c.Autocomplete) == "username" || !p.wantsAddress(c) {
		return false
	}
	near := p.buttonsNear(c)
	if !slices.ContainsFunc(near, leaves) {
		return false
	}
	says := saying(near)
	own := words.Find(c.Group).Or(words.FindIdentifier(c.FormLabel), words.Find(c.Label), words.Find(c.Description))
	switch {
	case says.Meets(signing), own.Has(words.Login), p.m.Dialog && p.headings.Has(words.Login):
		return false
	case says.Has(words.Later):
		return true
	case says.Has(words.Next):
		return false
	case says.Has(words.Confirm):
		return p.anyCovered() && !p.headings.Has(words.Login)
	}
	return true
}

// signing are the words of buttons beside the address field of a login.
var signing = ofLogin.Or(words.Of(words.MagicLink, words.SendCode, words.SecurityKey)).Without(words.Of(words.Register))

// wantsAddress reports whether c takes an address to write to and stands in no form with a password or another field.
func (p *page) wantsAddress(c *Control) bool {
	if _, harmless := advertised(c); !harmless {
		return false
	}
	i := p.indexOf(c)
	for k := range p.m.Controls {
		x := &p.m.Controls[k]
		if k != i && x.Kind == ControlField && typable(x.Type) && x.Visible && !x.Covered && p.together(c, i, x, k) {
			return false
		}
	}
	return true
}

// buttonsNear returns the buttons that stand with the field c.
func (p *page) buttonsNear(c *Control) []action {
	i := p.indexOf(c)
	var near []action
	for _, a := range p.actions {
		if !a.Covered && p.together(c, i, a.Control, a.index) {
			near = append(near, a)
		}
	}
	return near
}

// together reports whether two controls that stand at i and k belong to the same form; without one, they stand close and
// in the same dialog.
func (p *page) together(c *Control, i int, x *Control, k int) bool {
	if c.Frame != x.Frame || c.Form != x.Form && c.Form != 0 && x.Form != 0 {
		return false
	}
	distance := k - i
	return c.Form != 0 && c.Form == x.Form || c.Group == x.Group && distance <= neighbours && distance >= -neighbours
}

func saying(actions []action) words.Set {
	var says words.Set
	for _, a := range actions {
		says = says.Or(a.says)
	}
	return says
}
