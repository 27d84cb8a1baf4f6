package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/store"
)

// tx is one write transaction. It remembers which operations it changed.
type tx struct {
	Tx

	changed []string
	// again is true where the call's func ran to its end before, so that its writes may have been committed.
	again bool
}

// write runs fn in one transaction and, after the commit, tells the watchers of what it changed. The database may have fn
// run again, even after it was committed: fn sets whatever it returns each time, and finds its own writes harmless.
func (d *DB) write(ctx context.Context, doing string, fn func(ctx context.Context, tx *tx) error) error {
	var changed []string
	ran := false
	err := d.database.Write(ctx, func(ctx context.Context, inner Tx) ([]string, error) {
		t := &tx{Tx: inner, again: ran}
		err := fn(ctx, t)
		ran = ran || err == nil
		changed = append(changed, t.changed...) // a run before may have been committed
		return t.changed, err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.hub.tell(changed)
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

// one reads one value; store.ErrNotFound without a row.
func one[T any](ctx context.Context, q Queryer, query string, args ...any) (value T, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&value)
	return value, notFound(err)
}

// list reads every row; an empty slice, not nil, without rows.
func list[T any](ctx context.Context, q Queryer, scan func(Row) (T, error), query string, args ...any) ([]T, error) {
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
