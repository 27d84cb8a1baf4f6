package session

import "time"

// InfoRequestKind says what an info request asks for.
type InfoRequestKind string

// The kinds that are asked today. Further kinds are added as further second factors are.
const (
	// AskCode: a one-time code, sent or shown to the person.
	AskCode InfoRequestKind = "code"
	// AskCredentials: a parameter that the site wants and the caller did not give.
	AskCredentials InfoRequestKind = "credentials"
)

// Action is what may be done with an open info request.
type Action string

// The actions.
const (
	ActionAnswer Action = "answer"
	ActionCancel Action = "cancel"
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
	// Attempt counts from 1 the times this was asked because the site refused the answer before.
	Attempt int `json:"attempt"`
	// Reason says why it is asked again: "code_rejected", "browser_lost". Empty the first time.
	Reason string `json:"reason,omitempty"`
	// SiteError is what the site said about the answer before: at most 200 characters.
	SiteError string    `json:"siteError,omitempty"`
	Allow     []Action  `json:"allow"`
	AskedAt   time.Time `json:"askedAt"`
	// ExpiresAt is when the operation gives up waiting; the first value written wins.
	ExpiresAt time.Time `json:"expiresAt"`
}

// Field is one thing an answer fills in.
type Field struct {
	// Name is the key in the answer's values: "code".
	Name string `json:"name"`
	// Type is "code", "password" or "text".
	Type  string `json:"type"`
	Label string `json:"label"`
	// Length is the exact number of characters; 0 when the site does not say.
	Length int `json:"length,omitempty"`
	// Pattern is an RE2 expression that the whole value matches; empty for any.
	Pattern string `json:"pattern,omitempty"`
	// Secret is true when the value must not be shown while it is typed.
	Secret bool `json:"secret"`
}

// Choice is one alternative.
type Choice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
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
