package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/postgres"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
)

// ErrSharedStore: a process that is one of several was given a SQLite file.
var ErrSharedStore = errors.New("a SQLite store serves the standalone process only: set store.url to postgres://user@host:5432/name")

// ErrNotInstalled: the store was never prepared.
var ErrNotInstalled = errors.New(`the store is not prepared: run "anteroom init" first`)

// openStore opens the store that the settings name; sqliteFile is where it is when they name none.
func openStore(ctx context.Context, c config.Store, sqliteFile string, logger *slog.Logger) (store.Store, error) {
	if path, ok := c.SQLite(); ok {
		return opened(sqlite.Open(ctx, cmp.Or(path, sqliteFile), logger))
	}
	url, err := c.Address()
	if err != nil {
		return nil, err
	}
	return opened(postgres.Open(ctx, url.Reveal(), logger))
}

// OpenStore opens the store that the settings name, for a command that works on it: the file of a standalone process, which
// must exist, or a shared one. The caller closes it.
func OpenStore(ctx context.Context, c *config.Config, logger *slog.Logger) (store.Store, error) {
	file := inDataDir(c, StoreFile)
	if path, ok := c.Store.SQLite(); ok {
		file = cmp.Or(path, file)
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("there is no store: %w; name the right one with --data-dir or store.url", err)
		}
	}
	return openStore(ctx, c.Store, file, logger)
}

// opened keeps a nil *DB from becoming a Store that is not nil.
func opened[S store.Store](db S, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	return db, nil
}

// openShared opens store and vault of a process that is one of several. It prepares nothing: that is the work of Install.
func openShared(ctx context.Context, c *config.Config, logger *slog.Logger) (store.Store, *vault.Vault, error) {
	if _, ok := c.Store.SQLite(); ok {
		return nil, nil, ErrSharedStore
	}
	db, err := openStore(ctx, c.Store, "", logger)
	if err != nil {
		return nil, nil, err
	}
	key, err := sharedVault(ctx, db, KeyFile(c))
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, key, nil
}

// sharedVault opens the key that the store was sealed with, and never makes one.
func sharedVault(ctx context.Context, db store.Installation, file string) (*vault.Vault, error) {
	bound, err := db.VaultKeyID(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotInstalled
	}
	if err != nil {
		return nil, err
	}
	key, err := vault.Open(file)
	if err != nil {
		return nil, err
	}
	if bound != key.KeyID() {
		return nil, otherVaultKey(file, bound, key.KeyID())
	}
	return key, nil
}

func otherVaultKey(file, bound, found string) error {
	return fmt.Errorf("the store was sealed with the vault key %s, and %s holds %s: %w; put the right key file there",
		bound, file, found, store.ErrOtherVaultKey)
}

// KeyFile is where the vault's key is.
func KeyFile(c *config.Config) string {
	if c.Vault.KeyFile != "" {
		return c.Vault.KeyFile
	}
	return inDataDir(c, vaultKeyFile)
}
