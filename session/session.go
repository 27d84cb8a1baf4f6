package session

import (
	"slices"
	"time"
)

// State is where a session stands.
type State string

// The session states: scheduled → awaiting_approval → pending → ready ⇄ locked → ending → ended, and from
// any live state failed, denied, canceled, expired, needs_user.
const (
	StateScheduled        State = "scheduled"
	StateAwaitingApproval State = "awaiting_approval"
	StatePending          State = "pending"
	StateReady            State = "ready"
	StateLocked           State = "locked"
	StateEnding           State = "ending"
	StateEnded            State = "ended"
	StateFailed           State = "failed"
	StateDenied           State = "denied"
	StateCanceled         State = "canceled"
	StateExpired          State = "expired"
	StateNeedsUser        State = "needs_user"
)

var sideExits = []State{StateFailed, StateDenied, StateCanceled, StateExpired, StateNeedsUser}

// moves lists the allowed transitions besides the side exits. A failed, canceled, expired or needs_user
// session becomes pending again when a caller starts it anew.
var moves = map[State][]State{
	StateScheduled:        {StateAwaitingApproval, StatePending},
	StateAwaitingApproval: {StatePending},
	StatePending:          {StatePending, StateReady, StateEnding},
	StateReady:            {StateReady, StateLocked, StateEnding},
	StateLocked:           {StateReady, StateEnding},
	StateEnding:           {StateEnded},
	StateFailed:           {StatePending, StateReady},
	StateCanceled:         {StatePending, StateReady},
	StateExpired:          {StatePending, StateReady},
	StateNeedsUser:        {StatePending, StateReady},
}

// States lists every state.
func States() []State {
	return append([]State{
		StateScheduled, StateAwaitingApproval, StatePending, StateReady, StateLocked, StateEnding, StateEnded,
	}, sideExits...)
}

// Live reports whether s is neither an end nor a side exit.
func (s State) Live() bool { return s != StateEnded && !slices.Contains(sideExits, s) }

// CanBecome reports whether the transition s → next is allowed.
func (s State) CanBecome(next State) bool {
	if s.Live() && slices.Contains(sideExits, next) {
		return true
	}
	return slices.Contains(moves[s], next)
}

// Session is one account's logged-in state and its life.
type Session struct {
	Workspace string `json:"workspace"`
	Project   string `json:"project"`
	ID        string `json:"id"`
	// Name is the caller's display name; may be empty.
	Name  string `json:"name,omitempty"`
	State State  `json:"state"`
	// Version grows with every change; a change names the version it saw.
	Version int64 `json:"version"`
	// OperationID is the operation that works or last worked on the session.
	OperationID string `json:"operationId"`
	// HasStorageState is true when a proven storage state can be exported.
	HasStorageState bool      `json:"hasStorageState"`
	CreatedAt       time.Time `json:"createdAt"`
	UpdatedAt       time.Time `json:"updatedAt"`
	// CapturedAt is when the exported storage state was captured; zero without one.
	CapturedAt time.Time `json:"capturedAt,omitzero"`
}
