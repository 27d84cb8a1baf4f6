package login

import (
	"maps"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// Outcome is how a run ended: exactly one of LoggedIn, Question and Failed is set.
type Outcome struct {
	LoggedIn *LoggedIn
	Question *Question
	Failed   *session.Failure
	// Progress goes into the next run of the same attempt.
	Progress Progress
	// CredentialAttempts counts the submits of the password in this attempt so far.
	CredentialAttempts int
	// Class is what the page was found to be at the end.
	Class Class
	// Way is how the login went so far, for the project to keep once it is proven.
	Way Way
	// Artefact is what a page that was not understood, or a captcha, left for people; nil otherwise.
	Artefact *Artefact
}

// Artefact is a page, without any secret, value or personal text.
type Artefact struct {
	// Model is the redacted page model; History what the classification knew.
	Model   *PageModel `json:"model"`
	History History    `json:"history"`
	// Classification is what the page was found to be.
	Classification Classification `json:"classification"`
	// Picture is a PNG with values and personal text painted over; nil when it could not be taken.
	Picture []byte `json:"-"`
}

// LoggedIn is a page that counts as logged in. It still has to be proven.
type LoggedIn struct {
	// LandingURL is where the login ended, without query values and fragment.
	LandingURL string
	Verdict    session.Verdict
}

// Question is what must be asked before the login can go on. The caller gives it an id, a number and a deadline.
type Question struct {
	Kind         session.InfoRequestKind
	Message      string
	Fields       []session.Field
	Choices      []session.Choice
	MaskedTarget string
	Medium       session.Medium
	DisplayCode  string
	// Allow is what may be done with the question.
	Allow []session.Action
	// Length is the number of characters of a code; 0 when the site does not say.
	Length int
	// Attempt counts from 1.
	Attempt int
	// Reason says why it is asked again: "code_rejected". Empty the first time.
	Reason string
	// SiteError is what the site said about the answer before, without any secret: at most 200 characters.
	SiteError string
}

// Progress is what a run must know of the runs before. It holds no secret and no text of a page.
type Progress struct {
	// IdentifierSubmitted, PasswordSubmitted and CodeSubmitted say what the site was given.
	IdentifierSubmitted bool `json:"identifierSubmitted,omitempty"`
	PasswordSubmitted   bool `json:"passwordSubmitted,omitempty"`
	CodeSubmitted       bool `json:"codeSubmitted,omitempty"`
	// CodesEntered counts the codes that were typed.
	CodesEntered int `json:"codesEntered,omitempty"`
	// Typed names the fields that were typed into; see PageModel.TypedKey.
	Typed []string `json:"typed,omitempty"`
	// CredentialAttempts counts the submits of the password.
	CredentialAttempts int `json:"credentialAttempts,omitempty"`
	// CodeRefusals counts the codes of people that the site refused.
	CodeRefusals int `json:"codeRefusals,omitempty"`
	// CodeUnknowns counts those of which nobody knows whether the site got them: a worker was killed in that moment.
	CodeUnknowns int `json:"codeUnknowns,omitempty"`
	// TOTPRefusals counts the computed codes that the site refused.
	TOTPRefusals int `json:"totpRefusals,omitempty"`
	// LastTOTPStep is the last time step whose code was typed; no step is typed twice.
	LastTOTPStep int64 `json:"lastTotpStep,omitempty"`
	// LoginPath is the path of the first page.
	LoginPath string `json:"loginPath,omitempty"`
	// Baseline holds fingerprints of the messages that stood there before anything was submitted.
	Baseline []string `json:"baseline,omitempty"`
	// Acted holds the signatures of the pages that were acted upon.
	Acted []string `json:"acted,omitempty"`
	// Counts says how often things were done that are done a bounded number of times, by a name of the engine's own.
	Counts map[string]int `json:"counts,omitempty"`
	// Way is how the login went so far.
	Way Way `json:"way,omitzero"`
	// Asked names what the last question was about; LastShown what the last page showed besides its signature.
	Asked     string `json:"asked,omitempty"`
	LastShown string `json:"lastShown,omitempty"`
	// AskMethod is true while a person wants to choose how to verify.
	AskMethod bool `json:"askMethod,omitempty"`
	// Begun is the id of the question by whose answer the login began again; empty when it did not.
	Begun string `json:"begun,omitempty"`
	// UsedAnswer is the id of the last question whose answer was used.
	UsedAnswer string `json:"usedAnswer,omitempty"`
	// LastClass and LastSignature are of the last page.
	LastClass     Class  `json:"lastClass,omitempty"`
	LastSignature string `json:"lastSignature,omitempty"`
}

// clone returns a Progress that shares nothing with p.
func (p Progress) clone() Progress {
	p.Baseline = slices.Clone(p.Baseline)
	p.Acted = slices.Clone(p.Acted)
	p.Typed = slices.Clone(p.Typed)
	p.Way.Steps = slices.Clone(p.Way.Steps)
	p.Counts = maps.Clone(p.Counts)
	if p.Counts == nil {
		p.Counts = map[string]int{}
	}
	return p
}

// codeTries counts the codes of people that did not lead on.
func (p Progress) codeTries() int { return p.CodeRefusals + p.CodeUnknowns }
