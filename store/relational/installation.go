package relational

import (
	"context"
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

// VaultKeyID returns what BindVault remembered; store.ErrNotFound before that.
func (d *DB) VaultKeyID(ctx context.Context) (string, error) {
	id, err := one[string](ctx, d.database, "SELECT value FROM installation WHERE name = ?1", vaultKeyID)
	if err = notFound(err); err != nil {
		return "", fmt.Errorf("look for the vault's key: %w", err)
	}
	return id, nil
}

// CreateWorkspace makes a workspace; see store.Installation.
func (d *DB) CreateWorkspace(ctx context.Context, name string, created time.Time) (isNew bool, err error) {
	err = d.write(ctx, "create workspace "+name, func(ctx context.Context, tx *tx) error {
		rows, err := tx.exec(ctx, "INSERT INTO workspaces (workspace, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING", name, at(created))
		isNew = isNew || rows == 1
		return err
	})
	return isNew && err == nil, err
}

// ListWorkspaces lists the names of all workspaces.
func (d *DB) ListWorkspaces(ctx context.Context) ([]string, error) {
	names, err := list(ctx, d.database, scanName, "SELECT workspace FROM workspaces ORDER BY workspace")
	if err != nil {
		return nil, fmt.Errorf("list workspaces: %w", err)
	}
	return names, nil
}

func scanName(row Row) (name string, err error) {
	err = row.Scan(&name)
	return name, err
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
