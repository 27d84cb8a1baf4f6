package relational

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

// vaultKeyID is the row of installation that names the vault's key.
const vaultKeyID = "vault_key_id"

// BindVault remembers the vault's key; see store.Installation.
func (d *DB) BindVault(ctx context.Context, keyID string) error {
	return d.write(ctx, "bind the vault", func(ctx context.Context, tx *tx) error {
		if err := tx.run(ctx, "INSERT INTO installation (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", vaultKeyID, keyID); err != nil {
			return err
		}
		bound, err := one[string](ctx, tx, "SELECT value FROM installation WHERE name = ?1", vaultKeyID)
		if err != nil {
			return err
		}
		if bound != keyID {
			return store.ErrOtherVaultKey
		}
		return nil
	})
}

// CreateWorkspace makes a workspace; see store.Installation.
func (d *DB) CreateWorkspace(ctx context.Context, name string, created time.Time) (isNew bool, err error) {
	err = d.write(ctx, "create workspace "+name, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, "INSERT INTO workspaces (workspace, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING", name, at(created))
		isNew = rows == 1
		return err
	})
	return isNew && err == nil, err
}

const workspaceExists = "SELECT EXISTS (SELECT 1 FROM workspaces WHERE workspace = ?1)"

// WorkspaceExists reports whether name is a workspace.
func (d *DB) WorkspaceExists(ctx context.Context, name string) (bool, error) {
	exists, err := one[bool](ctx, d.database, workspaceExists, name)
	if err != nil {
		return false, fmt.Errorf("look for workspace %s: %w", name, err)
	}
	return exists, nil
}

// needWorkspace fails with store.ErrNotFound where there is no such workspace.
func needWorkspace(ctx context.Context, q Queryer, name string) error {
	exists, err := one[bool](ctx, q, workspaceExists, name)
	if err == nil && !exists {
		return fmt.Errorf("workspace %s: %w", name, store.ErrNotFound)
	}
	return err
}

// CreateAPIKey stores a key's hash; store.ErrNotFound without its workspace.
func (d *DB) CreateAPIKey(ctx context.Context, key store.APIKey) error {
	return d.write(ctx, "create API key "+key.ID, func(ctx context.Context, tx *tx) error {
		if err := needWorkspace(ctx, tx, key.Workspace); err != nil {
			return err
		}
		return tx.run(ctx, "INSERT INTO api_keys (id, workspace, hash, created_at) VALUES (?1, ?2, ?3, ?4)",
			key.ID, key.Workspace, key.Hash, at(key.CreatedAt))
	})
}

// APIKeyByHash finds the key of a hash; see store.Installation.
func (d *DB) APIKeyByHash(ctx context.Context, hash []byte) (store.APIKey, error) {
	var key store.APIKey
	err := d.database.QueryRowContext(ctx, "SELECT id, workspace, hash, created_at FROM api_keys WHERE hash = ?1 AND revoked_at = 0", hash).
		Scan(&key.ID, &key.Workspace, &key.Hash, timeColumn{&key.CreatedAt})
	if err = notFound(err); errors.Is(err, store.ErrNotFound) {
		return store.APIKey{}, fmt.Errorf("look up the API key: %w", err)
	}
	return key, err
}
