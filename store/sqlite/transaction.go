package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/store"
)

// tx is one write transaction. It remembers which operations it changed.
type tx struct {
	*sql.Tx
	changed []string
}

// write runs fn in one transaction and, after the commit, tells the watchers of what it changed. Waiting for a
// turn ends with ctx. A transaction that has begun is finished whatever becomes of ctx: it takes about a
// millisecond, and breaking it off would cost the connection with everything it has prepared.
func (d *DB) write(ctx context.Context, doing string, fn func(ctx context.Context, tx *tx) error) error {
	if err := d.takeTurn(ctx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer func() { <-d.turn }()
	if err := d.transact(context.WithoutCancel(ctx), fn); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

func (d *DB) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for other writers: %w", ctx.Err())
	}
}

func (d *DB) transact(ctx context.Context, fn func(ctx context.Context, tx *tx) error) error {
	sqlTx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = sqlTx.Rollback() }() // no effect after the commit
	t := &tx{Tx: sqlTx}
	if err := fn(ctx, t); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return err
	}
	d.hub.tell(t.changed)
	return nil
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run runs a statement.
func (t *tx) run(ctx context.Context, query string, args ...any) error {
	_, err := t.ExecContext(ctx, query, args...)
	return err
}

// queryer is a *sql.DB or a *sql.Tx.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is a *sql.Row or a *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// one reads one value; store.ErrNotFound without a row.
func one[T any](ctx context.Context, q queryer, query string, args ...any) (value T, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&value)
	return value, notFound(err)
}

// list reads every row; an empty slice, not nil, without rows.
func list[T any](ctx context.Context, q queryer, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	values := []T{}
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

// notFound turns database/sql's word for a missing row into the store's.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}
