package loginlab

// Nuisance is what makes a site harder than its topology and factor alone.
type Nuisance string

// The nuisances of the basic and the hostile sites.
const (
	NuisanceNone Nuisance = ""
	// NuisanceSlow delays every answer by Options.SlowDelay.
	NuisanceSlow Nuisance = "slow"
	// NuisanceLocked answers 429 to every password.
	NuisanceLocked Nuisance = "locked"
	// NuisanceServerError answers 500 to everything.
	NuisanceServerError Nuisance = "server_error"
	// NuisanceNoLogout has no way to log out on its account page.
	NuisanceNoLogout Nuisance = "no_logout"
	// NuisancePuzzle shows a puzzle "for humans" and nothing else.
	NuisancePuzzle Nuisance = "puzzle"
	// NuisanceHostileRedirect sends the browser to a look-alike at another origin after the user name.
	NuisanceHostileRedirect Nuisance = "hostile_redirect"
	// NuisanceHostileFrame has its form in a frame of another origin.
	NuisanceHostileFrame Nuisance = "hostile_frame"
	// NuisanceDowngrade posts its form to another origin, over plain http.
	NuisanceDowngrade Nuisance = "downgrade"
)

// The nuisances that lie over or beside the form, or come before it.
const (
	// NuisanceCookieWall: an overlay about cookies takes every click.
	NuisanceCookieWall Nuisance = "cookie_wall"
	// NuisanceNewsletterOverlay: an offer of a newsletter lies over the form.
	NuisanceNewsletterOverlay Nuisance = "newsletter_overlay"
	// NuisanceNewsletterField: a field for a newsletter's address stands on the page.
	NuisanceNewsletterField Nuisance = "newsletter_field"
	// NuisanceRegistration: a form for new accounts stands beside the login.
	NuisanceRegistration Nuisance = "registration"
	// NuisanceFormlessRegistration: the same without a form element.
	NuisanceFormlessRegistration Nuisance = "formless_registration"
	// NuisanceTwoForms: another login of another kind (a guest's booking) stands on the page.
	NuisanceTwoForms Nuisance = "two_forms"
	// NuisanceSearch: a search form is in the top bar.
	NuisanceSearch Nuisance = "search"
	// NuisanceAccountChooser: accounts known to the browser are offered first.
	NuisanceAccountChooser Nuisance = "account_chooser"
	// NuisanceRedirecting: a page that says "redirecting" comes between the steps.
	NuisanceRedirecting Nuisance = "redirecting"
	// NuisanceLateForm: the form appears some time after the page.
	NuisanceLateForm Nuisance = "late_form"
	// NuisanceCaptcha: characters in a picture are to be typed.
	NuisanceCaptcha Nuisance = "captcha"
)

// The nuisances within the form.
const (
	// NuisanceHoneypot: hidden fields with tempting names.
	NuisanceHoneypot Nuisance = "honeypot"
	// NuisanceRemember: a checkbox to stay signed in.
	NuisanceRemember Nuisance = "remember"
	// NuisanceABLabels: names, ids and classes are random on every load, and so is the choice of words.
	NuisanceABLabels Nuisance = "ab_labels"
	// NuisancePoorAccessibility: placeholders instead of labels.
	NuisancePoorAccessibility Nuisance = "poor_accessibility"
	// NuisanceTableLayout: a table from the nineties, labels beside the fields but not bound to them.
	NuisanceTableLayout Nuisance = "table_layout"
	// NuisanceDivButtons: what looks like a button is a div.
	NuisanceDivButtons Nuisance = "div_buttons"
	// NuisanceIconButton: the button is an icon without text.
	NuisanceIconButton Nuisance = "icon_button"
	// NuisanceAutofocusTrap: a script moves the focus to another field.
	NuisanceAutofocusTrap Nuisance = "autofocus_trap"
	// NuisanceSubmitDisabled: the button is disabled until something was typed.
	NuisanceSubmitDisabled Nuisance = "submit_disabled"
	// NuisanceKeyListener: the boxes of a split code take keys only, no inserted text and no paste.
	NuisanceKeyListener Nuisance = "key_listener"
	// NuisanceShowPassword: a button beside the password turns its type to text.
	NuisanceShowPassword Nuisance = "show_password"
)

// The ways to say that something was wrong. Without one of them the page has a role=alert.
const (
	// NuisanceErrorField: aria-invalid and a description of the field.
	NuisanceErrorField Nuisance = "error_field"
	// NuisanceErrorToast: a toast that goes by itself.
	NuisanceErrorToast Nuisance = "error_toast"
	// NuisanceErrorRed: red text without any role.
	NuisanceErrorRed Nuisance = "error_red"
	// NuisanceErrorTitle: the document's title only.
	NuisanceErrorTitle Nuisance = "error_title"
	// NuisanceErrorDialog: an alert() dialog.
	NuisanceErrorDialog Nuisance = "error_dialog"
	// NuisanceErrorSilent: nothing, the form comes again.
	NuisanceErrorSilent Nuisance = "error_silent"
)

// What comes after the password and the factor.
const (
	// NuisanceStaySignedIn: a page asks whether to stay signed in.
	NuisanceStaySignedIn Nuisance = "stay_signed_in"
	// NuisanceConsent: a page asks whether data may be passed on.
	NuisanceConsent Nuisance = "consent"
	// NuisanceTerms: new terms are to be accepted.
	NuisanceTerms Nuisance = "terms"
	// NuisanceOffer: a passkey is offered, and may be declined.
	NuisanceOffer Nuisance = "offer"
)

// The traps: what makes a careless tool believe that it is logged in.
const (
	// NuisanceTrapPublicPage: a wrong password leads to a public page that greets the user by name.
	NuisanceTrapPublicPage Nuisance = "trap_public_page"
	// NuisanceTrapWelcome: "Welcome" and the user's name stand above the code's field.
	NuisanceTrapWelcome Nuisance = "trap_welcome"
	// NuisanceTrapLogout: the page that asks for the code has a navigation, the user's name and a way to log out.
	NuisanceTrapLogout Nuisance = "trap_logout"
	// NuisanceTrapVanish: after a submit the form is gone for two seconds before the answer comes.
	NuisanceTrapVanish Nuisance = "trap_vanish"
	// NuisanceTrapConsent: the consent page greets the user by name and offers to log out.
	NuisanceTrapConsent Nuisance = "trap_consent"
)

// The nuisances of the sites that let nobody in, though the password is right.
const (
	// NuisanceAccountLocked: the account is locked.
	NuisanceAccountLocked Nuisance = "account_locked"
	// NuisanceRateLimited: too many attempts; status 429.
	NuisanceRateLimited Nuisance = "rate_limited"
	// NuisanceDisabled: the account is disabled.
	NuisanceDisabled Nuisance = "account_disabled"
	// NuisanceUnknownUser: there is no such account.
	NuisanceUnknownUser Nuisance = "unknown_user"
	// NuisancePasswordExpired: a new password is to be set.
	NuisancePasswordExpired Nuisance = "password_expired"
	// NuisanceMaintenance: the site is down for maintenance; status 503.
	NuisanceMaintenance Nuisance = "maintenance"
)

// aroundNuisances, formNuisances and afterNuisances are the three places of a site that the grid fills: a site may
// have one of each.
func aroundNuisances() []Nuisance {
	return []Nuisance{
		NuisanceNone, NuisanceCookieWall, NuisanceNewsletterOverlay, NuisanceNewsletterField, NuisanceRegistration,
		NuisanceFormlessRegistration, NuisanceTwoForms, NuisanceSearch, NuisanceAccountChooser, NuisanceRedirecting,
		NuisanceLateForm, NuisanceCaptcha,
	}
}

func formNuisances() []Nuisance {
	return []Nuisance{
		NuisanceNone, NuisanceHoneypot, NuisanceRemember, NuisanceABLabels, NuisancePoorAccessibility,
		NuisanceTableLayout, NuisanceDivButtons, NuisanceIconButton, NuisanceAutofocusTrap, NuisanceSubmitDisabled,
		NuisanceKeyListener, NuisanceShowPassword,
	}
}

func afterNuisances() []Nuisance {
	return []Nuisance{
		NuisanceNone, NuisanceErrorField, NuisanceErrorToast, NuisanceErrorRed, NuisanceErrorTitle, NuisanceErrorDialog,
		NuisanceErrorSilent, NuisanceStaySignedIn, NuisanceConsent, NuisanceTerms, NuisanceOffer, NuisanceNoLogout,
		NuisanceTrapPublicPage, NuisanceTrapWelcome, NuisanceTrapLogout, NuisanceTrapVanish, NuisanceTrapConsent,
	}
}

// refusals are the nuisances of the sites that let nobody in.
func refusals() []Nuisance {
	return []Nuisance{
		NuisanceAccountLocked, NuisanceRateLimited, NuisanceDisabled, NuisanceUnknownUser, NuisancePasswordExpired,
		NuisanceMaintenance,
	}
}
