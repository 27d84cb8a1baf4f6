package relational

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/store"
)

const (
	insertKey = `INSERT INTO api_keys (id, workspace, name, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING`
	// sameKey tells the repeat of a create from another key that took the ID, or the hash.
	sameKey    = "SELECT EXISTS (SELECT 1 FROM api_keys WHERE id = ?1 AND hash = ?2)"
	keyByHash  = "SELECT id, workspace, name, created_at, revoked_at, hash FROM api_keys WHERE hash = ?1 AND revoked_at = 0"
	keyByID    = "SELECT id, workspace, name, created_at, revoked_at FROM api_keys WHERE id = ?1"
	selectKeys = `SELECT id, workspace, name, created_at, revoked_at FROM api_keys
WHERE ?1 = '' OR workspace = ?1 ORDER BY created_at, id`
	revokeKey = "UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at = 0"
)

// scanKey reads a key without its hash, and then whatever else the query selects into extra.
func scanKey(row Row, extra ...any) (key store.APIKey, err error) {
	err = row.Scan(append([]any{&key.ID, &key.Workspace, &key.Name, timeColumn{&key.CreatedAt}, timeColumn{&key.RevokedAt}}, extra...)...)
	return key, notFound(err)
}

func keyRow(row Row) (store.APIKey, error) { return scanKey(row) }

// CreateAPIKey stores a key's hash; store.ErrNotFound without its workspace. See store.Installation.
func (d *DB) CreateAPIKey(ctx context.Context, key store.APIKey) error {
	return d.write(ctx, "create API key "+key.ID, func(ctx context.Context, tx *tx) error {
		if err := needWorkspace(ctx, tx, key.Workspace); err != nil {
			return err
		}
		rows, err := tx.exec(ctx, insertKey, key.ID, key.Workspace, key.Name, key.Hash, at(key.CreatedAt))
		if err != nil || rows == 1 {
			return err
		}
		same, err := one[bool](ctx, tx, sameKey, key.ID, key.Hash)
		if err == nil && !same {
			return store.ErrKeyExists
		}
		return err
	})
}

// APIKeyByHash finds the key of a hash; see store.Installation.
func (d *DB) APIKeyByHash(ctx context.Context, hash []byte) (store.APIKey, error) {
	if err := ctx.Err(); err != nil {
		return store.APIKey{}, fmt.Errorf("look up the API key: %w", err)
	}
	var found []byte
	key, err := scanKey(d.database.PollRow(ctx, keyByHash, hash), &found)
	if err != nil {
		return store.APIKey{}, fmt.Errorf("look up the API key: %w", err)
	}
	key.Hash = found
	return key, nil
}

// ListAPIKeys lists keys without their hashes; see store.Installation.
func (d *DB) ListAPIKeys(ctx context.Context, workspace string) ([]store.APIKey, error) {
	keys, err := list(ctx, d.database, keyRow, selectKeys, workspace)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}

// RevokeAPIKey ends a key; see store.Installation.
func (d *DB) RevokeAPIKey(ctx context.Context, id string, revoked time.Time) (key store.APIKey, err error) {
	err = d.write(ctx, "revoke API key "+id, func(ctx context.Context, tx *tx) error {
		if err := tx.run(ctx, revokeKey, id, at(revoked)); err != nil {
			return err
		}
		key, err = scanKey(tx.QueryRowContext(ctx, keyByID, id))
		return err
	})
	if err != nil {
		return store.APIKey{}, err
	}
	return key, nil
}
