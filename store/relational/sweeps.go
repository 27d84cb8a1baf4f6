package relational

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	leaseAndState = leaseColumns + ", o.state, COALESCE(q.expires_at, 0)"
	// ofLease joins what leaseAndState has besides a lease.
	ofLease = " JOIN operations o ON o.id = l.operation_id" + openQuestion
	// openQuestion is what an operation waits for.
	openQuestion = " LEFT JOIN questions q ON q.operation_id = l.operation_id AND q.state = 'open' "
	// selectLeases must be followed by a condition that includes l.released_at = 0: leases pile up, open ones do not.
	selectLeases = "SELECT " + leaseAndState + " FROM leases l INDEXED BY leases_open" + ofLease
	// The two that are asked for every second do not go through all open leases.
	selectLost = selectLeases + `WHERE l.released_at = 0 AND l.browser_id IN (SELECT id FROM browsers WHERE lost_at > 0) AND o.finished_at = 0`
	// selectOrphans relies on that an operation is admitted until it is over and holds no lease.
	selectOrphans = "SELECT " + leaseAndState + " FROM operations o INDEXED BY operations_unreleased JOIN leases l ON l.operation_id = o.id" + openQuestion + `
WHERE o.admission = 'admitted' AND o.finished_at > 0 AND o.finished_at < ?2 AND l.released_at = 0`
)

func leaseWithState(row Row) (store.Lease, error) {
	var state session.OperationState
	var answerBy time.Time
	l, err := scanLease(row, &state, timeColumn{&answerBy})
	l.OperationState, l.AnswerBy = state, answerBy
	return l, err
}

// sweep lists rows of a query whose parameter ?1 is the limit.
func sweep[T any](ctx context.Context, d *DB, what string, scan func(Row) (T, error), query string, limit int, args ...any) ([]T, error) {
	// SQLite reads a negative limit as none.
	found, err := list(ctx, d.database, scan, query, append([]any{max(limit, 0)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", what, err)
	}
	return found, nil
}

// selectUnstarted finds what was admitted before ?2; what an older program wrote counts as admitted always.
const selectUnstarted = "SELECT " + operationColumns + ` FROM operations WHERE state = 'queued' AND admission <> 'queued' AND admitted_at < ?2
ORDER BY admitted_at, id LIMIT ?1`

// UnstartedOperations lists what was admitted before t and not begun, oldest first.
func (d *DB) UnstartedOperations(ctx context.Context, t time.Time, limit int) ([]session.Operation, error) {
	return sweep(ctx, d, "unstarted operations", operationRow, selectUnstarted, limit, at(t))
}

const (
	selectWorking    = "SELECT " + operationColumns + " FROM operations WHERE state IN ('running', 'waiting') AND "
	selectUnfollowed = selectWorking + "cancel_requested_at > 0 ORDER BY cancel_requested_at, id LIMIT ?1"
)

// LiveOperations lists running and waiting operations by id; see store.Sweeps.
func (d *DB) LiveOperations(ctx context.Context, after string, limit int) ([]session.Operation, error) {
	return sweep(ctx, d, "live operations", operationRow, selectWorking+"id > ?2 ORDER BY id LIMIT ?1", limit, after)
}

// LiveAmong lists those that are running or waiting; see store.Sweeps.
func (d *DB) LiveAmong(ctx context.Context, ids []string) ([]session.Operation, error) {
	if len(ids) == 0 {
		return []session.Operation{}, nil
	}
	args, places := make([]any, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		args[i], places[i] = id, "?"+strconv.Itoa(i+2)
	}
	return sweep(ctx, d, "which operations are live", operationRow,
		selectWorking+"id IN ("+strings.Join(places, ", ")+") ORDER BY id LIMIT ?1", len(ids), args...)
}

// UnfollowedCancels lists what is to be canceled and goes on; see store.Sweeps.
func (d *DB) UnfollowedCancels(ctx context.Context, limit int) ([]session.Operation, error) {
	return sweep(ctx, d, "unfollowed cancels", operationRow, selectUnfollowed, limit)
}

// UnconsumedAnswers lists answers that their workflow did not take up, oldest first; see store.Sweeps.
func (d *DB) UnconsumedAnswers(ctx context.Context, t time.Time, limit int) ([]store.AnsweredQuestion, error) {
	return sweep(ctx, d, "unconsumed answers", scanAnswered, `SELECT q.workspace, q.operation_id, q.id, o.run_id
FROM questions q JOIN operations o ON o.id = q.operation_id
WHERE q.state = 'answered' AND q.answered_at < ?2 AND o.state IN ('running', 'waiting') ORDER BY q.answered_at, q.operation_id LIMIT ?1`, limit, at(t))
}

func scanAnswered(row Row) (a store.AnsweredQuestion, err error) {
	err = row.Scan(&a.Workspace, &a.Operation, &a.QuestionID, &a.RunID)
	return a, err
}

// OpenLeases lists the leases of a browser that are not released, oldest first.
func (d *DB) OpenLeases(ctx context.Context, browserID string) ([]store.Lease, error) {
	leases, err := list(ctx, d.database, leaseWithState,
		selectLeases+"WHERE l.browser_id = ?1 AND l.released_at = 0 ORDER BY l.lent_at, l.operation_id, l.attempt", browserID)
	if err != nil {
		return nil, fmt.Errorf("list the open leases of browser %s: %w", browserID, err)
	}
	return leases, nil
}

// LostLeases lists leases of live operations whose browser is lost; see store.Sweeps.
func (d *DB) LostLeases(ctx context.Context, limit int) ([]store.Lease, error) {
	return sweep(ctx, d, "lost leases", leaseWithState, selectLost+" ORDER BY l.lent_at, l.operation_id, l.attempt LIMIT ?1", limit)
}

// OrphanLeases lists leases that outlived their operation; see store.Sweeps.
func (d *DB) OrphanLeases(ctx context.Context, t time.Time, limit int) ([]store.Lease, error) {
	return sweep(ctx, d, "orphan leases", leaseWithState, selectOrphans+" ORDER BY o.finished_at, l.operation_id, l.attempt LIMIT ?1", limit, at(t))
}
