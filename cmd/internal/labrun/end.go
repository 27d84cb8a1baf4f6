package labrun

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Driver logs in by one way of using Anteroom.
type Driver interface {
	// Name is "api" or "direct".
	Name() string
	// Login does one login and answers its questions by person. It returns when the login has ended, when person leaves a
	// question open, or when ctx ends. The error is of the driver's own making: no server, no browser.
	Login(ctx context.Context, c *Case, person *Person) (End, error)
}

// End is how a login ended. Exactly one of LoggedIn, Failure and Open is set, unless it was cut off.
type End struct {
	// LoggedIn is true when Anteroom says that the session is captured and proven.
	LoggedIn bool
	Failure  *session.Failure
	// Open is the question that nobody answered; nil when there is none.
	Open *session.InfoRequest
	// Asked are the questions, in order; the open one is the last.
	Asked []Asked
	// Page is what the last page was found to be; empty where the driver cannot tell.
	Page login.Class
	// PageURL is the path of the last page; empty where the driver cannot tell.
	PageURL string
	// Evidence says on what the end rests.
	Evidence []session.Evidence
	Timing   Timing
	// Left is the page where it ended, for who tunes the detection; nil where it is logged in or the driver cannot tell. It
	// is not redacted: the lab has no personal data.
	Left *Left
}

// Left is a page where a login ended.
type Left struct {
	Model          *login.PageModel     `json:"model"`
	History        login.History        `json:"history"`
	Classification login.Classification `json:"classification"`
	// Picture is a PNG; nil when it could not be taken.
	Picture []byte `json:"-"`
}

// Asked is a question that was asked.
type Asked struct {
	ID      string                  `json:"id"`
	Kind    session.InfoRequestKind `json:"kind"`
	Reason  string                  `json:"reason,omitempty"`
	Message string                  `json:"message"`
	// Choices are what there was to choose from, Chosen the id of what was.
	Choices []session.Choice `json:"choices,omitempty"`
	Chosen  string           `json:"chosen,omitempty"`
}

// Timing is how long the parts of a login took. A part that the driver cannot tell apart is 0.
type Timing struct {
	// Login is from the start to the page that counts as logged in, without the time that answers took.
	Login time.Duration
	// Capture is reading the state; Proof is looking at it in fresh browser contexts.
	Capture, Proof time.Duration
	// Answers is the time that answers took.
	Answers time.Duration
	// Total is everything.
	Total time.Duration
}

// chose notes the answer to the last question.
func (e *End) chose(r *Reply) {
	e.Asked[len(e.Asked)-1].Chosen = r.Choice
}

func askedOf(q *session.InfoRequest) Asked {
	return Asked{ID: q.ID, Kind: q.Kind, Reason: q.Reason, Message: q.Message, Choices: q.Choices}
}
