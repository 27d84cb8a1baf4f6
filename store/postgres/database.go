package postgres

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/anteroom/anteroom/store/relational"
)

// channel is the name under which processes tell each other of changes.
const channel = "anteroom_operation"

// database is what package relational reads from and writes to.
type database struct{ pool *sql.DB }

// QueryContext implements relational.Queryer. A query is asked again while the server is away; rows that break off are not.
func (d *database) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	limited, c, err := beginCall(ctx)
	if err != nil {
		return nil, err
	}
	for {
		rows, err := d.pool.QueryContext(limited, translate(query), args...) //nolint:rowserrcheck // the caller reads and closes them
		if err == nil {
			return &answered{Rows: rows, call: c}, nil
		}
		if !away(err) || !c.wait(pause) {
			c.cancel()
			return nil, c.typed(err)
		}
	}
}

// answered is the answer of a query; its call lasts until it is closed.
type answered struct {
	*sql.Rows

	call *call
}

// Err tells a connection that broke by store.ErrUnavailable.
func (a *answered) Err() error { return a.call.typed(a.Rows.Err()) }

// Close ends the call.
func (a *answered) Close() error {
	defer a.call.cancel()
	return a.Rows.Close()
}

// QueryRowContext implements relational.Queryer.
func (d *database) QueryRowContext(ctx context.Context, query string, args ...any) relational.Row {
	return &asked{ctx: ctx, pool: d.pool, query: translate(query), args: args}
}

// PollRow is QueryRowContext, which is one message there and one back: pgx keeps statements prepared on each connection, and
// a single statement needs no transaction around it.
func (d *database) PollRow(ctx context.Context, query string, args ...any) relational.Row {
	return d.QueryRowContext(ctx, query, args...)
}

// asked is a row that is asked for when it is read, again while the server is away.
type asked struct {
	ctx   context.Context //nolint:containedctx // as sql.Row does
	pool  *sql.DB
	query string
	args  []any
}

// Scan asks and reads.
func (r *asked) Scan(dest ...any) error {
	limited, c, err := beginCall(r.ctx)
	if err != nil {
		return err
	}
	defer c.cancel()
	for {
		err := r.pool.QueryRowContext(limited, r.query, r.args...).Scan(dest...)
		if err == nil || !away(err) || !c.wait(pause) {
			return c.typed(err)
		}
	}
}

// Bounds of a write that others are in the way of.
const (
	// maxCollisions is how often a transaction makes way for another.
	maxCollisions = 50
	// backoff is the longest pause after the first collision; it doubles up to maxBackoff.
	backoff    = 2 * time.Millisecond
	maxBackoff = 100 * time.Millisecond
)

// Write runs fn in a serializable transaction, again while others are in the way or the server is away. Where the connection
// breaks at the commit nobody knows whether it happened; fn tolerates to find what it wrote, so that it runs again then, too.
func (d *database) Write(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	return d.write(ctx, "", fn)
}

// takeTurn makes whoever shares the counters of the queues wait, and nobody who reads them. It comes before the transaction's first
// query, and with it its snapshot: what those before it wrote is seen, and no collision.
const takeTurn = "LOCK TABLE queues IN SHARE ROW EXCLUSIVE MODE"

// WriteInTurn is Write, one after the other.
func (d *database) WriteInTurn(ctx context.Context, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	return d.write(ctx, takeTurn, fn)
}

func (d *database) write(ctx context.Context, first string, fn func(ctx context.Context, tx relational.Tx) ([]string, error)) error {
	limited, c, err := beginCall(ctx)
	if err != nil {
		return err
	}
	defer c.cancel()
	longest, unseen := backoff, false
	for collisions := 0; ; {
		committing, err := d.try(limited, first, unseen, fn)
		unseen = unseen || committing && away(err)
		wait := pause
		switch {
		case collided(err) && collisions < maxCollisions:
			collisions++
			wait = rand.N(longest) //nolint:gosec // chance, not secrecy, is what keeps two apart
			longest = min(2*longest, maxBackoff)
		case err == nil, !away(err):
			return c.typed(err)
		}
		if !c.wait(wait) {
			return c.typed(err)
		}
	}
}

// try runs the transaction once, with a first statement unless that is empty. committing says that it came to its commit.
func (d *database) try(ctx context.Context, first string, repeats bool,
	fn func(ctx context.Context, tx relational.Tx) ([]string, error),
) (committing bool, err error) {
	tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	if first != "" {
		if _, err := tx.ExecContext(ctx, first); err != nil {
			return false, err
		}
	}
	t := &transaction{Tx: tx, repeats: repeats}
	changed, err := fn(ctx, t)
	if err == nil {
		err = tell(ctx, tx, changed)
	}
	if err := errors.Join(t.failed, err); err != nil {
		return false, err
	}
	return true, tx.Commit()
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

	failed  error
	repeats bool
}

// Repeats implements relational.Tx.
func (t *transaction) Repeats() bool { return t.repeats }

// QueryContext implements relational.Queryer.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (relational.Rows, error) {
	rows, err := t.Tx.QueryContext(ctx, translate(query), args...) //nolint:rowserrcheck // notedRows tells
	if err != nil {
		return nil, t.note(err)
	}
	return notedRows{rows, t}, nil
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

// notedRows are rows of a transaction.
type notedRows struct {
	*sql.Rows

	of *transaction
}

// Err tells why the rows broke off.
func (r notedRows) Err() error { return r.of.note(r.Rows.Err()) }
