package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/anteroom/anteroom/store/relational"
)

// file is the database under relational.DB: one writer, and readers beside it.
type file struct {
	writer  *sql.DB
	readers *sql.DB
	// turn holds one token while somebody writes. A channel and not a mutex: waiting for it ends with the context.
	turn chan struct{}
	// reads and writes are what was prepared of each.
	reads, writes statements
}

// QueryContext implements relational.Queryer.
func (f *file) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	statement, err := f.reads.prepare(ctx, f.readers, query) //nolint:sqlclosecheck // it is kept
	switch {
	case err != nil:
		return nil, err
	case statement == nil:
		return f.readers.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller does
	}
	return statement.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller does
}

// QueryRowContext implements relational.Queryer.
func (f *file) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	statement, err := f.reads.prepare(ctx, f.readers, query) //nolint:sqlclosecheck // it is kept
	switch {
	case err != nil:
		return failedRow{err}
	case statement == nil:
		return f.readers.QueryRowContext(ctx, query, args...)
	}
	return statement.QueryRowContext(ctx, args...)
}

// PollRow is QueryRowContext that is not broken off: the read takes microseconds, and watching for an end costs more than reading.
func (f *file) PollRow(ctx context.Context, query string, args ...any) relational.Row {
	return f.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

// failedRow is a row that could not be asked for.
type failedRow struct{ err error }

// Scan fails.
func (r failedRow) Scan(...any) error { return r.err }

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
	t := &transaction{Tx: tx, writes: &f.writes}
	defer f.learn(ctx, t)
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	if _, err := fn(ctx, t); err != nil {
		return err
	}
	return tx.Commit()
}

// learn prepares what a transaction had to do without. It comes after the transaction, which had the only connection, and before
// the turn is given on. What cannot be prepared is tried again the next time.
func (f *file) learn(ctx context.Context, t *transaction) {
	for _, query := range t.unknown {
		_, _ = f.writes.prepare(ctx, f.writer, query) //nolint:sqlclosecheck // it is kept
	}
}

// transaction is a *sql.Tx whose rows are relational ones, and which uses what was prepared.
type transaction struct {
	*sql.Tx

	writes *statements
	// unknown are the texts that were not prepared yet.
	unknown []string
}

// Repeats implements relational.Tx: nothing runs again here.
func (t *transaction) Repeats() bool { return false }

// prepared is the statement of this text for the transaction, which closes it; nil where it was not prepared yet.
func (t *transaction) prepared(ctx context.Context, query string) *sql.Stmt {
	statement := t.writes.known(query)
	if statement == nil {
		t.unknown = append(t.unknown, query)
		return nil
	}
	return t.StmtContext(ctx, statement)
}

// ExecContext implements relational.Tx.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if statement := t.prepared(ctx, query); statement != nil { //nolint:sqlclosecheck // the transaction does
		return statement.ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext implements relational.Queryer.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	if statement := t.prepared(ctx, query); statement != nil { //nolint:sqlclosecheck // the transaction does
		return statement.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller does
	}
	return t.Tx.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller does
}

// QueryRowContext implements relational.Queryer.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	if statement := t.prepared(ctx, query); statement != nil { //nolint:sqlclosecheck // the transaction does
		return statement.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}
