package store

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Observer is told what a store did, for logs and metrics. Its methods return at once and may be called from many goroutines.
type Observer interface {
	// Happened is told of each event once, after its commit, by the process that wrote it. A repeated write is no event.
	Happened(ctx context.Context, e Event)
	// Wrote is told of each transaction that writes, also of one that failed.
	Wrote(ctx context.Context, w Written)
}

// Event is what a write did to an operation.
type Event struct {
	// Before is the operation as the write found it; without a state for a new one. After is how the write left it.
	Before, After session.Operation
	// Asked is the kind of a question that the write asked; empty for none, and for one asked before.
	Asked session.InfoRequestKind
	// Answered is the kind of a question that the write accepted an answer to.
	Answered session.InfoRequestKind
	// Expired is the kind of a question that the write closed because its time was up.
	Expired session.InfoRequestKind
	// TakenUp is the kind of the question whose answer the write took up, TakenUpAfter how long after it was accepted.
	TakenUp      session.InfoRequestKind
	TakenUpAfter time.Duration
}

// Moved reports whether the operation's state changed.
func (e Event) Moved() bool { return e.Before.State != e.After.State }

// Stepped reports whether people see another step of the same state.
func (e Event) Stepped() bool { return !e.Moved() && e.Before.Step != e.After.Step }

// Waited returns how long the operation had waited for a person, when the write ended that: which question it asked, and since when.
func (e Event) Waited() (kind session.InfoRequestKind, since time.Time, ended bool) {
	q := e.Before.Question
	if q == nil || (e.After.Question != nil && e.After.Question.ID == q.ID) {
		return "", time.Time{}, false
	}
	return q.Kind, q.AskedAt, true
}

// Written is one transaction that wrote, or tried to.
type Written struct {
	Took time.Duration
	// Repeats is how often it was run again because others were in the way or the connection broke.
	Repeats int
	// Err is why it failed: one of this package's errors, or a fault of the database.
	Err error
}
