package login

import (
	"net/url"
	"strings"

	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// kind is a page without a login form: how it is recognised, in order of precedence.
type kind struct {
	class Class
	rule  string
	holds func(p *page) bool
}

// kinds are tried in order; the first that holds names the page. Headings and title count, running text only where
// the page is short, since a long page speaks of anything.
var kinds = []kind{
	{ClassCaptcha, "captcha", (*page).isCaptcha},
	{ClassErrorPage, "error_status", func(p *page) bool { return p.m.Status >= 500 || p.m.Status == 429 }},
	{ClassErrorPage, "error_heading", (*page).isErrorPage},
	{ClassConsent, "consent", (*page).isConsent},
	{ClassStaySignedIn, "stay_signed_in", func(p *page) bool {
		return (p.headings | p.title).Has(words.Remember) && p.can(words.Accept) && p.can(words.Back)
	}},
	{ClassEnrolment, "enrolment", func(p *page) bool { return p.loud().Has(words.Enrolment) && p.past.submitted() }},
	{ClassMethodChoice, "method_choice", func(p *page) bool { return p.loud().Has(words.Method) && p.options() >= 2 }},
	{ClassAccountChoice, "account_choice", func(p *page) bool { return p.loud().Has(words.AccountChoice) && p.options() >= 1 }},
	{ClassExternalWait, "external_wait", func(p *page) bool {
		return p.loud().Has(words.ExternalWait) && (p.past.submitted() || !p.can(words.Login))
	}},
	{ClassSSOOnly, "sign_in_with", func(p *page) bool {
		return !p.past.submitted() && p.loginContextOf() && p.can(words.SSO)
	}},
}

// shortPage is the number of actions up to which a page's running text counts like a heading.
const shortPage = 12

// classifyRest names a page without a form of a login.
func (p *page) classifyRest(c *Classification) {
	for _, k := range kinds {
		if k.holds(p) {
			c.Class = k.class
			c.Evidence = append(c.Evidence, session.Evidence{Rule: k.rule, Weight: MinScore})
			return
		}
	}
	score, evidence := p.success()
	c.Evidence = append(c.Evidence, evidence...)
	c.Class = ClassUnknown
	if score >= loggedInThreshold && c.NewError() == nil {
		c.Class = ClassLoggedIn
	}
}

// loud returns what the page says to be noticed.
func (p *page) loud() words.Set {
	if len(p.actions) <= shortPage {
		return p.headings | p.title | p.text
	}
	return p.headings | p.title
}

// can reports whether a button or link does one of cs.
func (p *page) can(cs ...words.Concern) bool {
	for _, a := range p.actions {
		if a.says.Has(cs...) {
			return true
		}
	}
	return false
}

// options counts what may be chosen: radio buttons, else buttons and links that do not lead away.
func (p *page) options() int {
	radios, others := 0, 0
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if c.Visible && c.Kind == ControlToggle && (c.Type == "radio" || c.Role == "radio") {
			radios++
		}
	}
	for _, a := range p.actions {
		if !a.says.Has(words.Back, words.Logout, words.Next, words.Confirm, words.Forgot) {
			others++
		}
	}
	return max(radios, others)
}

func (p *page) loginContextOf() bool {
	return (p.headings | p.title | p.path).Has(words.Login) || p.can(words.Login)
}

// isConsent: the page speaks of passing data on or of terms, loudly, and has a button that agrees.
func (p *page) isConsent() bool {
	return p.loud().Has(words.Consent) && p.can(words.Accept) &&
		(p.can(words.Back) || (p.headings | p.title).Has(words.Consent))
}

// isErrorPage: the page's heading is an error and there is next to nothing to do on it, or its status says so.
func (p *page) isErrorPage() bool {
	loudly := (p.headings | p.title).Has(words.ErrorPage, words.SiteError)
	return loudly && (p.m.Status >= 400 || len(p.actions) <= shortPage) || p.m.Status >= 400 && len(p.actions) <= 2
}

// captchaHosts are parts of the URLs of frames that hold a challenge (login-detection §7).
var captchaHosts = []string{
	"google.com/recaptcha", "recaptcha.net", "hcaptcha.com", "challenges.cloudflare.com", "geetest", "arkoselabs",
	"funcaptcha", "captcha-delivery.com", "px-captcha", "awswaf", "friendlycaptcha", "mtcaptcha", "smartcaptcha",
}

// isCaptcha: the page wants proof of being human. An invisible badge beside a form is none; see hasChallenge.
func (p *page) isCaptcha() bool {
	if p.title.Has(words.Captcha) || p.headings.Has(words.Captcha) || p.hasChallenge() {
		return true
	}
	if len(p.actions) > shortPage || p.canLogOut() {
		return false
	}
	for _, f := range p.m.Frames {
		if captchaFrame(f.URL) {
			return true
		}
	}
	return p.loud().Has(words.Captcha) && len(p.actions) <= 2
}

// hasChallenge reports whether something of a challenge is there to be clicked or typed into.
func (p *page) hasChallenge() bool {
	vendor := map[string]bool{}
	for _, f := range p.m.Frames {
		vendor[f.ID] = captchaFrame(f.URL)
	}
	for i := range p.m.Controls {
		c := &p.m.Controls[i]
		if c.Visible && !c.Checked && c.Kind == ControlToggle && (vendor[c.Frame] || words.Find(c.Label).Has(words.Captcha)) {
			return true
		}
	}
	return false
}

func captchaFrame(frameURL string) bool {
	u, err := url.Parse(frameURL)
	if err != nil {
		return false
	}
	place := u.Host + u.Path
	for _, h := range captchaHosts {
		if strings.Contains(place, h) {
			return true
		}
	}
	return false
}
