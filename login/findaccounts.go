package login

import (
	"math"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/login/words"
)

// offersAccounts: one of several accounts is to be chosen, in so many words.
func (p *page) offersAccounts() bool {
	if p.canLogOut() && !p.headline().Has(words.AccountChoice) {
		return false
	}
	if p.headline().Has(words.AccountChoice) || p.short() && p.text.Has(words.AccountChoice) {
		return len(p.accountOptions()) > 0
	}
	addresses := slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Email) && maskedOrAddress(a.Text+" "+a.Label+" "+a.Context)
	})
	return addresses && p.can(words.AnotherAccount) && p.loginContextOf()
}

// showsAccounts: one of several accounts is to be chosen, whatever the page says: there are tiles of addresses, and beside
// them a way to another account. After a password, addresses are places that a code can be sent to.
func (p *page) showsAccounts() bool {
	if p.past.PasswordSubmitted || p.past.CodeSubmitted || p.canLogOut() || len(p.forms) > 0 {
		return false
	}
	tiles := p.accountTiles()
	// One address is the account that was given, with a way to correct it, once there is one.
	return len(tiles) > 0 && p.can(words.AnotherAccount) && !p.past.IdentifierSubmitted || len(tiles) >= 2 && p.anotherTile(tiles) != nil
}

// readStates takes it for the state of an account that a tile of it says "signed in" or "signed out": several languages have
// the same words for that and for the button. Nobody can log out of several accounts by a button each.
func (p *page) readStates() {
	var named []int
	for i := range p.actions {
		if words.HasAddress(p.actions[i].Text) {
			named = append(named, i)
		}
	}
	if len(named) < 2 {
		return
	}
	for _, i := range named {
		p.actions[i].says = p.actions[i].says.Without(words.Of(words.Logout, words.Login))
	}
}

// accountTiles returns the buttons and links that name an account by its address, and do nothing with it. Once the site knows
// the account, addresses that are half hidden are where it can send something.
func (p *page) accountTiles() []*action {
	var tiles []*action
	for i := range p.actions {
		a := &p.actions[i]
		said := a.Text
		if said == "" {
			said = a.Label
		}
		if !words.HasAddress(said) || p.past.IdentifierSubmitted && strings.ContainsAny(said, bullets) || a.says.Meets(notTile) || strings.HasPrefix(a.Href, "mailto:") {
			continue
		}
		tiles = append(tiles, a)
	}
	return tiles
}

// bullets stand for characters that a site hides.
const bullets = "•●∙·*＊⁎…"

// notTile are the words of controls that have something sent to an address, or that name it by the way.
var notTile = ways.Or(words.Of(words.AnotherAccount, words.SendCode, words.Resend, words.Code, words.Forgot, words.Register, words.Newsletter,
	words.Legal, words.Logout))

// anotherTile returns what stands below the tiles as if it were one of them, and names no account: the way to another one.
// It returns nil where nothing or more than one does.
func (p *page) anotherTile(tiles []*action) *action {
	last := tiles[len(tiles)-1]
	var found *action
	for i := range p.actions {
		a := &p.actions[i]
		if a.index <= last.index || slices.Contains(tiles, a) || !sameList(last.Control, a.Control) || a.says.Meets(notOption) || a.says.Has(words.Decline) {
			continue
		}
		if found != nil {
			return nil
		}
		found = a
	}
	return found
}

// sameList reports whether two controls are made alike, as the entries of a list are: by name, in one form, or one above the
// other.
func sameList(a, b *Control) bool {
	if a.Kind != b.Kind || a.Frame != b.Frame || a.Form != b.Form || a.Name != b.Name {
		return false
	}
	middle := func(c *Control) float64 { return c.Box.X + c.Box.Width/2 }
	return a.Name != "" || a.Form != 0 || math.Abs(a.Box.X-b.Box.X) < tinySize || math.Abs(middle(a)-middle(b)) < tinySize
}

// accountOptions returns the accounts to choose from, and the way to another one: what stands among tiles of addresses, else
// whatever may be an alternative.
func (p *page) accountOptions() []Option {
	tiles := p.accountTiles()
	if len(tiles) == 0 || len(p.radioOptions(OptionAccount)) > 0 {
		return p.plainOptions(OptionAccount)
	}
	var another *action
	if !p.can(words.AnotherAccount) {
		another = p.anotherTile(tiles)
	}
	var options []Option
	for i := range p.actions {
		a := &p.actions[i]
		member := slices.ContainsFunc(tiles, func(t *action) bool { return t == a || sameList(t.Control, a.Control) })
		if !a.says.Has(words.AnotherAccount) && (!member || a.says.Meets(notOption) && !slices.Contains(tiles, a) || closes(a)) {
			continue
		}
		o := newOption(OptionAccount, a.Control, a.says)
		o.Another = o.Another || a == another
		options = append(options, o)
	}
	return distinct(options)
}
