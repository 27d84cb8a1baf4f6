package relational

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

// insertClaim decides by itself; why it did not insert is asked afterwards. Nothing else is left for the breaker to refuse
// where CreateOperation and BindAccount refused it before; a submit that must not happen is worth asking twice.
const insertClaim = `INSERT INTO claims (workspace, operation_id, attempt, step, key, epoch, claimed_at, token)
SELECT o.workspace, o.id, l.attempt, ?4, ?5, l.epoch, ?7, ?8
FROM operations o JOIN leases l ON l.operation_id = o.id AND l.workspace = o.workspace
WHERE o.id = ?1 AND o.workspace = ?2 AND o.state IN ('queued', 'running', 'waiting')
AND l.attempt = ?3 AND l.epoch = ?6 AND l.released_at = 0
AND NOT EXISTS (SELECT 1 FROM breakers b WHERE b.workspace = o.workspace AND b.account_key = o.account_key
  AND b.credential_key = o.credential_key AND (b.until = 0 OR b.until > ?7))
ON CONFLICT (operation_id, attempt, step, key) DO NOTHING`

// Claim grants what must happen at most once; see store.Operations.
func (d *DB) Claim(ctx context.Context, c store.Claim) (granted bool, err error) {
	token := newToken()
	err = d.write(ctx, fmt.Sprintf("claim %s of operation %s", c.Step, c.Operation), func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, insertClaim, c.Operation, c.Workspace, c.Attempt, c.Step, c.Key, c.Epoch, at(c.At), token)
		if err != nil {
			return err
		}
		if granted = rows == 1; granted {
			return nil
		}
		granted, err = tookBefore(ctx, tx, c, token)
		return err
	})
	return granted && err == nil, err
}

// LastClaim is when something was claimed in an attempt last; see store.Operations.
func (d *DB) LastClaim(ctx context.Context, ref store.Ref, attempt int) (time.Time, error) {
	var last time.Time
	err := d.database.QueryRowContext(ctx, `SELECT COALESCE(MAX(claimed_at), 0) FROM claims
WHERE operation_id = ?1 AND workspace = ?2 AND attempt = ?3`, ref.Operation, ref.Workspace, attempt).Scan(timeColumn{&last})
	if err != nil {
		return time.Time{}, fmt.Errorf("look for claims of operation %s: %w", ref.Operation, err)
	}
	return last, nil
}

// newToken names a call. What the call writes carries it, so that the call knows it again if it must be repeated.
func newToken() string { return rand.Text() }

// tookBefore says why the claim was not inserted: it returns whether the claim that was taken before is the one with the token,
// or the error that refused it. A claim taken comes before the breaker: who finds it taken does not submit anyway, and
// must see what became of it.
func tookBefore(ctx context.Context, q Queryer, c store.Claim, token string) (ours bool, err error) {
	op, err := loadOperation(ctx, q, c.Ref)
	if err != nil {
		return false, err
	}
	if op.State.Final() {
		return false, fmt.Errorf("it %s: %w", op.State, store.ErrOperationOver)
	}
	lease, err := loadLease(ctx, q, c.Ref, c.Attempt)
	if errors.Is(err, store.ErrNotFound) || err == nil && (lease.Epoch != c.Epoch || !lease.ReleasedAt.IsZero()) {
		return false, fmt.Errorf("epoch %d of attempt %d: %w", c.Epoch, c.Attempt, store.ErrLeaseStale)
	}
	if err != nil {
		return false, err
	}
	taken, err := one[string](ctx, q, `SELECT token FROM claims
WHERE operation_id = ?1 AND workspace = ?2 AND attempt = ?3 AND step = ?4 AND key = ?5`, c.Operation, c.Workspace, c.Attempt, c.Step, c.Key)
	if !errors.Is(err, store.ErrNotFound) {
		return err == nil && taken == token, err
	}
	return false, breakerOf(ctx, q, op, c.At)
}
