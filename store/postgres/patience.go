package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/anteroom/anteroom/store"
)

// How a server that is away is waited for.
const (
	// patience is how long a call waits for a connection: longer than a restart or a failover takes, shorter than callers wait.
	patience = 25 * time.Second
	// pause is how long to wait between two tries to connect.
	pause = 200 * time.Millisecond
)

// patient makes connections, and tries again while the server is away.
type patient struct{ driver.Connector }

// Connect tries until patience or ctx ends.
func (p *patient) Connect(ctx context.Context) (driver.Conn, error) {
	deadline := time.Now().Add(patience)
	for {
		conn, err := p.Connector.Connect(ctx)
		if err == nil || !away(err) || ctx.Value(impatience{}) != nil || time.Until(deadline) < pause {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the database: %w", errors.Join(ctx.Err(), err))
		case <-time.After(pause):
		}
	}
}

// impatience marks a context whose caller wants to know now.
type impatience struct{}

// impatient returns a context with which a server that is away is not waited for.
func impatient(ctx context.Context) context.Context {
	return context.WithValue(ctx, impatience{}, true)
}

// Error classes of PostgreSQL (Appendix A, "PostgreSQL Error Codes").
const (
	classConnection          = "08"
	classOperator            = "57P" // shutting down, crashed, starting up
	codeSerialization        = "40001"
	codeDeadlock             = "40P01"
	codeReadOnly             = "25006" // a standby that is not promoted yet
	codeTooManyConnections   = "53300"
	codeIdleSessionTimeout   = "57P05"
	codeIdleTransactionEnded = "25P03"
)

// away reports whether err says that the server cannot be reached or serves nobody now.
func away(err error) bool {
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		switch answered.Code {
		case codeReadOnly, codeTooManyConnections, codeIdleSessionTimeout, codeIdleTransactionEnded:
			return true
		}
		return len(answered.Code) == 5 && (answered.Code[:2] == classConnection || answered.Code[:3] == classOperator)
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, net.ErrClosed)
}

// unavailable adds store.ErrUnavailable to an error of a server that is away.
func unavailable(err error) error {
	if err == nil || !away(err) || errors.Is(err, store.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}

// collided reports whether err says that another transaction was in the way.
func collided(err error) bool {
	var answered *pgconn.PgError
	return errors.As(err, &answered) && (answered.Code == codeSerialization || answered.Code == codeDeadlock)
}
