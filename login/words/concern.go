package words

import "strconv"

// Concern is what a word is about.
type Concern uint8

// The concerns. The name of a concern's file in data/ is its String.
const (
	// Login: sign in; on buttons, headings and in form names.
	Login Concern = iota
	// Next: on to the next step.
	Next
	// Confirm: send, verify, confirm: buttons that submit a code.
	Confirm
	// Username: words that name the identifier of an account, and nothing else.
	Username
	// Email: an e-mail address, as an identifier or as something else.
	Email
	// Phone: a telephone number.
	Phone
	// WeakIdentifier: id, login, account: words that may name the identifier.
	WeakIdentifier
	// Password: the password of an account.
	Password
	// NewPassword: a password to be set or repeated.
	NewPassword
	// OldPassword: the present password, where a new one is to be set.
	OldPassword
	// ChangePassword: headings of pages that set a password.
	ChangePassword
	// Code: a one-time code, beyond doubt.
	Code
	// CodeWeak: code, pin, token: words that may name a one-time code.
	CodeWeak
	// OtherCode: codes that are no one-time code: postal, coupon, country.
	OtherCode
	// Recovery: backup and recovery codes.
	Recovery
	// Wrong: what was entered is not right.
	Wrong
	// Expired: what was entered is no longer valid.
	Expired
	// Lockout: too many tries, or the account is locked.
	Lockout
	// UnknownUser: there is no such account, or it is disabled.
	UnknownUser
	// PasswordExpired: a new password must be set.
	PasswordExpired
	// Logout: sign out.
	Logout
	// Account: controls that only a logged-in visitor sees: profile, dashboard.
	Account
	// Forgot: help with a lost password or user name.
	Forgot
	// Register: make an account.
	Register
	// Back: back, cancel, close.
	Back
	// SSO: sign in with somebody else's account, or without a password.
	SSO
	// Show: show or hide a password.
	Show
	// Resend: send a code, or send it again.
	Resend
	// Search: look something up.
	Search
	// Newsletter: subscribe to something.
	Newsletter
	// Captcha: prove to be human.
	Captcha
	// PersonName: first, last and full names of people.
	PersonName
	// Card: payment cards and national numbers.
	Card
	// Organisation: company, workspace, tenant.
	Organisation
	// Consent: passing data on, terms, permissions.
	Consent
	// Accept: buttons that agree.
	Accept
	// Remember: stay signed in, trust this device.
	Remember
	// Method: choose how to verify.
	Method
	// AccountChoice: choose one of several accounts.
	AccountChoice
	// ExternalWait: approve somewhere else: a push, a link in an e-mail.
	ExternalWait
	// Enrolment: set up a second factor.
	Enrolment
	// Sent: a code was sent somewhere.
	Sent
	// ErrorPage: headings of pages that are nothing but an error.
	ErrorPage
	// SiteError: something is wrong on the site's side.
	SiteError
	// SecurityQuestion: a question with a secret answer.
	SecurityQuestion

	// SMS: a text message, as a way to reach somebody.
	SMS
	// Voice: a telephone call.
	Voice
	// App: an application that shows codes.
	App
	// Push: a notification on another device.
	Push
	// Passkey: passkeys, fingerprints and faces.
	Passkey
	// SecurityKey: a key to be plugged in or touched.
	SecurityKey
	// MagicLink: a link that signs in, as a way.
	MagicLink
	// LinkSent: a link was sent; look into your e-mail.
	LinkSent
	// NumberMatch: a number is to be found again on another device.
	NumberMatch
	// AnotherWay: leads to the other ways to verify.
	AnotherWay
	// UsePassword: leads to the password instead.
	UsePassword
	// Trust: do not ask this device for a second factor again.
	Trust
	// Terms: terms of use, to be agreed to or only linked to.
	Terms
	// Later: not now, skip.
	Later
	// Decline: no, deny, reject.
	Decline
	// Close: close, dismiss.
	Close
	// Cookies: what cookie walls speak of.
	Cookies
	// CookieReject, CookieAccept and CookieSettings: the buttons of cookie walls.
	CookieReject
	CookieAccept
	CookieSettings
	// Loading: wait, you are being redirected.
	Loading
	// Greeting: welcome, hello.
	Greeting
	// SignedInAs: words before the name of who is logged in.
	SignedInAs
	// Application: what the navigation of an application leads to: projects, orders, reports.
	Application
	// Marketing: what a public page wants of strangers: prices, demonstrations.
	Marketing
	// Legal: the small print, help and languages: in the footer of every page.
	Legal
	// SendCode: send a code, in the first place.
	SendCode
	// TooMany: tried too often; of the account only where nothing else is named.
	TooMany
	// SessionExpired: the login took too long and starts again.
	SessionExpired
	// Validity: words before the time for which a code is valid.
	Validity
	// Offer: things that pages offer on the way in and that may be declined.
	Offer
	// Honeypot: words to people that a field must stay empty.
	Honeypot
	// AnotherAccount: an account that is not in the list.
	AnotherAccount
	// Provider: names of providers to sign in with.
	Provider
	// Choose: select one of several.
	Choose
	// SingleSignOn: the account of an employer or a school.
	SingleSignOn

	concerns
)

var concernNames = [concerns]string{
	"login", "next", "confirm", "username", "email", "phone", "weak_identifier", "password", "new_password",
	"old_password", "change_password", "code", "code_weak", "other_code", "recovery", "wrong", "expired", "lockout",
	"unknown_user", "password_expired", "logout", "account", "forgot", "register", "back", "sso", "show", "resend",
	"search", "newsletter", "captcha", "person_name", "card", "organisation", "consent", "accept", "remember",
	"method", "account_choice", "external_wait", "enrolment", "sent", "error_page", "site_error", "security_question",
	"sms", "voice", "app", "push", "passkey", "security_key", "magic_link", "link_sent", "number_match", "another_way", "use_password",
	"trust", "terms", "later", "decline", "close", "cookies", "cookie_reject", "cookie_accept", "cookie_settings", "loading", "greeting",
	"signed_in_as", "application", "marketing", "legal", "send_code", "too_many", "session_expired", "validity", "offer", "honeypot",
	"another_account", "provider", "choose", "single_sign_on",
}

// String is the concern's name and the name of its file.
func (c Concern) String() string {
	if c < concerns {
		return concernNames[c]
	}
	return "concern(" + strconv.Itoa(int(c)) + ")"
}

// Concerns lists every concern.
func Concerns() []Concern {
	all := make([]Concern, concerns)
	for i := range all {
		all[i] = Concern(i)
	}
	return all
}
