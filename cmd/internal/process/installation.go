package process

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/postgres"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// DefaultWorkspace is the workspace that the first start makes.
const DefaultWorkspace = "default"

// apiKeyBytes is the randomness of an API key: a key is not guessed, so a plain hash of it may be kept.
const apiKeyBytes = 32

// Prepare is what Install does, and where.
type Prepare struct {
	Config *config.Config
	// APIKeyFile is the file of the first API key, made where it is missing; empty for "api-key" in the data directory.
	APIKeyFile string
	// Restored says that the store comes from a backup and runs elsewhere now: no browser that it knows can be reached any
	// more, so that the logins on their pages begin anew.
	Restored bool
	Logger   *slog.Logger
}

// Installed is what Install found or made.
type Installed struct {
	Workspace  string `json:"workspace"`
	APIKeyFile string `json:"apiKeyFile"`
	VaultFile  string `json:"vaultKeyFile"`
	VaultKeyID string `json:"vaultKeyId"`
	Namespace  string `json:"temporalNamespace"`
}

// Install prepares a PostgreSQL store for processes that share it: schema, vault key, workspace, first API key, project files. It may be
// repeated, and by several at once: they take turns. Errors are sentences.
func Install(ctx context.Context, p Prepare) (*Installed, error) {
	if _, ok := p.Config.Store.SQLite(); ok {
		return nil, ErrSharedStore
	}
	url, err := p.Config.Store.Address()
	if err != nil {
		return nil, err
	}
	if p.APIKeyFile == "" {
		p.APIKeyFile = inDataDir(p.Config, apiKeyFile)
	}
	var done *Installed
	err = postgres.Exclusive(ctx, url.Reveal(), func(ctx context.Context) (err error) {
		done, err = p.install(ctx, url)
		return err
	})
	return done, err
}

func (p Prepare) install(ctx context.Context, url session.Secret) (*Installed, error) {
	if _, _, err := postgres.Migrate(ctx, url.Reveal(), p.Logger); err != nil {
		return nil, err
	}
	db, err := openStore(ctx, p.Config.Store, "", p.Logger)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	key, err := openVault(ctx, db, KeyFile(p.Config))
	if err != nil {
		return nil, err
	}
	if err := p.namespace(ctx); err != nil {
		return nil, err
	}
	if err := ensureInstalled(ctx, db, p.APIKeyFile, now()); err != nil {
		return nil, err
	}
	if err := loadProjects(ctx, db, p.Config.Projects); err != nil {
		return nil, err
	}
	if p.Restored {
		if err := forgetBrowsers(ctx, db, now()); err != nil {
			return nil, err
		}
	}
	return &Installed{
		Workspace: DefaultWorkspace, APIKeyFile: p.APIKeyFile, VaultFile: KeyFile(p.Config), VaultKeyID: key.KeyID(),
		Namespace: p.Config.Temporal.Namespace,
	}, nil
}

func (p Prepare) namespace(ctx context.Context) error {
	t := p.Config.Temporal
	return worker.EnsureNamespace(ctx, t.Address, t.Namespace, t.Retention, SearchAttributes())
}

// forgetBrowsers marks every browser as lost. Nobody else may: an absent worker may come back.
func forgetBrowsers(ctx context.Context, db store.Pages, now time.Time) error {
	browsers, err := db.ListBrowsers(ctx, "")
	if err != nil {
		return fmt.Errorf("list the browsers from before: %w", err)
	}
	for _, b := range browsers {
		if err := db.MarkBrowserLost(ctx, b.ID, now); err != nil {
			return fmt.Errorf("mark browser %s as lost: %w", b.ID, err)
		}
	}
	return nil
}

// openVault opens the key file and binds the store to it. It makes the file for a store that nothing was sealed in; for any
// other, only the key that sealed it will do.
func openVault(ctx context.Context, db store.Installation, file string) (*vault.Vault, error) {
	open := vault.Open
	bound, err := db.VaultKeyID(ctx)
	if errors.Is(err, store.ErrNotFound) {
		open, err = vault.OpenOrCreate, nil
	}
	if err != nil {
		return nil, err
	}
	if err := makeFolder(filepath.Dir(file)); err != nil {
		return nil, err
	}
	key, err := open(file)
	if err != nil {
		return nil, err
	}
	if err := db.BindVault(ctx, key.KeyID()); err != nil {
		if errors.Is(err, store.ErrOtherVaultKey) {
			return nil, otherVaultKey(file, bound, key.KeyID())
		}
		return nil, fmt.Errorf("check the vault key against the store: %w", err)
	}
	return key, nil
}

// NewAPIKey returns a key: "ak_" and 256 random bits.
func NewAPIKey() session.Secret {
	b := make([]byte, apiKeyBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand.Read
	return session.NewSecret("ak_" + session.EncodeID(b))
}

// HashAPIKey is what the store keeps of a key.
func HashAPIKey(key session.Secret) []byte {
	hash := sha256.Sum256([]byte(strings.TrimSpace(key.Reveal())))
	return hash[:]
}

// ensureInstalled makes what the first start must leave behind: the default workspace and an API key for it, whose file
// is the only place that holds it. A start that died half way is completed.
func ensureInstalled(ctx context.Context, db store.Installation, keyFile string, now time.Time) error {
	if _, err := db.CreateWorkspace(ctx, DefaultWorkspace, now); err != nil {
		return fmt.Errorf("create the default workspace: %w", err)
	}
	if err := makeFolder(filepath.Dir(keyFile)); err != nil {
		return err
	}
	text, _, err := remembered(keyFile, func() string { return NewAPIKey().Reveal() + "\n" })
	if err != nil {
		return err
	}
	hash := HashAPIKey(session.NewSecret(text))
	_, err = db.APIKeyByHash(ctx, hash)
	if errors.Is(err, store.ErrNotFound) {
		err = db.CreateAPIKey(ctx, store.APIKey{
			ID: session.NewID(session.APIKeyPrefix), Workspace: DefaultWorkspace, Hash: hash, CreatedAt: now,
		})
	}
	if err != nil && !errors.Is(err, store.ErrKeyExists) { // it was revoked, and stays so
		return fmt.Errorf("register the API key: %w", err)
	}
	return nil
}
