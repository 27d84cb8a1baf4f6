package login

import (
	"github.com/anteroom/anteroom/session"
)

// OptionKind says what a choice is between.
type OptionKind string

// The kinds of options.
const (
	// OptionMethod: a way to verify.
	OptionMethod OptionKind = "method"
	// OptionAccount: an account to go on with.
	OptionAccount OptionKind = "account"
	// OptionOrganisation: a company, tenant or workspace.
	OptionOrganisation OptionKind = "organisation"
	// OptionSignInWith: another provider to sign in with.
	OptionSignInWith OptionKind = "sign_in_with"
	// OptionControl: a control of a page that was not understood.
	OptionControl OptionKind = "control"
)

// Method is a way to verify.
type Method string

// The methods.
const (
	MethodTOTP        Method = "totp"
	MethodSMS         Method = "sms"
	MethodEmail       Method = "email"
	MethodVoice       Method = "voice"
	MethodPush        Method = "push"
	MethodPasskey     Method = "passkey"
	MethodBackupCode  Method = "backup_code"
	MethodPassword    Method = "password"
	MethodLink        Method = "link"
	MethodSecurityKey Method = "security_key"
	// MethodQuestion is a security question.
	MethodQuestion Method = "question"
	MethodOther    Method = "other"
)

// Option is one alternative that a page offers.
type Option struct {
	Kind    OptionKind `json:"kind"`
	Control Control    `json:"control"`
	// Label is what people read, at most 100 characters.
	Label string `json:"label"`
	// Method is set for OptionMethod.
	Method Method `json:"method,omitempty"`
	// Provider is set for OptionSignInWith: "google", "microsoft", "sso"; "other" when it is not known.
	Provider string `json:"provider,omitempty"`
	// MaskedTarget is where this way leads: "•••• 42".
	MaskedTarget string `json:"maskedTarget,omitempty"`
	// Another is true for "use another account" and its like.
	Another bool `json:"another,omitempty"`
}

// ActionKind says what a control does.
type ActionKind string

// The kinds of actions.
const (
	// ActionEnter leads to the login form: "Log in" on a page without one.
	ActionEnter ActionKind = "enter"
	// ActionConfirm carries a choice or a page without fields on: "Continue".
	ActionConfirm ActionKind = "confirm"
	// ActionAccept and ActionDecline answer consent, terms, "stay signed in?" and offers.
	ActionAccept  ActionKind = "accept"
	ActionDecline ActionKind = "decline"
	// ActionResend has the code, link or push sent again.
	ActionResend ActionKind = "resend"
	// ActionAnotherWay leads to the other ways to verify.
	ActionAnotherWay ActionKind = "another_way"
	// ActionUsePassword leads from a passkey or link to the password.
	ActionUsePassword ActionKind = "use_password"
	// ActionUsePasskey asks for a passkey.
	ActionUsePasskey ActionKind = "use_passkey"
	// ActionUseBackupCode leads to the field for a backup code.
	ActionUseBackupCode ActionKind = "use_backup_code"
	// ActionSend has a code sent in the first place: "Send code".
	ActionSend ActionKind = "send"
)

// PageAction is a control and what it does.
type PageAction struct {
	Kind    ActionKind `json:"kind"`
	Control Control    `json:"control"`
	// Score is how sure that is, in points.
	Score int `json:"score"`
}

// Action returns the best control that does kind; nil when there is none.
func (c *Classification) Action(kind ActionKind) *Control {
	var best *PageAction
	for i := range c.Actions {
		if a := &c.Actions[i]; a.Kind == kind && (best == nil || a.Score > best.Score) {
			best = a
		}
	}
	if best == nil {
		return nil
	}
	return &best.Control
}

// ToggleKind says what a checkbox or switch is for.
type ToggleKind string

// The kinds of toggles.
const (
	// ToggleRemember: stay signed in.
	ToggleRemember ToggleKind = "remember"
	// ToggleTrust: do not ask for a second factor on this device again.
	ToggleTrust ToggleKind = "trust"
	// ToggleTerms: terms are accepted.
	ToggleTerms ToggleKind = "terms"
)

// Toggle is a checkbox or switch of known meaning.
type Toggle struct {
	Kind    ToggleKind `json:"kind"`
	Control Control    `json:"control"`
}

// Cover is what lies over a page.
type Cover struct {
	// Cookies is true for a cookie wall; false for a newsletter or another offer.
	Cookies bool `json:"cookies"`
	// Dismiss makes it go: rejects, where that is offered; else closes, else accepts.
	Dismiss Control `json:"dismiss"`
}

// choiceType is the option's type in a question.
func (k OptionKind) choiceType() string { return string(k) }

// Medium is how a method reaches the person.
func (m Method) Medium() session.Medium {
	switch m { //nolint:exhaustive // the others reach nobody
	case MethodSMS:
		return session.MediumSMS
	case MethodEmail, MethodLink:
		return session.MediumEmail
	case MethodVoice:
		return session.MediumVoice
	case MethodTOTP, MethodPush:
		return session.MediumApp
	case MethodSecurityKey, MethodPasskey:
		return session.MediumDevice
	}
	return ""
}
