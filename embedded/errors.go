package embedded

import (
	"errors"
	"fmt"
)

// Why a server did not start, ran no longer or did not stop. Match them with errors.Is;
// the error around them is the sentence to show.
var (
	// ErrOptions: an option cannot work.
	ErrOptions = errors.New("bad option of the embedded temporal server")
	// ErrNotLoopback: an address is not on IPv4 loopback.
	ErrNotLoopback = errors.New("address is not loopback")
	// ErrAddressInUse: somebody listens on the address already.
	ErrAddressInUse = errors.New("address in use")
	// ErrInUse: another process uses the data directory or the PostgreSQL databases.
	ErrInUse = errors.New("data in use")
	// ErrDataDir: the data directory cannot be made, read or written, or its files do not
	// belong together.
	ErrDataDir = errors.New("unusable data directory")
	// ErrStore: PostgreSQL cannot be reached, refuses, or holds something else.
	ErrStore = errors.New("unusable PostgreSQL store")
	// ErrSchemaNewer: a newer server wrote the database.
	ErrSchemaNewer = errors.New("database schema is newer than this program")
	// ErrSchemaOlder: an older server wrote the database, and this one cannot upgrade it.
	ErrSchemaOlder = errors.New("database schema is older than this program")
	// ErrSearchAttribute: a search attribute exists with another type, or there is no room.
	ErrSearchAttribute = errors.New("search attribute cannot be registered")
	// ErrServer: Temporal's server or UI itself failed or panicked.
	ErrServer = errors.New("temporal server failed")
	// ErrStopTimeout: the server had not stopped by the deadline. The caller should exit:
	// the write-ahead log makes that safe for the database.
	ErrStopTimeout = errors.New("temporal server did not stop in time")
)

// StartError is what Start answers: one sentence that says what was wrong and what to do.
type StartError struct {
	// Reason is one of this package's sentinel errors.
	Reason error
	// Message is the sentence.
	Message string
	// Cause is the error below, where there is one.
	Cause error
}

// Error returns the sentence.
func (e *StartError) Error() string { return e.Message }

// Unwrap lets errors.Is and errors.As see the reason and the cause.
func (e *StartError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Cause}
}

// refuse makes a StartError.
func refuse(reason, cause error, format string, args ...any) error {
	return &StartError{Reason: reason, Message: fmt.Sprintf(format, args...), Cause: cause}
}
