package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Errors of a Store. Anything else is a fault of the database or of the connection.
var (
	// ErrNotFound: no such row in this workspace.
	ErrNotFound = errors.New("not found")
	// ErrOperationOver: the operation is final, or another run owns it; the writer must stop.
	ErrOperationOver = errors.New("the operation is over")
	// ErrNothingAsked: the operation has no open question.
	ErrNothingAsked = errors.New("nothing is asked")
	// ErrQuestionUnknown: the operation never asked this question.
	ErrQuestionUnknown = errors.New("no such question")
	// ErrLeaseStale: somebody attached to the page since, or the lease was released.
	ErrLeaseStale = errors.New("the lease is stale")
	// ErrNoPageFree: every page is lent; try again later.
	ErrNoPageFree = errors.New("no page is free")
	// ErrVersion: the row changed since it was read.
	ErrVersion = errors.New("the row changed meanwhile")
	// ErrInUse: the project still has sessions.
	ErrInUse = errors.New("still in use")
	// ErrOtherVaultKey: the database was sealed with another vault key.
	ErrOtherVaultKey = errors.New("the database belongs to another vault key")
	// ErrKeyExists: another API key has this ID or this hash; it may be revoked.
	ErrKeyExists = errors.New("the API key exists")
	// ErrNewerSchema: the database was written by a newer version.
	ErrNewerSchema = errors.New("the database belongs to a newer version")
	// ErrNotMigrated: the database has no schema, or an older one; who may migrate it must.
	ErrNotMigrated = errors.New("the database is not migrated")
	// ErrUnavailable: the database cannot be reached, serves nobody now, or does not answer in time (see WithPatience). What was
	// to be written may have been: repeating the call is harmless and tells.
	ErrUnavailable = errors.New("the database is unavailable")
	// ErrSecretsErased: the operation ended and its secrets are gone.
	ErrSecretsErased = errors.New("the operation's secrets are erased")
	// ErrTransition: the operation's state machine has no such transition.
	ErrTransition = errors.New("no such transition")
	// ErrRequestDiffers: the request's key was given to another request.
	ErrRequestDiffers = errors.New("the request's key names another request")
	// ErrBadCursor: the cursor is not one that a list returned.
	ErrBadCursor = errors.New("the cursor is not one that a list returned")
)

// OperationLiveError: the session has a live operation already.
type OperationLiveError struct{ OperationID string }

// Error names the live operation.
func (e *OperationLiveError) Error() string {
	return fmt.Sprintf("operation %s is still live for this session", e.OperationID)
}

// QuestionStaleError: the question was asked, but cannot be answered any more.
type QuestionStaleError struct {
	State session.QuestionState
	// Expired is true when its time ran out.
	Expired bool
}

// Error says why the question cannot be answered.
func (e *QuestionStaleError) Error() string {
	if e.Expired {
		return "the question expired"
	}
	switch e.State {
	case session.QuestionAnswered, session.QuestionConsumed:
		return "the question was answered already"
	default:
		return "the question is closed"
	}
}

// AccountBusyError: another live operation uses the account.
type AccountBusyError struct {
	OperationID string
	SessionID   string
}

// Error names the live operation.
func (e *AccountBusyError) Error() string {
	return fmt.Sprintf("operation %s is logging in with the same account", e.OperationID)
}

// BreakerOpenError: the account's breaker refuses a submit with these credentials.
type BreakerOpenError struct {
	// OperationID and SessionID name the login that opened it; empty for one of an earlier version.
	OperationID string
	SessionID   string
	Class       session.FailureClass
	Since       time.Time
	// Until is when the breaker of a lockout closes by itself; zero for never.
	Until time.Time
}

// Error says which failure opened the breaker.
func (e *BreakerOpenError) Error() string {
	return fmt.Sprintf("the account's breaker is open since a %s failure", e.Class)
}
