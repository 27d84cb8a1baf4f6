package store

import (
	"time"

	"github.com/anteroom/anteroom/session"
)

// JournalKind is what an entry of a journal tells.
type JournalKind string

// The kinds of entries. Each write of an operation's row adds those that fit, in this order.
const (
	// JournalState tells another state, step or attempt.
	JournalState JournalKind = "state"
	// JournalQuestion tells a question that the operation began to ask.
	JournalQuestion JournalKind = "question"
	// JournalEnd tells that the operation is over: the last entry.
	JournalEnd JournalKind = "end"
)

// JournalEntry is what a write told about an operation, for callers who follow it.
type JournalEntry struct {
	// Number counts an operation's entries from 1, without a gap, in the order of their commits.
	Number  int64
	Kind    JournalKind
	State   session.OperationState
	Step    session.Step
	Attempt int
	// Question is set for JournalQuestion; it may be answered or closed since.
	Question *session.InfoRequest
	At       time.Time
}

// FromLatest has a journal read from the latest entry of the kind JournalState: from how the operation stands.
const FromLatest = -1

// MaxJournal is how many entries one read of a journal returns at most.
const MaxJournal = 100
