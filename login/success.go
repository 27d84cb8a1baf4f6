package login

import (
	"net/url"
	"strings"

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
	{"account_control", 20, func(p *page) bool { return p.can(words.Account) }},
	{"account_heading", 20, func(p *page) bool { return (p.headings | p.title).Has(words.Account) }},
	{"identifier_shown", 10, func(p *page) bool { return p.past.IdentifierShown }},
	{"application_links", 10, func(p *page) bool { return p.links() >= 4 }},
	{"left_login_page", 10, (*page).leftLoginPage},
	{"answered", 10, func(p *page) bool { return p.m.Status >= 200 && p.m.Status < 400 }},
	// "Log in" among the controls of a page that offers no way out: the visitor is still a stranger.
	{"login_control", -60, func(p *page) bool { return p.offersLogin() && !p.canLogOut() }},
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
	if !p.past.credentialsSubmitted() || p.m.Status >= 400 {
		score = 0
	}
	return score, evidence
}

// canLogOut reports whether a control signs out, by its words or its target.
func (p *page) canLogOut() bool {
	for _, a := range p.actions {
		if a.says.Has(words.Logout) || a.dev.Has(words.Logout) || a.Href != "" && pathWords(a.Href).Has(words.Logout) {
			return true
		}
	}
	return false
}

// offersLogin reports whether a control says "sign in" and nothing else.
func (p *page) offersLogin() bool {
	for _, a := range p.actions {
		if a.says.Has(words.Login) && len(words.Normalise(a.Text)) <= 24 {
			return true
		}
	}
	return false
}

func (p *page) links() int {
	seen := map[string]bool{}
	for _, a := range p.actions {
		if a.Kind == ControlLink && a.Href != "" {
			seen[a.Href] = true
		}
	}
	return len(seen)
}

func (p *page) leftLoginPage() bool {
	u, err := url.Parse(p.m.URL)
	return err == nil && p.past.LoginPath != "" && u.Path != p.past.LoginPath && !p.path.Has(words.Login)
}

func pathWords(href string) words.Set {
	u, err := url.Parse(href)
	if err != nil {
		return 0
	}
	var found words.Set
	for segment := range strings.SplitSeq(u.Path, "/") { // apart, so that no term spans two
		found |= words.FindIdentifier(segment)
	}
	return found
}
