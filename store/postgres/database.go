package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/anteroom/anteroom/store/relational"
)

// channel is the name under which processes tell each other of changes.
const channel = "anteroom_operation"

// database is what package relational reads from and writes to.
type database struct{ pool *sql.DB }

// QueryContext implements relational.Queryer.
func (d *database) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.pool.QueryContext(ctx, translate(query), args...)
	if err != nil && away(err) && ctx.Err() == nil { // the connection broke; reading again does no harm
		rows, err = d.pool.QueryContext(ctx, translate(query), args...)
	}
	return rows, unavailable(err)
}

// QueryRowContext implements relational.Queryer.
func (d *database) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	return &readAgain{func() relational.Row { return d.pool.QueryRowContext(ctx, translate(query), args...) }}
}

// PollRow is QueryRowContext: pgx keeps statements prepared on each connection.
func (d *database) PollRow(ctx context.Context, query string, args ...any) relational.Row {
	return d.QueryRowContext(ctx, query, args...)
}

// readAgain is a row that is asked for once more when the connection broke.
type readAgain struct{ ask func() relational.Row }

// Scan asks and reads.
func (r *readAgain) Scan(dest ...any) error {
	err := r.ask().Scan(dest...)
	if err != nil && away(err) {
		err = r.ask().Scan(dest...)
	}
	return unavailable(err)
}

// Bounds of a write that others are in the way of.
const (
	// maxTries is how often a transaction is begun.
	maxTries = 50
	// backoff is the longest pause after the first collision; it doubles up to maxBackoff.
	backoff    = 2 * time.Millisecond
	maxBackoff = 100 * time.Millisecond
)

// Write runs fn in a serializable transaction, again while others are in the way or the connection breaks before the commit.
// Where it breaks at the commit nobody knows whether it happened: the error is store.ErrUnavailable, and whoever repeats the
// call finds out, since writes are harmless to repeat.
func (d *database) Write(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	longest := backoff
	for try := 1; ; try++ {
		again, err := d.try(ctx, fn)
		if err == nil || !again || try == maxTries {
			return unavailable(err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for other writers: %w", ctx.Err())
		case <-time.After(rand.N(longest)): //nolint:gosec // chance, not secrecy, is what keeps two apart
		}
		longest = min(2*longest, maxBackoff)
	}
}

// try runs the transaction once; again tells whether repeating it may help and does no harm.
func (d *database) try(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) (again bool, err error) {
	tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return false, err // connecting was waited for already
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	t := &transaction{Tx: tx}
	changed, err := fn(ctx, t)
	if err == nil {
		err = tell(ctx, tx, changed)
	}
	if broken := errors.Join(err, t.failed); broken != nil && (collided(broken) || away(broken)) {
		return true, broken
	}
	if err != nil {
		return false, err
	}
	err = tx.Commit()
	return collided(err), err
}

// tell has the other processes told at the commit.
func tell(ctx context.Context, tx *sql.Tx, operations []string) error {
	for _, operation := range operations {
		if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, operation); err != nil {
			return err
		}
	}
	return nil
}

// transaction says what package relational writes in PostgreSQL's words, and remembers what went wrong in it: a collision must
// not be mistaken for an answer, whatever the rules make of the error.
type transaction struct {
	*sql.Tx

	failed error
}

// QueryContext implements relational.Queryer.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.Tx.QueryContext(ctx, translate(query), args...)
	return rows, t.note(err)
}

// QueryRowContext implements relational.Queryer.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	return notedRow{t.Tx.QueryRowContext(ctx, translate(query), args...), t}
}

// ExecContext implements relational.Tx.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	result, err := t.Tx.ExecContext(ctx, translate(query), args...)
	return result, t.note(err)
}

func (t *transaction) note(err error) error {
	if err != nil && (collided(err) || away(err)) {
		t.failed = err
	}
	return err
}

// notedRow is a row of a transaction.
type notedRow struct {
	relational.Row

	of *transaction
}

// Scan reads the row.
func (r notedRow) Scan(dest ...any) error { return r.of.note(r.Row.Scan(dest...)) }
