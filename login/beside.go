package login

import (
	"slices"

	"github.com/anteroom/anteroom/session"
)

// kindsBeside are the pages without a form that a form for new accounts may stand beside: after the password they are the
// login's own next step; before it only accounts and companies to choose from are plain enough.
var kindsBeside = []struct {
	class  Class
	rule   string
	holds  func(p *page) bool
	before bool
}{
	{ClassAccountChoice, "account_tiles", (*page).showsAccounts, true},
	{ClassConsent, "consent", (*page).isConsent, false},
	{ClassStaySignedIn, "stay_signed_in", (*page).asksToStay, false},
	{ClassMethodChoice, "method_choice", (*page).offersMethods, false},
	{ClassSendCode, "send_code", (*page).sendsCode, false},
	{ClassTerms, "terms", (*page).isTerms, false},
	{ClassExternalWait, "external_wait", (*page).waitsElsewhere, false},
	{ClassOffer, "offer", (*page).offers, false},
	{ClassPasskey, "passkey", (*page).asksForPasskey, false},
	{ClassOrganisation, "organisation_choice", (*page).organisationButtons, true},
}

// besideRegistration names a page by what it asks beside the form r for new accounts; false when it asks nothing else. The
// form's own controls are left out from then on.
func (p *page) besideRegistration(c *Classification, r *reading) bool {
	if r.class != ClassRegistration {
		return false
	}
	rest := *p
	rest.forms = slices.DeleteFunc(slices.Clone(p.forms), func(f *form) bool { return f == r.form })
	rest.actions = slices.DeleteFunc(slices.Clone(p.actions), func(a action) bool {
		return a.form == r.form || a.Form != 0 && a.Form == r.form.number && a.Frame == r.form.frame
	})
	inForm := func(t toggle) bool { return t.Form == r.form.number && t.Frame == r.form.frame }
	rest.toggles = slices.DeleteFunc(slices.Clone(p.toggles), inForm)
	rest.selects = slices.DeleteFunc(slices.Clone(p.selects), inForm)
	through := p.past.PasswordSubmitted || p.past.CodeSubmitted
	for _, k := range kindsBeside {
		if (through || k.before) && k.holds(&rest) {
			*p = rest
			c.Class = k.class
			c.Evidence = append(c.Evidence, session.Evidence{Rule: k.rule, Weight: MinScore})
			return true
		}
	}
	return false
}

// organisationButtons: companies to choose from are buttons of a form of their own.
func (p *page) organisationButtons() bool {
	if !p.offersOrganisations() {
		return false
	}
	options := p.organisationOptions()
	return len(options) >= 2 && options[0].Control.Kind == ControlButton && options[0].Control.Form != 0
}
