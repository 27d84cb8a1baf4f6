package relational

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// selectBreaker finds the breaker that refuses the credentials at the time ?4.
	selectBreaker = `SELECT operation_id, session_id, class, since, until FROM breakers
WHERE workspace = ?1 AND account_key = ?2 AND credential_key = ?3 AND (until = 0 OR until > ?4)`
	// openBreaker never lets a lockout, which passes, replace refused credentials, which do not.
	openBreaker = `INSERT INTO breakers (workspace, account_key, credential_key, operation_id, session_id, class, since, until)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (workspace, account_key, credential_key) DO UPDATE SET operation_id = excluded.operation_id,
session_id = excluded.session_id, class = excluded.class, since = excluded.since, until = excluded.until
WHERE breakers.until > 0 OR excluded.until = 0`
)

// breakerOf returns the *store.BreakerOpenError of the breaker that refuses the operation's credentials, or nil.
func breakerOf(ctx context.Context, q Queryer, op session.Operation, now time.Time) error {
	open := &store.BreakerOpenError{}
	err := q.QueryRowContext(ctx, selectBreaker, op.Workspace, op.AccountKey, op.CredentialKey, at(now)).
		Scan(&open.OperationID, &open.SessionID, &open.Class, timeColumn{&open.Since}, timeColumn{&open.Until})
	switch {
	case err == nil:
		return open
	case errors.Is(err, sql.ErrNoRows):
		return nil
	}
	return fmt.Errorf("read the account's breaker: %w", err)
}

// setBreaker opens the account's breaker for these credentials, or closes all of the account. An account without a key has none.
func (t *tx) setBreaker(ctx context.Context, op session.Operation, f store.Finish) error {
	switch {
	case op.AccountKey == "":
		return nil
	case f.State == session.OperationSucceeded:
		return t.run(ctx, "DELETE FROM breakers WHERE workspace = ?1 AND account_key = ?2", op.Workspace, op.AccountKey)
	case f.Failure == nil || !f.Failure.Class.OpensBreaker():
		return nil
	}
	var until time.Time
	if f.Failure.Class == session.FailureLockout {
		until = f.At.Add(store.LockoutCoolDown)
	}
	return t.run(ctx, openBreaker, op.Workspace, op.AccountKey, op.CredentialKey,
		op.ID, op.SessionID, f.Failure.Class, at(f.At), at(until))
}

// ResetBreaker closes all breakers of the account; see store.Accounts.
func (d *DB) ResetBreaker(ctx context.Context, workspace, accountKey string, reset time.Time) (wasOpen bool, err error) {
	err = d.write(ctx, "reset the account's breaker", func(ctx context.Context, tx *tx) error {
		open, err := one[bool](ctx, tx, `SELECT EXISTS (SELECT 1 FROM breakers
WHERE workspace = ?1 AND account_key = ?2 AND (until = 0 OR until > ?3))`, workspace, accountKey, at(reset))
		if err != nil {
			return err
		}
		wasOpen = wasOpen || open
		return tx.run(ctx, "DELETE FROM breakers WHERE workspace = ?1 AND account_key = ?2", workspace, accountKey)
	})
	return wasOpen && err == nil, err
}
