package login

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// loggedInThreshold is what the evidence must sum up to (login-detection §7).
const loggedInThreshold = 70

// MarkWeight is what the project's own mark of a logged-in page counts.
const MarkWeight = 100

// sign is one observation that speaks for or against being logged in.
type sign struct {
	name   string
	weight int
	holds  func(p *page) bool
}

// signs follow login-detection §7 as far as one page model shows them. Cookies and the check of a restored context
// are weighed by the proof.
var signs = []sign{
	{"login_form_gone", 25, func(p *page) bool { return p.past.credentialsSubmitted() }},
	{"logout_control", 35, (*page).canLogOut},
	{"account_control", 20, (*page).hasAccountControl},
	{"account_heading", 20, func(p *page) bool { return p.headline().Has(words.Account) }},
	{"account_menu", 15, (*page).hasAccountMenu},
	{"signed_in_as", 25, func(p *page) bool { return p.headings.Or(p.text).Has(words.SignedInAs) }},
	{"greeting", 10, func(p *page) bool { return p.headings.Has(words.Greeting) || p.greets() }},
	{"identifier_shown", 10, func(p *page) bool { return p.past.IdentifierShown }},
	{"application_links", 10, func(p *page) bool { return p.links() >= 4 }},
	{"application_navigation", 15, func(p *page) bool { return p.navigation() >= 3 }},
	{"left_login_page", 10, (*page).leftLoginPage},
	{"answered", 10, func(p *page) bool { return p.m.Status >= 200 && p.m.Status < 400 }},
	// "Log in" among the controls of a page that offers no way out: the visitor is still a stranger.
	{"login_control", -60, func(p *page) bool { return p.offersLogin() && !p.canLogOut() }},
	{"register_control", -40, func(p *page) bool { return p.offersAccount() && !p.canLogOut() }},
	{"addresses_strangers", -40, func(p *page) bool { return p.markets() >= 2 && !p.canLogOut() }},
	{"still_login_page", -20, func(p *page) bool { return p.headline().Has(words.Login) && !p.canLogOut() }},
}

// vetoes rule success out, whatever else the page shows.
var vetoes = []sign{
	{"refused", 0, func(p *page) bool { return p.m.Status >= 400 }},
	{"wants_a_secret", 0, (*page).wantsSecret},
	// The login form is not gone: something lies over it.
	{"covers_password", 0, (*page).coversPassword},
	{"on_its_way", 0, (*page).isLoading},
	{"asks_something", 0, (*page).asksSomething},
	{"refuses", 0, func(p *page) bool {
		return p.headline().Has(words.Wrong, words.ErrorPage) && p.short() && !p.canLogOut()
	}},
}

// success weighs whether the page, which has no login form, is a logged-in one. Nothing is weighed before a secret
// was submitted: a public page may look like an account's.
func (p *page) success() (int, []session.Evidence) {
	score := 0
	var evidence []session.Evidence
	for _, s := range signs {
		if s.holds(p) {
			score += s.weight
			evidence = append(evidence, session.Evidence{Rule: s.name, Weight: s.weight, Where: "page"})
		}
	}
	for _, v := range vetoes {
		if v.holds(p) {
			score = 0
			evidence = append(evidence, session.Evidence{Rule: v.name, Where: "page"})
		}
	}
	if !p.past.credentialsSubmitted() {
		score = 0
	}
	return score, evidence
}

// isApplication: beyond doubt a page of the application, so that what it speaks of is its own matter.
func (p *page) isApplication() bool {
	if p.m.Dialog || p.short() || !p.canLogOut() && !p.hasAccountControl() {
		return false
	}
	score, _ := p.success()
	return score >= loggedInThreshold
}

// canLogOut reports whether a control signs out, by its words or its target.
func (p *page) canLogOut() bool {
	// What lies beneath a cover is there as well.
	return slices.ContainsFunc(p.actions, p.logsOut) || slices.ContainsFunc(p.beneath, p.logsOut)
}

// logsOut reports whether a signs out, by its words, its names or its target. One that refuses what the page asks, and signs
// out with that, belongs to the question.
func (p *page) logsOut(a action) bool {
	if a.says.Has(words.Logout) {
		return !a.says.Has(words.Decline, words.Back)
	}
	return a.dev.Has(words.Logout) || a.Href != "" && p.targetWords(a.Href).Has(words.Logout)
}

// targetWords returns what the path of href speaks of. What the page's own path holds as well, a tenant or a project, says
// nothing about where the link leads, nor does the slug of an article.
func (p *page) targetWords(href string) words.Set {
	found, ok := p.targets[href]
	if !ok {
		found = p.lookUpTarget(href)
		p.targets[href] = found
	}
	return found
}

func (p *page) lookUpTarget(href string) words.Set {
	u, err := url.Parse(href)
	if err != nil {
		return words.Set{}
	}
	var own []string
	if here, err := url.Parse(p.m.URL); err == nil {
		own = strings.Split(here.Path, "/")
	}
	var found words.Set
	for segment := range strings.SplitSeq(u.Path, "/") {
		if !slices.Contains(own, segment) && isCommand(segment) {
			found = found.Or(words.FindIdentifier(segment))
		}
	}
	return found
}

// commandWords is how many words a segment of a path may have that names what an address does.
const commandWords = 3

// isCommand reports whether a segment of a path is short enough to name what an address does: a longer one is a title.
func isCommand(segment string) bool {
	return len(strings.FieldsFunc(segment, delimits)) <= commandWords
}

func delimits(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' }

// hasAccountControl reports whether a control leads to the visitor's own account.
func (p *page) hasAccountControl() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Account) && !a.says.Has(words.Login, words.Register, words.Legal, words.CookieSettings)
	})
}

// hasAccountMenu reports whether a control is named like the menu of an account, or shows a person's initials.
func (p *page) hasAccountMenu() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool {
		if a.says.Has(words.Login, words.Register) {
			return false
		}
		return a.dev.Has(words.Account) || a.Kind == ControlButton && initials(a.Text)
	}) || slices.ContainsFunc(p.m.Images, func(i Image) bool { return words.Find(i.Alt).Has(words.Account) })
}

// initials reports whether text is one to three capitals, as a round button shows who is logged in.
func initials(text string) bool {
	n := utf8.RuneCountInString(text)
	return n >= 1 && n <= 3 && text != "X" && text != "OK" && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsUpper(r) })
}

// greets reports whether a short line welcomes somebody.
func (p *page) greets() bool {
	return slices.ContainsFunc(p.lines, func(l line) bool {
		return l.says.Has(words.Greeting) && utf8.RuneCountInString(l.text) <= 60
	})
}

// offersLogin reports whether a control says "sign in" and nothing else.
func (p *page) offersLogin() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Login) && !a.says.Has(words.SignedInAs, words.Logout) &&
			utf8.RuneCountInString(squeeze(a.Text)) <= shortLabel
	})
}

// offersAccount reports whether a control makes an account for the visitor.
func (p *page) offersAccount() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Register) && utf8.RuneCountInString(squeeze(a.Text)) <= shortLabel
	})
}

// navigation counts the different things of an application that controls lead to.
func (p *page) navigation() int {
	seen := map[string]bool{}
	for _, a := range p.actions {
		if a.says.Has(words.Application, words.Account) && utf8.RuneCountInString(a.Text) <= shortLabel {
			seen[a.Text] = true
		}
	}
	return len(seen)
}

// markets counts the controls that are for strangers: prices, demonstrations.
func (p *page) markets() int {
	count := 0
	for _, a := range p.actions {
		if a.says.Has(words.Marketing) {
			count++
		}
	}
	return count
}

// links counts the places that the page leads to, without the small print.
func (p *page) links() int {
	seen := map[string]bool{}
	for _, a := range p.actions {
		if a.Kind == ControlLink && a.Href != "" && !a.says.Has(words.Legal) {
			seen[a.Href] = true
		}
	}
	return len(seen)
}

func (p *page) leftLoginPage() bool {
	u, err := url.Parse(p.m.URL)
	if err != nil || p.past.LoginPath == "" {
		return false
	}
	return words.MaskIdentifier(u.Path) != words.MaskIdentifier(p.past.LoginPath) && !p.path.Has(words.Login)
}

// wantsSecret reports whether the page has a field for a password or a code that no form of a login explains.
func (p *page) wantsSecret() bool {
	for _, f := range p.forms {
		for _, x := range f.fields {
			if f.settings {
				break // a mail server's password, or a new one
			}
			if x.Type == "password" && !x.trap() || x.code() && !p.canLogOut() {
				return true
			}
		}
	}
	return false
}

// asksSomething reports whether a short page without a way out wants a yes or a no, or only leads on: it stands before
// the application, though it may name the visitor. Under the heading of a login it does so in spite of a way out.
func (p *page) asksSomething() bool {
	if !p.short() {
		return false
	}
	if p.canLogOut() {
		return p.headings.Has(words.Login) && p.yesOrNo()
	}
	if p.can(words.Accept) && p.can(words.Decline, words.Later) {
		return true
	}
	navigates := p.links() >= 4 || p.navigation() >= 3
	return !navigates && slices.ContainsFunc(p.actions, func(a action) bool {
		// A sentence on a control tells of what it does: "Show the next unread message".
		return utf8.RuneCountInString(squeeze(a.Text)) <= shortLabel && a.says.Has(words.Next, words.Confirm, words.Accept, words.Resend,
			words.AnotherWay, words.SendCode)
	})
}

func pathWords(href string) words.Set {
	u, err := url.Parse(href)
	if err != nil {
		return words.Set{}
	}
	var found words.Set
	for segment := range strings.SplitSeq(u.Path, "/") { // apart, so that no term spans two
		found = found.Or(words.FindIdentifier(segment))
	}
	return found
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}
