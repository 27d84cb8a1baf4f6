package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// selectBusy finds the live operation of an account through the index operations_live_account.
	selectBusy = "SELECT id, session_id FROM operations WHERE workspace = ?1 AND account_key = ?2 AND account_key <> '' AND " + isLive
	// insertSpend names the operation as the owner where no account is known; ids of operations and keys of accounts differ
	// by their prefixes.
	insertSpend = `INSERT INTO spends (workspace, owner, kind, key, spent_at, token)
SELECT workspace, CASE ?3 WHEN '' THEN id ELSE ?3 END, ?4, ?5, ?6, ?7 FROM operations WHERE id = ?1 AND workspace = ?2
ON CONFLICT (workspace, owner, kind, key) DO NOTHING`
	// spentBy finds who spent it first.
	spentBy = `SELECT s.token FROM spends s JOIN operations o ON o.workspace = s.workspace
WHERE o.id = ?1 AND o.workspace = ?2 AND s.owner = CASE ?3 WHEN '' THEN o.id ELSE ?3 END AND s.kind = ?4 AND s.key = ?5`
	takeCounter = `INSERT INTO counters (workspace, account_key, counter, updated_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (workspace, account_key) DO UPDATE SET counter = max(counters.counter + 1, excluded.counter), updated_at = excluded.updated_at
RETURNING counter`
	selectMemory = "SELECT memory, version FROM account_memories WHERE workspace = ?1 AND account_key = ?2"
	sameMemory   = `SELECT count(*) FROM account_memories WHERE workspace = ?1 AND account_key = ?2 AND memory = ?3 AND version = ?4`
	insertMemory = `INSERT INTO account_memories (workspace, account_key, memory, version, updated_at) VALUES (?1, ?2, ?3, ?4 + 1, ?5)
ON CONFLICT (workspace, account_key) DO NOTHING`
	updateMemory = `UPDATE account_memories SET memory = ?3, version = ?4 + 1, updated_at = ?5
WHERE workspace = ?1 AND account_key = ?2 AND version = ?4`
)

// BindAccount names the account of a live operation; see store.Accounts.
func (d *DB) BindAccount(ctx context.Context, b store.AccountBinding) error {
	return d.write(ctx, "bind the account of operation "+b.Operation, func(ctx context.Context, tx *tx) error {
		op, err := loadOperation(ctx, tx, b.Ref)
		if err != nil {
			return err
		}
		if op.State.Final() {
			return fmt.Errorf("it %s: %w", op.State, store.ErrOperationOver)
		}
		if b.AccountKey == "" {
			b.AccountKey = op.AccountKey
		}
		if b.AccountKey == op.AccountKey && b.CredentialKey == op.CredentialKey {
			return nil // a repeat
		}
		op.AccountKey, op.CredentialKey = b.AccountKey, b.CredentialKey
		if err := tx.free(ctx, op, b.At); err != nil {
			return err
		}
		return tx.run(ctx, "UPDATE operations SET account_key = ?3, credential_key = ?4 WHERE id = ?1 AND workspace = ?2",
			op.ID, op.Workspace, op.AccountKey, op.CredentialKey)
	})
}

// free fails unless the account of op may be used now: no other live operation uses it, and no breaker refuses its credentials.
func (t *tx) free(ctx context.Context, op session.Operation, now time.Time) error {
	if op.AccountKey == "" {
		return nil
	}
	busy := &store.AccountBusyError{}
	err := notFound(t.QueryRowContext(ctx, selectBusy+" AND id <> ?3", op.Workspace, op.AccountKey, op.ID).Scan(&busy.OperationID, &busy.SessionID))
	if err == nil {
		return busy
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return breakerOf(ctx, t, op, now)
}

// Spend uses something up; see store.Accounts. It fails with store.ErrNotFound without the operation.
func (d *DB) Spend(ctx context.Context, s store.Spend) (granted bool, err error) {
	token := newToken()
	err = d.write(ctx, "spend "+s.Kind+" of operation "+s.Operation, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, insertSpend, s.Operation, s.Workspace, s.AccountKey, s.Kind, s.Key, at(s.At), token)
		if err != nil {
			return err
		}
		if granted = rows == 1; granted {
			return nil
		}
		spent, err := one[string](ctx, tx, spentBy, s.Operation, s.Workspace, s.AccountKey, s.Kind, s.Key)
		granted = err == nil && spent == token
		return err
	})
	return granted && err == nil, err
}

// NextCounter takes the account's next counter; see store.Accounts.
func (d *DB) NextCounter(ctx context.Context, workspace, accountKey string, from int64, taken time.Time) (counter int64, err error) {
	err = d.write(ctx, "take the account's next counter", func(ctx context.Context, tx *tx) error {
		if err := needAccount(ctx, tx, workspace, accountKey); err != nil {
			return err
		}
		counter, err = one[int64](ctx, tx, takeCounter, workspace, accountKey, from, at(taken))
		return err
	})
	return counter, err
}

// needAccount fails with store.ErrNotFound where there can be no such account.
func needAccount(ctx context.Context, q Queryer, workspace, accountKey string) error {
	if accountKey == "" {
		return fmt.Errorf("no account is known: %w", store.ErrNotFound)
	}
	return needWorkspace(ctx, q, workspace)
}

// AccountMemory returns the sealed memory and its version, or store.ErrNotFound.
func (d *DB) AccountMemory(ctx context.Context, workspace, accountKey string) (memory store.Sealed, version int64, err error) {
	err = notFound(d.database.QueryRowContext(ctx, selectMemory, workspace, accountKey).Scan(&memory, &version))
	if err != nil {
		return nil, 0, fmt.Errorf("read the account's memory: %w", err)
	}
	return memory, version, nil
}

// SaveAccountMemory replaces the memory of a version; see store.Accounts.
func (d *DB) SaveAccountMemory(ctx context.Context, workspace, accountKey string, memory store.Sealed, version int64, saved time.Time) error {
	return d.write(ctx, "save the account's memory", func(ctx context.Context, tx *tx) error {
		if err := needAccount(ctx, tx, workspace, accountKey); err != nil {
			return err
		}
		statement := updateMemory
		if version == 0 {
			statement = insertMemory
		}
		rows, err := tx.exec(ctx, statement, workspace, accountKey, notNull(memory), version, at(saved))
		if err == nil && rows == 0 && tx.again { // what is sealed anew is never the same
			rows, err = one[int64](ctx, tx, sameMemory, workspace, accountKey, notNull(memory), version+1)
		}
		if err == nil && rows == 0 {
			return fmt.Errorf("version %d: %w", version, store.ErrVersion)
		}
		return err
	})
}
