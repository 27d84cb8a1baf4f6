package session

import (
	"slices"
	"time"
)

// OperationKind says what an operation does.
type OperationKind string

// The operation kinds.
const (
	OperationCreate  OperationKind = "create"
	OperationRefresh OperationKind = "refresh"
)

// OperationState is where an operation stands.
type OperationState string

// The operation states: queued → running ⇄ waiting → succeeded | failed | canceled | expired.
const (
	OperationQueued    OperationState = "queued"
	OperationRunning   OperationState = "running"
	OperationWaiting   OperationState = "waiting"
	OperationSucceeded OperationState = "succeeded"
	OperationFailed    OperationState = "failed"
	OperationCanceled  OperationState = "canceled"
	OperationExpired   OperationState = "expired"
)

// operationMoves lists the allowed transitions. A state without an entry is final.
var operationMoves = map[OperationState][]OperationState{
	OperationQueued:  {OperationRunning, OperationFailed, OperationCanceled, OperationExpired},
	OperationRunning: {OperationRunning, OperationWaiting, OperationSucceeded, OperationFailed, OperationCanceled, OperationExpired},
	OperationWaiting: {OperationWaiting, OperationRunning, OperationFailed, OperationCanceled, OperationExpired},
}

// OperationStates lists every state.
func OperationStates() []OperationState {
	return []OperationState{
		OperationQueued, OperationRunning, OperationWaiting, OperationSucceeded,
		OperationFailed, OperationCanceled, OperationExpired,
	}
}

// Final reports whether no transition leaves s.
func (s OperationState) Final() bool { return len(operationMoves[s]) == 0 }

// CanBecome reports whether the transition s → next is allowed.
func (s OperationState) CanBecome(next OperationState) bool {
	return slices.Contains(operationMoves[s], next)
}

// Step says, for people, what a running operation is doing.
type Step string

// The steps.
const (
	StepNone            Step = ""
	StepNavigating      Step = "navigating"
	StepDetecting       Step = "detecting"
	StepSubmitting      Step = "submitting"
	StepWaitingInput    Step = "waiting_input"
	StepWaitingExternal Step = "waiting_external"
	StepVerifying       Step = "verifying"
	StepCapturing       Step = "capturing"
)

// Operation is one asynchronous run for one session. It is what a poll reads: one row.
type Operation struct {
	ID        string         `json:"id"`
	Workspace string         `json:"workspace"`
	Project   string         `json:"project"`
	SessionID string         `json:"sessionId"`
	Kind      OperationKind  `json:"kind"`
	State     OperationState `json:"state"`
	Step      Step           `json:"step,omitempty"`
	// Seq grows with every transition that the workflow writes. A write with a smaller
	// Seq than the row's has no effect.
	Seq int64 `json:"seq"`
	// RunID is the Temporal run that claimed the operation; empty while queued.
	RunID string `json:"-"`
	// Attempt counts from 1; a second attempt follows a lost browser.
	Attempt int `json:"attempt"`
	// AccountKey is a keyed hash of workspace, project and user name; empty without a user name.
	AccountKey string `json:"-"`
	// CredentialKey is a keyed hash of the account's parameters: it changes when they do.
	CredentialKey string `json:"-"`
	// Question is the open question; nil when nothing is asked or it was answered.
	Question *InfoRequest `json:"question,omitempty"`
	Failure  *Failure     `json:"failure,omitempty"`
	Verdict  *Verdict     `json:"verdict,omitempty"`
	// CreatedAt, UpdatedAt and FinishedAt are UTC with milliseconds; FinishedAt is zero while live.
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	// Place is the place in the queue of an operation that waits for a page, the first being 1; 0 for any other. It never grows.
	Place int `json:"place,omitempty"`
	// StartDeadline is until when the reconciler may start the workflow; admission to a page moves it.
	StartDeadline time.Time `json:"-"`
	// CancelRequestedAt is when a caller asked to cancel; zero if nobody did.
	CancelRequestedAt time.Time `json:"-"`
}
