package login

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anteroom/anteroom/login/words"
)

// findCover looks for a cookie wall, or for a newsletter or another advertisement in front of the page, and takes its
// controls out of what is read: they say nothing about what lies beneath. It reports whether there is one.
func (p *page) findCover(front []bool) bool {
	members := p.cookieWall()
	cookies := len(members) > 0
	if !cookies {
		members = p.advertisement(front)
	}
	dismiss := dismissing(members, cookies)
	if dismiss == nil {
		return false
	}
	p.cover = &Cover{Cookies: cookies, Dismiss: *dismiss}
	p.take(members, front)
	return true
}

// take removes members, and the fields and toggles that belong to them.
func (p *page) take(members []action, front []bool) {
	groups := map[string]bool{}
	for _, a := range members {
		front[a.index] = false
		if a.Group != "" {
			groups[a.Frame+"\x00"+a.Group] = true
		}
	}
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		wall := groups[c.Frame+"\x00"+c.Group] && c.Group != ""
		if wall || !p.cover.Cookies && c.Kind == ControlField && c.Form == members[0].Form && c.Frame == members[0].Frame {
			front[i] = false
		}
	}
}

// cookieWall returns the buttons and links of a cookie wall.
func (p *page) cookieWall() []action {
	noticed := p.cookieNotice()
	var seeds []action
	for _, a := range p.actions {
		if p.ofCookies(&a, noticed) {
			seeds = append(seeds, a)
		}
	}
	if len(seeds) == 0 && noticed && (p.hasFields() || p.anyCovered() || p.m.Dialog) {
		for _, a := range p.actions { // "This site uses cookies. [OK]"
			if a.Kind == ControlButton && !p.besideFields(&a) && a.says.Meets(agreeing) && !a.says.Meets(ofLogin) {
				seeds = append(seeds, a)
			}
		}
	}
	if len(seeds) == 0 {
		return nil
	}
	return p.around(seeds)
}

var (
	cookieWords = words.Of(words.CookieReject, words.CookieAccept)
	agreeing    = words.Of(words.Accept, words.Close, words.Decline, words.CookieAccept, words.CookieReject)
	// ofLogin are the words of controls that no cover has.
	ofLogin = words.Of(words.Login, words.SSO, words.Logout, words.Register, words.Forgot, words.Passkey, words.UsePassword)
)

// ofCookies reports whether a belongs to a cookie wall by its own words, its names, its group or its frame.
func (p *page) ofCookies(a *action, noticed bool) bool {
	if a.says.Meets(ofLogin) {
		return false
	}
	answers := a.says.Meets(cookieWords) || a.says.Meets(agreeing) || a.says.Has(words.Confirm)
	switch {
	case words.Find(a.Group).Has(words.Cookies):
		return answers
	case a.dev.Has(words.Cookies), p.frameOf(a.Frame).Has(words.Cookies):
		return answers
	case a.says.Has(words.Cookies) && a.says.Meets(agreeing):
		return true
	}
	return noticed && a.says.Meets(cookieWords) && !p.besideFields(a)
}

// frameOf returns what the address of an inner frame speaks of, beyond the page's own.
func (p *page) frameOf(id string) words.Set {
	for i := range p.m.Frames {
		if f := &p.m.Frames[i]; f.ID == id && i > 0 {
			return p.targetWords(f.URL).Or(words.FindIdentifier(hostOf(f.URL)))
		}
	}
	return words.Set{}
}

// minNotice is the length from which a line about cookies is a sentence and not a link, in characters.
const minNotice = 16

// cookieNotice reports whether the page tells that it uses cookies.
func (p *page) cookieNotice() bool {
	if p.headings.Has(words.Cookies) {
		return true
	}
	return slices.ContainsFunc(p.lines, func(l line) bool {
		return l.says.Has(words.Cookies) && utf8.RuneCountInString(l.text) >= minNotice
	})
}

func (p *page) hasFields() bool {
	return slices.ContainsFunc(p.m.Controls, func(c Control) bool { return (c.Visible || c.Covered) && c.Kind == ControlField && typable(c.Type) })
}

// besideFields reports whether a's form has fields.
func (p *page) besideFields(a *action) bool {
	return a.Form != 0 && slices.ContainsFunc(p.m.Controls, func(c Control) bool {
		return c.Form == a.Form && c.Frame == a.Frame && (c.Visible || c.Covered) && c.Kind == ControlField && typable(c.Type)
	})
}

// around returns the seeds and what stands beside them and may belong to the same wall.
func (p *page) around(seeds []action) []action {
	var members []action
	for _, a := range p.actions {
		if slices.ContainsFunc(seeds, func(s action) bool { return s.index == a.index || p.sameWall(&s, &a) }) {
			members = append(members, a)
		}
	}
	return members
}

// neighbours is how many controls apart the controls of a wall may stand where nothing else tells that they belong together.
const neighbours = 4

func (p *page) sameWall(seed, a *action) bool {
	if seed.Frame != a.Frame || a.says.Meets(ofLogin) {
		return false
	}
	if seed.Group != "" || a.Group != "" {
		return seed.Group == a.Group
	}
	distance := seed.index - a.index
	near := distance <= neighbours && distance >= -neighbours && seed.Form == a.Form
	return near && (a.says.Meets(agreeing) || a.says.Has(words.CookieSettings, words.Cookies) || closes(a)) && !p.besideFields(a)
}

// dismissing returns the control that makes a cover go: one that rejects, else one that closes; of a cookie wall, else one
// that accepts.
func dismissing(members []action, cookies bool) *Control {
	for _, holds := range []func(a *action) bool{
		func(a *action) bool { return a.says.Has(words.CookieReject) },
		func(a *action) bool { return a.says.Has(words.Decline, words.Later) },
		closes,
		func(a *action) bool { return cookies && a.says.Has(words.CookieAccept, words.Accept) },
		func(a *action) bool { return cookies && a.says.Has(words.Confirm) },
	} {
		for i := range members {
			if a := &members[i]; !a.Disabled && !a.Covered && holds(a) {
				return a.Control
			}
		}
	}
	return nil
}

// closes reports whether a closes what it stands on: by a word, a name or a cross.
func closes(a *action) bool {
	if a.says.Has(words.Close) || a.says.Empty() && a.dev.Has(words.Close) {
		return true
	}
	text := strings.TrimSpace(a.Text)
	return a.Kind == ControlButton && slices.Contains(crosses, text)
}

// crosses are what buttons show that close something.
var crosses = []string{"×", "x", "X", "✕", "✖", "✗", "⨯", "╳"}

// advertisement returns the controls of a newsletter or another offer that stands in front of the page before anything
// was submitted, or in front of an application's own page.
func (p *page) advertisement(front []bool) []action {
	fields := p.frontFields(front)
	if len(fields) == 1 && p.anyCovered() && p.solicits(fields[0]) {
		return p.buttonsNear(fields[0])
	}
	if p.past.submitted() && !p.coversLogout() || !p.m.Dialog && !p.anyCovered() {
		return nil
	}
	var members []action
	var says words.Set
	for _, a := range p.actions {
		// Where something is covered, what is not covered is part of the cover, or the cover hides little and stands beside the
		// login: then a word of signing in is among them.
		if !a.Covered && (p.m.Dialog || beside(&a, fields) || p.anyCovered()) {
			members = append(members, a)
			says = says.Or(a.says)
		}
	}
	if !slices.ContainsFunc(members, leaves) {
		return nil
	}
	if p.coversPassword() {
		return members
	}
	if says.Meets(ofLogin.Without(words.Of(words.Register))) || p.m.Dialog && p.headings.Has(words.Login) {
		return nil
	}
	if p.advertises(fields, p.headings.Or(p.text, says)) {
		return members
	}
	return nil
}

// advertises reports whether what stands in front, with these fields and about this topic, is there to be sent away.
func (p *page) advertises(fields []*Control, topic words.Set) bool {
	for _, c := range fields {
		own, harmless := advertised(c)
		if !harmless {
			return false
		}
		topic = topic.Or(own)
	}
	nothingWanted := len(fields) == 0 && (topic.Has(words.Offer, words.Marketing) || p.anyCovered())
	return p.coversLogout() || topic.Has(words.Newsletter) || nothingWanted
}

// advertised returns what a field speaks of, and whether an advertisement may have it: an address to write to, or a
// number.
func advertised(c *Control) (words.Set, bool) {
	own := words.Find(c.Label).Or(words.Find(c.Placeholder), words.FindIdentifier(c.FormLabel))
	return own, c.Type != "password" && (c.Type == "email" || own.Has(words.Email, words.Newsletter, words.Phone))
}

// frontFields returns the fields that nothing covers.
func (p *page) frontFields(front []bool) []*Control {
	var fields []*Control
	for i := range p.m.Controls {
		if c := &p.m.Controls[i]; front[i] && !c.Covered && c.Kind == ControlField && typable(c.Type) {
			fields = append(fields, c)
		}
	}
	return fields
}

// beside reports whether a belongs to the same group or form as one of the fields.
func beside(a *action, fields []*Control) bool {
	return slices.ContainsFunc(fields, func(f *Control) bool {
		return a.Frame == f.Frame && (a.Group != "" && a.Group == f.Group || a.Form != 0 && a.Form == f.Form)
	})
}

// leaves reports whether a makes an offer go away.
func leaves(a action) bool { return closes(&a) || a.says.Has(words.Later, words.Decline) }

// coversPassword reports whether a password field lies beneath something that has none: the login is behind it.
func (p *page) coversPassword() bool {
	beneath := false
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if c.Type == "password" && c.Kind == ControlField {
			if c.Visible && !c.Covered {
				return false
			}
			beneath = beneath || c.Covered
		}
	}
	return beneath
}

// coversLogout reports whether the only way to log out lies beneath something: an application's own page is behind it.
func (p *page) coversLogout() bool {
	return p.canLogOut() && !slices.ContainsFunc(p.actions, p.logsOut)
}

func (p *page) anyCovered() bool {
	return slices.ContainsFunc(p.m.Controls, func(c Control) bool { return c.Covered })
}

// covers reports whether the cover must go: it lies over something, or nothing can be made of the rest.
func (p *page) covers(c *Classification) bool {
	if p.cover == nil {
		return false
	}
	// Where nothing is to be filled in, what the page was taken for may be the wall's own talk of devices and partners.
	talk := p.cover.Cookies && len(c.Fields) == 0 && len(c.Boxes) == 0 && c.Class != ClassLoggedIn
	return p.m.Dialog || p.anyCovered() || c.Class == ClassUnknown || talk
}
