package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

// tx is one write transaction. It remembers which operations it changed, and how.
type tx struct {
	Tx

	changed []string
	// again is true where a run before may have been committed; see Tx.Repeats.
	again  bool
	events []store.Event
	// takenUp is what consume took up for the event that the write tells of.
	takenUp taken
}

// write runs fn in one transaction and, after the commit, tells the watchers of what it changed. The database may have fn
// run again, even after it was committed: fn sets whatever it returns each time, and finds its own writes harmless.
func (d *DB) write(ctx context.Context, doing string, fn func(ctx context.Context, tx *tx) error) error {
	return d.writeBy(ctx, d.database.Write, doing, fn)
}

// writeInTurn is write for what changes the counters of the queues.
func (d *DB) writeInTurn(ctx context.Context, doing string, fn func(ctx context.Context, tx *tx) error) error {
	return d.writeBy(ctx, d.database.WriteInTurn, doing, fn)
}

func (d *DB) writeBy(ctx context.Context, by func(context.Context, func(context.Context, Tx) ([]string, error)) error, doing string,
	fn func(ctx context.Context, tx *tx) error,
) error {
	var changed []string
	var events []store.Event
	runs, began := 0, time.Now()
	err := by(ctx, func(ctx context.Context, inner Tx) ([]string, error) {
		runs++
		t := &tx{Tx: inner, again: inner.Repeats()}
		err := fn(ctx, t)
		if err == nil {
			err = t.keepJournal(ctx)
		}
		if err == nil && (len(t.events) > 0 || !t.again) { // one that finds nothing left to do was committed before
			events = t.events
		}
		changed = append(changed, t.changed...) // a run before may have been committed
		return t.changed, err
	})
	d.report(ctx, events, store.Written{Took: time.Since(began), Repeats: max(runs-1, 0), Err: err})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	d.hub.tell(changed)
	return nil
}

// report tells the observer of a write and, where it was committed, of what it did.
func (d *DB) report(ctx context.Context, events []store.Event, w store.Written) {
	if d.observer == nil {
		return
	}
	d.observer.Wrote(ctx, w)
	if w.Err != nil {
		return
	}
	for _, e := range events {
		d.observer.Happened(ctx, e)
	}
}

// happened remembers an event, unless nothing did: a repeated write finds everything as it leaves it.
func (t *tx) happened(e store.Event) {
	e.TakenUp, e.TakenUpAfter = t.takenUp.kind, t.takenUp.after
	t.takenUp = taken{}
	if e.Moved() || e.Stepped() || e.Before.Seq != e.After.Seq || e.Asked != "" {
		t.events = append(t.events, e)
	}
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
