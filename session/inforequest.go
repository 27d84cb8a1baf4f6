package session

import "time"

// InfoRequestKind says what an info request asks for.
type InfoRequestKind string

// The kinds.
const (
	// AskCode: a one-time code, sent or shown to the person.
	AskCode InfoRequestKind = "code"
	// AskCredentials: a parameter that the site wants and the caller did not give.
	AskCredentials InfoRequestKind = "credentials"
	// AskChoice: one of several ways, accounts, organisations; the answer names one of Choices.
	AskChoice InfoRequestKind = "choice"
	// AskApproval: a push or a number to be matched on another device. The login goes on by itself once approved.
	AskApproval InfoRequestKind = "approval"
	// AskSecurityQuestion: a question that only the person can answer.
	AskSecurityQuestion InfoRequestKind = "security_question"
	// AskLink: a link that the site sent. It is answered with the link, or opened elsewhere: the login goes on by itself
	// where the site lets it.
	AskLink InfoRequestKind = "link"
	// AskCaptcha: proof of being human. Picture shows the page.
	AskCaptcha InfoRequestKind = "captcha"
	// AskUnknownPage: a page that was not understood. Picture shows it; Fields and Choices are what stands on it.
	AskUnknownPage InfoRequestKind = "unknown_page"
)

// InfoRequestKinds lists every kind.
func InfoRequestKinds() []InfoRequestKind {
	return []InfoRequestKind{
		AskCode, AskCredentials, AskChoice, AskApproval, AskSecurityQuestion, AskLink, AskCaptcha, AskUnknownPage,
	}
}

// GoesOnByItself reports whether the site may go on without an answer, because the person acted elsewhere.
func (k InfoRequestKind) GoesOnByItself() bool {
	return k == AskApproval || k == AskLink || k == AskCaptcha
}

// Action is what may be done with an open info request.
type Action string

// The actions.
const (
	// ActionAnswer gives the values of Fields.
	ActionAnswer Action = "answer"
	// ActionChoose names one of Choices.
	ActionChoose Action = "choose"
	// ActionResend has the site send its code, link or push again.
	ActionResend Action = "resend"
	// ActionTryAnotherWay asks the site for its other ways to verify.
	ActionTryAnotherWay Action = "tryAnotherWay"
	// ActionCancel ends the operation.
	ActionCancel Action = "cancel"
)

// Names in the sealed values of an answer that are no field's: a field's name never starts with a dollar sign.
const (
	// AnswerChoice holds the id of the choice.
	AnswerChoice = "$choice"
	// AnswerAction holds resend or tryAnotherWay.
	AnswerAction = "$action"
	// AnswerForm holds what tells the form that was sent from every other: sent twice it is no second answer. It is not for the login.
	AnswerForm = "$form"
)

// Medium says how a code, a link or a push reaches the person.
type Medium string

// The media; empty when the site does not say.
const (
	MediumSMS   Medium = "sms"
	MediumEmail Medium = "email"
	MediumVoice Medium = "voice"
	// MediumApp is an authenticator's code or push.
	MediumApp    Medium = "app"
	MediumDevice Medium = "device"
)

// InfoRequest is one question an operation asks, whatever the site wanted: the one
// shape for all of them.
type InfoRequest struct {
	// ID is a keyed pure function of the operation and Number, so that a repeated write
	// asks the same question.
	ID string `json:"id"`
	// Number counts the questions of the operation from 1.
	Number int             `json:"number"`
	Kind   InfoRequestKind `json:"kind"`
	// Message is a sentence for the person.
	Message string `json:"message"`
	// Fields are what an answer fills in, by name.
	Fields []Field `json:"fields"`
	// Choices are alternatives of which the answer names one; none for a code.
	Choices []Choice `json:"choices"`
	// MaskedTarget is where the site says it sent the code: "•••• 42".
	MaskedTarget string `json:"maskedTarget,omitempty"`
	// Medium is how the site says it reached the person.
	Medium Medium `json:"medium,omitempty"`
	// DisplayCode is what the site shows to be matched or typed on the other device: "42".
	DisplayCode string `json:"displayCode,omitempty"`
	// Picture names the operation's redacted picture of the page; empty when there is none.
	Picture string `json:"picture,omitempty"`
	// Attempt counts from 1 the times this was asked because the site refused the answer before.
	Attempt int `json:"attempt"`
	// Reason says why it is asked again: "code_rejected", "resent", "browser_lost", "not_typed". Empty the first time.
	Reason string `json:"reason,omitempty"`
	// SiteError is what the site said about the answer before: at most 200 characters.
	SiteError string    `json:"siteError,omitempty"`
	Allow     []Action  `json:"allow"`
	AskedAt   time.Time `json:"askedAt"`
	// ExpiresAt is when the operation gives up waiting; the first value written wins.
	ExpiresAt time.Time `json:"expiresAt"`
	// AnswerURL is where a person without a key answers it. Only callers see it: it is a secret of who gets it, never stored,
	// logged or passed to a workflow.
	AnswerURL string `json:"answerUrl,omitempty"`
}

// Field is one thing an answer fills in.
type Field struct {
	// Name is the key in the answer's values: "code".
	Name string `json:"name"`
	// Type is "code", "password", "text" or "url".
	Type  string `json:"type"`
	Label string `json:"label"`
	// Length is the exact number of characters; 0 when the site does not say.
	Length int `json:"length,omitempty"`
	// Pattern is an RE2 expression that the whole value matches; empty for any.
	Pattern string `json:"pattern,omitempty"`
	// Secret is true when the value must not be shown while it is typed.
	Secret bool `json:"secret"`
	// Optional is true when an answer may leave it out.
	Optional bool `json:"optional,omitempty"`
}

// Choice is one alternative.
type Choice struct {
	ID string `json:"id"`
	// Type says what is chosen: "method", "account", "organisation", "sign_in_with", "consent", "terms", "control" or "begin_again".
	Type  string `json:"type,omitempty"`
	Label string `json:"label"`
	// Description is what the site says of it, without personal text: "•••• 42".
	Description string `json:"description,omitempty"`
	// Automatable is true when this way needs no person the next time.
	Automatable bool `json:"automatable"`
}

// QuestionState is where a question stands in the store.
type QuestionState string

// The question states: open → answered → consumed, or open → closed.
const (
	QuestionOpen     QuestionState = "open"
	QuestionAnswered QuestionState = "answered"
	// QuestionConsumed: the workflow took the answer up.
	QuestionConsumed QuestionState = "consumed"
	// QuestionClosed: expired, superseded or its operation ended.
	QuestionClosed QuestionState = "closed"
)
