package login

// Class is what a settled page is, to somebody who wants to log in. Precedence: what must be done first names the page.
type Class string

// The page classes.
const (
	// ClassIdentifier: asks for the user name or e-mail address alone.
	ClassIdentifier Class = "identifier"
	// ClassPassword: asks for the password; the identifier was given before.
	ClassPassword Class = "password"
	// ClassIdentifierPassword: one form with both.
	ClassIdentifierPassword Class = "identifier_password"
	// ClassCode: asks for a one-time code.
	ClassCode Class = "code"
	// ClassCodeInForm: one form with the password and a one-time code, mostly with the identifier, too.
	ClassCodeInForm Class = "code_in_form"

	// ClassLoggedIn: the account's own page.
	ClassLoggedIn Class = "logged_in"

	// ClassCodeSplit: a one-time code in a box per character.
	ClassCodeSplit Class = "code_split"
	// ClassErrorPage: nothing but an error.
	ClassErrorPage Class = "error_page"
	// ClassCaptcha: wants proof of being human.
	ClassCaptcha Class = "captcha"
	// ClassMethodChoice: how to verify is to be chosen.
	ClassMethodChoice Class = "method_choice"
	// ClassAccountChoice: one of several accounts is to be chosen.
	ClassAccountChoice Class = "account_choice"
	// ClassConsent: data is to be passed on to the application.
	ClassConsent Class = "consent"
	// ClassStaySignedIn: asks whether to remember the login.
	ClassStaySignedIn Class = "stay_signed_in"
	// ClassRegistration: makes a new account; never filled in.
	ClassRegistration Class = "registration"
	// ClassChangePassword: sets a new password; never filled in.
	ClassChangePassword Class = "change_password"
	// ClassEnrolment: wants a second factor to be set up, and offers no way round it.
	ClassEnrolment Class = "enrolment"
	// ClassExternalWait: waits for a push, a link in an e-mail, a security key.
	ClassExternalWait Class = "external_wait"
	// ClassOrganisation: asks for a company, tenant or workspace.
	ClassOrganisation Class = "organisation"
	// ClassSecurityQuestion: asks for a secret answer.
	ClassSecurityQuestion Class = "security_question"
	// ClassBackupCode: asks for a backup or recovery code.
	ClassBackupCode Class = "backup_code"
	// ClassSSOOnly: offers other providers to sign in with, and nothing else.
	ClassSSOOnly Class = "sso_only"
	// ClassLoginEntry: no login form, but a way to it: "Log in".
	ClassLoginEntry Class = "login_entry"
	// ClassPasskey: asks for a passkey, or offers to; other ways may be there.
	ClassPasskey Class = "passkey"
	// ClassTerms: terms are to be accepted.
	ClassTerms Class = "terms"
	// ClassOffer: offers something that may be declined: a passkey to be made, a telephone number, a tour, a newer password.
	ClassOffer Class = "offer"
	// ClassSendCode: a button has a code sent; the field comes after it.
	ClassSendCode Class = "send_code"
	// ClassHTTPAuth: the site wants HTTP authentication.
	ClassHTTPAuth Class = "http_auth"
	// ClassAmbiguous: two forms or fields are as likely as each other; never guessed.
	ClassAmbiguous Class = "ambiguous"
	// ClassUnknown: none of these, or not loaded yet.
	ClassUnknown Class = "unknown"
)

// Classes lists every class.
func Classes() []Class {
	return []Class{
		ClassIdentifier, ClassPassword, ClassIdentifierPassword, ClassCode, ClassCodeInForm, ClassLoggedIn,
		ClassCodeSplit, ClassErrorPage, ClassCaptcha, ClassMethodChoice, ClassAccountChoice, ClassConsent,
		ClassStaySignedIn, ClassRegistration, ClassChangePassword, ClassEnrolment, ClassExternalWait,
		ClassOrganisation, ClassSecurityQuestion, ClassBackupCode, ClassSSOOnly, ClassLoginEntry,
		ClassPasskey, ClassTerms, ClassOffer, ClassSendCode, ClassHTTPAuth, ClassAmbiguous, ClassUnknown,
	}
}

// asksForPassword reports whether the class is a form that wants the password.
func (c Class) asksForPassword() bool {
	return c == ClassPassword || c == ClassIdentifierPassword || c == ClassCodeInForm
}

// settled reports whether the page will not become something else by waiting.
func (c Class) settled() bool { return c != ClassUnknown }

// vetoesSuccess reports whether a page of this class cannot be a logged-in one, whatever else it shows. An
// application's own page may well hold a form that makes accounts for others.
func (c Class) vetoesSuccess() bool {
	return c != ClassLoggedIn && c != ClassUnknown && c != ClassRegistration
}
