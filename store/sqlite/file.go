package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/anteroom/anteroom/store/relational"
)

// file is the database under relational.DB: one writer, and readers beside it.
type file struct {
	writer  *sql.DB
	readers *sql.DB
	// turn holds one token while somebody writes. A channel and not a mutex: waiting for it ends with the context.
	turn chan struct{}
	// mu guards polls, which holds what polls have prepared, for the length of a map access or of preparing.
	mu    sync.Mutex
	polls map[string]*sql.Stmt
}

// QueryContext implements relational.Queryer.
func (f *file) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	return f.readers.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

// QueryRowContext implements relational.Queryer.
func (f *file) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	return f.readers.QueryRowContext(ctx, query, args...)
}

// PollRow answers with a prepared statement: what it saves is most of a poll. The read takes microseconds and is not broken
// off, since watching for that costs more than reading.
func (f *file) PollRow(ctx context.Context, query string, args ...any) relational.Row {
	ctx = context.WithoutCancel(ctx)
	statement, err := f.prepared(ctx, query) //nolint:sqlclosecheck // it is kept; closePolls closes it
	if err != nil {
		return failedRow{err}
	}
	return statement.QueryRowContext(ctx, args...)
}

// failedRow is a row that could not be asked for.
type failedRow struct{ err error }

// Scan fails.
func (r failedRow) Scan(...any) error { return r.err }

func (f *file) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if statement, ok := f.polls[query]; ok {
		return statement, nil
	}
	statement, err := f.readers.PrepareContext(ctx, query) //nolint:sqlclosecheck // it is kept; closePolls closes it
	if err != nil {
		return nil, err
	}
	f.polls[query] = statement
	return statement, nil
}

func (f *file) closePolls() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, statement := range f.polls {
		errs = append(errs, statement.Close())
	}
	return errors.Join(errs...)
}

// Write runs fn in one immediate transaction. Waiting for a turn ends with ctx. A transaction that has begun is finished
// whatever becomes of ctx: it takes about a millisecond, and breaking it off would cost the connection with everything it
// has prepared.
func (f *file) Write(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	if err := f.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-f.turn }()
	return f.transact(context.WithoutCancel(ctx), fn)
}

// WriteInTurn is Write, which is one after the other.
func (f *file) WriteInTurn(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	return f.Write(ctx, fn)
}

func (f *file) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case f.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other writers: %w", ctx.Err())
	}
}

func (f *file) transact(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	tx, err := f.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	if _, err := fn(ctx, transaction{tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// transaction is a *sql.Tx whose rows are relational ones.
type transaction struct{ *sql.Tx }

// Repeats implements relational.Tx: nothing runs again here.
func (transaction) Repeats() bool { return false }

// QueryContext implements relational.Queryer.
func (t transaction) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	return t.Tx.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

// QueryRowContext implements relational.Queryer.
func (t transaction) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	return t.Tx.QueryRowContext(ctx, query, args...)
}
