package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

const (
	leaseColumns = `l.workspace, l.operation_id, l.attempt, l.browser_id, l.task_queue, l.context_id, l.target_id, l.epoch, l.lent_at, l.released_at`
	selectLease  = "SELECT " + leaseColumns + " FROM leases l WHERE l.operation_id = ?1 AND l.workspace = ?2 AND l.attempt = ?3"
	// selectLeaseAndHolder tells too which call attached last.
	selectLeaseAndHolder = "SELECT " + leaseColumns + ", l.token FROM leases l WHERE l.operation_id = ?1 AND l.workspace = ?2 AND l.attempt = ?3"
	// moveLease raises the epoch, so that who holds the abandoned intent can no longer complete it.
	moveLease = `UPDATE leases SET browser_id = ?4, task_queue = ?5, lent_at = ?6, epoch = epoch + 1
WHERE operation_id = ?1 AND workspace = ?2 AND attempt = ?3`
	insertLease = `INSERT INTO leases (workspace, operation_id, attempt, browser_id, task_queue, context_id, target_id, epoch, lent_at)
VALUES (?2, ?1, ?3, ?4, ?5, '', '', 1, ?6)`
	// hasRoom is false for a lost browser too.
	hasRoom = `SELECT lost_at = 0 AND ?2 > (SELECT count(*) FROM leases WHERE browser_id = ?1 AND released_at = 0) FROM browsers WHERE id = ?1`
)

func scanLease(row Row, extra ...any) (l store.Lease, err error) {
	err = row.Scan(append([]any{
		&l.Workspace, &l.Operation, &l.Attempt, &l.BrowserID, &l.TaskQueue, &l.ContextID, &l.TargetID, &l.Epoch,
		timeColumn{&l.LentAt}, timeColumn{&l.ReleasedAt},
	}, extra...)...)
	return l, notFound(err)
}

func loadLease(ctx context.Context, q Queryer, ref store.Ref, attempt int) (store.Lease, error) {
	return scanLease(q.QueryRowContext(ctx, selectLease, ref.Operation, ref.Workspace, attempt))
}

// LendPage writes the intent of a lease; see store.Pages. store.ErrNotFound also when the browser was never registered.
func (d *DB) LendPage(ctx context.Context, l store.Lease, maxPages int) (lent store.Lease, err error) {
	err = d.write(ctx, "lend a page to operation "+l.Operation, func(ctx context.Context, tx *tx) error {
		op, err := loadOperation(ctx, tx, l.Ref)
		if err != nil {
			return err
		}
		if op.State.Final() {
			return fmt.Errorf("it %s: %w", op.State, store.ErrOperationOver)
		}
		lent, err = tx.lend(ctx, l, maxPages)
		return err
	})
	if err != nil {
		return store.Lease{}, err
	}
	return lent, nil
}

func (t *tx) lend(ctx context.Context, l store.Lease, maxPages int) (store.Lease, error) {
	statement := moveLease
	held, err := loadLease(ctx, t, l.Ref, l.Attempt)
	switch {
	case errors.Is(err, store.ErrNotFound):
		statement = insertLease
	case err != nil:
		return store.Lease{}, err
	case !held.ReleasedAt.IsZero():
		return store.Lease{}, fmt.Errorf("the page of attempt %d was released: %w", l.Attempt, store.ErrLeaseStale)
	case held.BrowserID == l.BrowserID:
		return held, nil
	case held.TargetID != "":
		return store.Lease{}, fmt.Errorf("attempt %d has its page on browser %s: %w", l.Attempt, held.BrowserID, store.ErrLeaseStale)
	}
	room, err := one[bool](ctx, t, hasRoom, l.BrowserID, maxPages)
	if err != nil {
		return store.Lease{}, fmt.Errorf("browser %s: %w", l.BrowserID, err)
	}
	if !room {
		return store.Lease{}, store.ErrNoPageFree
	}
	if err := t.run(ctx, statement, l.Operation, l.Workspace, l.Attempt, l.BrowserID, l.TaskQueue, at(l.LentAt)); err != nil {
		return store.Lease{}, err
	}
	return loadLease(ctx, t, l.Ref, l.Attempt)
}

// CompleteLease writes context and target of the page; store.ErrLeaseStale when the epoch or the browser is another one.
func (d *DB) CompleteLease(ctx context.Context, l store.Lease) error {
	return d.write(ctx, "complete the lease of operation "+l.Operation, func(ctx context.Context, tx *tx) error {
		return tx.holding(ctx, l, `UPDATE leases SET context_id = ?6, target_id = ?7 WHERE operation_id = ?1 AND workspace = ?2
AND attempt = ?3 AND epoch = ?4 AND released_at = 0 AND browser_id = ?5`, l.BrowserID, l.ContextID, l.TargetID)
	})
}

// AttachLease raises the epoch by compare-and-set; see store.Pages.
func (d *DB) AttachLease(ctx context.Context, l store.Lease) (attached store.Lease, err error) {
	token := newToken()
	err = d.write(ctx, "attach to the page of operation "+l.Operation, func(ctx context.Context, tx *tx) error {
		refused := tx.holding(ctx, l, `UPDATE leases SET epoch = epoch + 1, token = ?5 WHERE operation_id = ?1 AND workspace = ?2
AND attempt = ?3 AND epoch = ?4 AND released_at = 0`, token)
		var holder string
		attached, err = scanLease(tx.QueryRowContext(ctx, selectLeaseAndHolder, l.Operation, l.Workspace, l.Attempt), &holder)
		switch {
		case refused != nil && (err != nil || holder != token):
			return refused
		default: // refused by its own repeat
			return err
		}
	})
	return attached, err
}

// holding runs an update that is conditional on the lease's epoch and says why it changed nothing.
func (t *tx) holding(ctx context.Context, l store.Lease, update string, args ...any) error {
	rows, err := t.exec(ctx, update, append([]any{l.Operation, l.Workspace, l.Attempt, l.Epoch}, args...)...)
	if err != nil || rows == 1 {
		return err
	}
	if _, err := loadLease(ctx, t, l.Ref, l.Attempt); err != nil {
		return err
	}
	return fmt.Errorf("epoch %d of attempt %d: %w", l.Epoch, l.Attempt, store.ErrLeaseStale)
}

// GetLease returns a lease, released or not, or store.ErrNotFound.
func (d *DB) GetLease(ctx context.Context, ref store.Ref, attempt int) (store.Lease, error) {
	l, err := loadLease(ctx, d.database, ref, attempt)
	if err != nil {
		return store.Lease{}, fmt.Errorf("get the lease of operation %s, attempt %d: %w", ref.Operation, attempt, err)
	}
	return l, nil
}

// ReleaseLease marks a lease as released; store.ErrNotFound where there never was one. See store.Pages.
func (d *DB) ReleaseLease(ctx context.Context, ref store.Ref, attempt int, released time.Time) error {
	return d.writeInTurn(ctx, "release the lease of operation "+ref.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, `UPDATE leases SET released_at = CASE WHEN released_at = 0 THEN ?4 ELSE released_at END
WHERE operation_id = ?1 AND workspace = ?2 AND attempt = ?3`, ref.Operation, ref.Workspace, attempt, at(released))
		switch {
		case err != nil:
			return err
		case rows == 0:
			return store.ErrNotFound
		}
		return tx.giveBack(ctx, ref)
	})
}
