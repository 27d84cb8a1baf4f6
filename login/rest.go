package login

import (
	"slices"
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
	{ClassHTTPAuth, "http_challenge", func(p *page) bool { return p.m.Challenge != "" }},
	{ClassCaptcha, "captcha", (*page).isCaptcha},
	{ClassErrorPage, "error_status", func(p *page) bool { return p.m.Status >= 500 || p.m.Status == 429 }},
	{ClassErrorPage, "error_heading", (*page).isErrorPage},
	{ClassUnknown, "on_its_way", (*page).isLoading},
	{ClassLoggedIn, "application", (*page).isApplication},
	{ClassConsent, "consent", (*page).isConsent},
	{ClassStaySignedIn, "stay_signed_in", (*page).asksToStay},
	{ClassAccountChoice, "account_tiles", (*page).showsAccounts},
	{ClassMethodChoice, "method_choice", (*page).offersMethods},
	{ClassSendCode, "send_code", (*page).sendsCode},
	{ClassAccountChoice, "account_choice", (*page).offersAccounts},
	{ClassOffer, "offer", (*page).offers},
	{ClassEnrolment, "enrolment", (*page).wantsEnrolment},
	{ClassTerms, "terms", (*page).isTerms},
	{ClassTerms, "yes_or_no", func(p *page) bool { return p.passes(ClassTerms) }},
	{ClassStaySignedIn, "yes_or_no", func(p *page) bool { return p.passes(ClassStaySignedIn) }},
	{ClassConsent, "yes_or_no", func(p *page) bool { return p.passes(ClassConsent) }},
	{ClassOffer, "yes_or_no", func(p *page) bool { return p.passes(ClassOffer) }},
	{ClassExternalWait, "external_wait", (*page).waitsElsewhere},
	{ClassPasskey, "passkey", (*page).asksForPasskey},
	{ClassSendCode, "only_button_sends", func(p *page) bool { return p.onlySender() != nil }},
	{ClassExternalWait, "number_shown", (*page).showsNumber},
	{ClassExternalWait, "message_sent", (*page).sentMessage},
	{ClassCaptcha, "captcha_frame", (*page).framesCaptcha},
	{ClassChangePassword, "change_password", (*page).wantsNewPassword},
	{ClassOrganisation, "organisation_choice", (*page).offersOrganisations},
	{ClassRegistration, "registration", (*page).isRegistrationEntry},
	{ClassLoginEntry, "login_entry", (*page).leadsToLogin},
	{ClassSSOOnly, "sign_in_with", (*page).offersProviders},
	{ClassOffer, "notice", (*page).isNotice},
}

// classifyRest names a page without a form of a login.
func (p *page) classifyRest(c *Classification) {
	for _, k := range kinds {
		if k.class == ClassLoggedIn && c.blames() && !p.canLogOut() || !k.holds(p) {
			continue
		}
		c.Class = k.class
		c.Evidence = append(c.Evidence, session.Evidence{Rule: k.rule, Weight: MinScore})
		if c.Class == ClassLoggedIn {
			_, evidence := p.success()
			c.Evidence = evidence
		}
		return
	}
	score, evidence := p.success()
	c.Evidence = append(c.Evidence, evidence...)
	c.Class = ClassUnknown
	if score >= loggedInThreshold && (!c.blames() || p.canLogOut()) {
		c.Class = ClassLoggedIn
	}
}

// blames reports whether the page says something new that is wrong. What an application says about its own contents may
// look so; a control to log out outweighs it.
func (c *Classification) blames() bool { return c.NewError() != nil }

// headline returns what headings and title speak of.
func (p *page) headline() words.Set { return p.headings.Or(p.title) }

func (p *page) loginContextOf() bool {
	return p.headline().Or(p.path).Has(words.Login) || p.can(words.Login)
}

// isConsent: the page speaks of passing data on, loudly, and has a button that agrees.
func (p *page) isConsent() bool {
	if p.passesDataOn() {
		return true
	}
	topic := p.headline().Has(words.Consent) || p.grants()
	if !topic && (!p.short() || !p.text.Has(words.Consent)) {
		return false
	}
	declines := p.can(words.Decline, words.Later) || p.can(words.Back)
	return p.canAccept() && (declines || topic) || topic && declines && p.can(words.Next, words.Confirm)
}

// grants reports whether a heading after the login is nothing but the verb: "Authorize".
func (p *page) grants() bool {
	return p.past.submitted() && p.short() && slices.ContainsFunc(p.m.Headings, func(text string) bool {
		says := words.Find(text)
		return says.Has(words.Accept) && !says.Has(words.Trust, words.Remember, words.Decline) && !strings.Contains(squeeze(text), " ")
	})
}

// canAccept reports whether a control agrees and does not refuse.
func (p *page) canAccept() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool {
		return a.says.Has(words.Accept) && !a.says.Has(words.Decline, words.CookieReject, words.Later)
	})
}

// asksToStay: "Stay signed in?", "Trust this browser?", with a yes and a no.
func (p *page) asksToStay() bool {
	if !p.headline().Has(words.Remember, words.Trust) && (!p.short() || !p.text.Has(words.Remember, words.Trust)) {
		return false
	}
	accepts := p.canAccept() || p.can(words.Remember, words.Trust) || p.can(words.Next)
	return accepts && p.can(words.Decline, words.Later, words.Back) && (!p.canLogOut() || p.headline().Has(words.Remember, words.Trust))
}

// isTerms: terms are to be agreed to, by a button or by a checkbox and a button.
func (p *page) isTerms() bool {
	ticks := slices.ContainsFunc(p.toggles, func(t toggle) bool {
		return toggleKind(&t, ClassTerms) == ToggleTerms || t.dev.Has(words.Terms)
	})
	topic := p.headline().Has(words.Terms) || p.short() && p.text.Has(words.Terms)
	if !topic && !ticks || p.hasProviders() {
		return false
	}
	return p.canAccept() && (topic || ticks) || ticks && p.can(words.Next, words.Confirm)
}

// offersMethods: ways to verify are to be chosen from.
func (p *page) offersMethods() bool {
	if p.canLogOut() && !p.headline().Has(words.Method) {
		return false
	}
	options := p.methodOptions()
	if knownMethods(options) == 0 {
		return false
	}
	asks := p.headline().Has(words.Method, words.AnotherWay) || p.short() && p.text.Has(words.Method)
	setsUp := p.headline().Meets(making)
	return asks && !setsUp || p.past.submitted() && len(options) >= 2 && !setsUp && p.short()
}

// sendsCode: a button has a code sent.
func (p *page) sendsCode() bool {
	if !p.can(words.SendCode, words.MagicLink) || p.canLogOut() || !p.past.submitted() {
		return false
	}
	return !p.headline().Meets(making) || p.headline().Has(words.Code)
}

// offers: something is offered that may be declined. Without a way round it, it is an enrolment.
func (p *page) offers() bool {
	if !p.past.submitted() {
		return false
	}
	topic := p.headline().Meets(making) || p.short() && p.text.Has(words.Offer, words.Enrolment)
	if p.can(words.Later) {
		return topic || p.headline().Has(words.ChangePassword, words.Passkey, words.PasswordExpired) ||
			p.short() && !p.canLogOut() && p.can(words.Next, words.Accept, words.Confirm)
	}
	if p.canLogOut() || !topic || !p.headline().Has(words.Offer) && !p.m.Dialog {
		return false
	}
	return p.can(words.Decline) || slices.ContainsFunc(p.actions, func(a action) bool { return closes(&a) })
}

// wantsEnrolment: a second factor is to be set up, and there is no way round it.
func (p *page) wantsEnrolment() bool {
	return p.past.submitted() && (p.headline().Has(words.Enrolment) || !p.canLogOut() && p.loud().Has(words.Enrolment))
}

// waitsElsewhere: an approval, a link or a number on another device is waited for.
func (p *page) waitsElsewhere() bool {
	if p.canLogOut() && !p.onlyHeading().Has(words.ExternalWait, words.LinkSent) && !p.approvesLogin() {
		return false
	}
	if p.headline().Has(words.Passkey) && !p.loud().Has(words.LinkSent, words.Push, words.NumberMatch) {
		return false // "confirm the login with your passkey" is done here
	}
	if p.loud().Has(words.ExternalWait, words.LinkSent) {
		// Before anything was given, only a page that asks nothing else waits: many speak of what they keep on a device.
		return p.past.submitted() || !p.can(words.Login) && !p.canAccept()
	}
	if !p.past.submitted() || p.canLogOut() {
		return false
	}
	shows := p.displayCode() != "" && p.loud().Has(words.NumberMatch, words.App, words.Push)
	return shows || p.headline().Has(words.Push) && !p.headline().Meets(making)
}

// onlyHeading returns what the title and the only heading speak of. An application has several, and some of them are of lists:
// "waiting for approval".
func (p *page) onlyHeading() words.Set {
	if len(p.m.Headings) > 1 {
		return p.title
	}
	return p.headline()
}

// approvesLogin: under the heading of a login a number stands that is to be found on another device.
func (p *page) approvesLogin() bool {
	return p.short() && p.headings.Has(words.Login) && p.displayCode() != "" && p.loud().Has(words.ExternalWait, words.NumberMatch)
}

// asksForPasskey: a passkey or a security key is wanted.
func (p *page) asksForPasskey() bool {
	if p.canLogOut() || p.headline().Meets(making) {
		return false
	}
	if p.headline().Has(words.Passkey, words.SecurityKey) {
		return true
	}
	spoken := p.short() && p.text.Has(words.Passkey, words.SecurityKey)
	offered := p.can(words.Passkey, words.SecurityKey)
	return offered && (spoken || p.past.submitted() || !p.hasProviders() && !p.hasEntry()) || spoken && p.past.submitted()
}

// wantsNewPassword: a new password is demanded by a page that has no fields for it yet.
func (p *page) wantsNewPassword() bool {
	return p.past.submitted() && p.short() && !p.canLogOut() &&
		(p.headline().Has(words.ChangePassword, words.PasswordExpired) || p.text.Has(words.PasswordExpired))
}

// isRegistrationEntry: the page speaks of making an account, and of signing in only in a link.
func (p *page) isRegistrationEntry() bool {
	return !p.past.submitted() && p.headings.Has(words.Register) && !p.headings.Has(words.Login) && p.hasEntry() && p.can(words.Register)
}

// leadsToLogin: no form, but a control that leads to it.
func (p *page) leadsToLogin() bool {
	return !p.past.submitted() && p.hasEntry()
}

func (p *page) hasEntry() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool { return p.entry(&a) > 0 })
}

// entry scores a control that leads from a page without a login form to one.
func (p *page) entry(a *action) int {
	switch {
	case p.leadsHere(a), p.hidesPassword(a):
		return 0
	case a.says.Has(words.UsePassword):
		return actionLikely
	}
	return enters(a)
}

// leadsToAccount reports whether a leads a stranger to the login by the name of what lies behind it: "My account". It says
// so only where nothing else was found.
func (p *page) leadsToAccount(a *action) bool {
	if p.past.submitted() || p.canLogOut() || p.leadsHome(a.Control) {
		return false
	}
	return a.says.Has(words.Account) && !a.says.Meets(notEntering)
}

// hidesPassword reports whether a submits a form whose password nobody can see: it leads nowhere.
func (p *page) hidesPassword(a *action) bool {
	return a.Form != 0 && slices.ContainsFunc(p.m.Controls, func(c Control) bool {
		return c.Form == a.Form && c.Frame == a.Frame && c.Type == "password" && !c.Visible
	})
}

func (p *page) hasProviders() bool {
	return slices.ContainsFunc(p.actions, func(a action) bool { return p.isSSO(&a) })
}

// offersProviders: other accounts to sign in with, and nothing else. Who can log out is in: what the page names is what the
// account is tied to, or the application's own subject.
func (p *page) offersProviders() bool {
	return !p.past.credentialsSubmitted() && !p.canLogOut() && p.hasProviders() && (p.loginContextOf() || p.can(words.SingleSignOn))
}

// isNotice: after the password, a short page that only wants to be read, with one way on.
func (p *page) isNotice() bool {
	if !p.past.credentialsSubmitted() || !p.short() || p.canLogOut() || p.hasFields() || len(p.toggles) > 0 || len(p.selects) > 0 {
		return false
	}
	if p.offersLogin() || p.headline().Has(words.Login) || p.headline().Or(p.text).Has(words.Wrong, words.UnknownUser, words.Lockout, words.TooMany, words.Loading) {
		return false
	}
	return len(p.waysOn()) == 1
}

// waysOn returns the controls that carry a page on that only wants to be read; none where anything else can be done.
func (p *page) waysOn() []*action {
	var on []*action
	for i := range p.actions {
		a := &p.actions[i]
		switch {
		case a.says.Has(words.Legal):
		case a.Kind == ControlButton && (a.says.Has(words.Next, words.Confirm) || closes(a)) && !a.says.Has(words.Login, words.Register):
			on = append(on, a)
		default:
			return nil
		}
	}
	return on
}

// isLoading: the page is on its way to another one.
func (p *page) isLoading() bool {
	if _, asks := p.passage(); asks {
		return false
	}
	return !p.hasFields() && len(p.m.Controls) <= loadingControls && !p.canLogOut() &&
		p.headline().Or(p.text).Has(words.Loading) && !p.text.Has(words.ExternalWait, words.LinkSent, words.NumberMatch) &&
		!p.headline().Has(words.Consent, words.Terms, words.ExternalWait)
}

// loadingControls is how many controls a page may have that is only on its way.
const loadingControls = 3

// isErrorPage: the page's heading is an error and there is next to nothing to do on it, or its status says so.
func (p *page) isErrorPage() bool {
	loudly := p.headline().Has(words.ErrorPage, words.SiteError) && !p.headline().Has(words.Code, words.Password)
	if p.canLogOut() && p.m.Status < 400 && !p.short() {
		return false
	}
	return loudly && (p.m.Status >= 400 || p.short() && !p.opens()) || p.m.Status >= 400 && len(p.actions) <= 2
}

// opens reports whether the page is a dialog that says what is wrong over something else.
func (p *page) opens() bool { return p.m.Dialog && p.past.submitted() }
