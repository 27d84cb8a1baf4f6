package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/anteroom/anteroom/store"
)

// How a server that is away is waited for.
const (
	// patience is how long a call takes at most unless its context says otherwise: longer than a restart or a failover takes.
	patience = 25 * time.Second
	// pause is how long to wait between two tries.
	pause = 200 * time.Millisecond
	// connecting bounds one try to connect, where a packet to the server gets no answer at all.
	connecting = 5 * time.Second
)

// call is one call of the store: it ends with its caller's context, or when its patience does.
type call struct {
	// caller is the caller's context, and limited the one that the database is asked with.
	caller, limited context.Context //nolint:containedctx // a call lives as long as its context
	cancel          context.CancelFunc
}

// beginCall begins a call, which the caller must end with cancel, and returns the context to ask the database with. It fails
// where ctx is over already.
func beginCall(ctx context.Context) (context.Context, *call, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	limited, cancel := context.WithTimeout(ctx, store.PatienceOf(ctx, patience))
	return limited, &call{caller: ctx, limited: limited, cancel: cancel}, nil
}

// wait waits before another try; false when the call is over.
func (c *call) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.limited.Done():
		return false
	case <-timer.C:
		return true
	}
}

// typed returns the error of the last try as callers know it. A call that took too long is the database's fault, whoever
// set the deadline; that it was canceled is its caller's wish.
func (c *call) typed(err error) error {
	switch {
	case err == nil, errors.Is(err, store.ErrUnavailable), errors.Is(c.caller.Err(), context.Canceled):
		return err
	case c.limited.Err() != nil:
		// Not wrapped: that a deadline passed would be mistaken for the caller's own affair.
		return fmt.Errorf("%w: no answer in time: %v", store.ErrUnavailable, sentence{err}) //nolint:errorlint // see above
	}
	return unavailable(err)
}

// Error classes of PostgreSQL (Appendix A, "PostgreSQL Error Codes").
const (
	classConnection          = "08"
	classOperator            = "57P" // shutting down, crashed, starting up
	codeSerialization        = "40001"
	codeDeadlock             = "40P01"
	codeReadOnly             = "25006" // a standby that is not promoted yet
	codeTooManyConnections   = "53300"
	codeIdleTransactionEnded = "25P03"
)

// away reports whether err says that the server cannot be reached or serves nobody now. A deadline says nothing of the kind.
func away(err error) bool {
	if answered, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch answered.Code {
		case codeReadOnly, codeTooManyConnections, codeIdleTransactionEnded:
			return true
		}
		return len(answered.Code) == 5 && (answered.Code[:2] == classConnection || answered.Code[:3] == classOperator)
	}
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, driver.ErrBadConn, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	_, refused := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[*net.OpError](err)
	return refused || network || pgconn.SafeToRetry(err)
}

// unavailable adds store.ErrUnavailable to an error of a server that is away.
func unavailable(err error) error {
	if err == nil || !away(err) || errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, sentence{err})
}

// collided reports whether err says that another transaction was in the way.
func collided(err error) bool {
	answered, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (answered.Code == codeSerialization || answered.Code == codeDeadlock)
}

// sentence is an error whose text is one line: pgx writes one for each address that it tried.
type sentence struct{ error }

// Error joins the lines.
func (s sentence) Error() string {
	return strings.Join(slices.Compact(strings.FieldsFunc(s.error.Error(), func(r rune) bool { return r == '\n' || r == '\t' })), " ")
}

// Unwrap returns the error itself.
func (s sentence) Unwrap() error { return s.error }
