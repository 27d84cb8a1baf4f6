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

	concerns
)

var concernNames = [concerns]string{
	"login", "next", "confirm", "username", "email", "phone", "weak_identifier", "password", "new_password",
	"old_password", "change_password", "code", "code_weak", "other_code", "recovery", "wrong", "expired", "lockout",
	"unknown_user", "password_expired", "logout", "account", "forgot", "register", "back", "sso", "show", "resend",
	"search", "newsletter", "captcha", "person_name", "card", "organisation", "consent", "accept", "remember",
	"method", "account_choice", "external_wait", "enrolment", "sent", "error_page", "site_error", "security_question",
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

// Set is a set of concerns.
type Set uint64

// Of returns the set of the concerns given.
func Of(cs ...Concern) Set {
	var s Set
	for _, c := range cs {
		s |= 1 << c
	}
	return s
}

// Has reports whether any of cs is in the set.
func (s Set) Has(cs ...Concern) bool { return s&Of(cs...) != 0 }

// HasAll reports whether all of cs are in the set.
func (s Set) HasAll(cs ...Concern) bool { return s&Of(cs...) == Of(cs...) }
