package process

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// DefaultWorkspace is the workspace that the first start makes.
const DefaultWorkspace = "default"

// apiKeyBytes is the randomness of an API key: a key is not guessed, so a plain hash of it may be kept.
const apiKeyBytes = 32

// newAPIKey returns a key: "ak_" and 256 random bits.
func newAPIKey() string {
	b := make([]byte, apiKeyBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand.Read
	return "ak_" + session.EncodeID(b)
}

// ensureInstalled makes what the first start must leave behind: the default workspace and an API key for it, whose file
// is the only place that holds it. A start that died half way is completed.
func ensureInstalled(ctx context.Context, db store.Installation, dir *dataDir, now time.Time) error {
	if _, err := db.CreateWorkspace(ctx, DefaultWorkspace, now); err != nil {
		return fmt.Errorf("create the default workspace: %w", err)
	}
	key, _, err := dir.remembered(apiKeyFile, func() string { return newAPIKey() + "\n" })
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(key)))
	_, err = db.APIKeyByHash(ctx, hash[:])
	if errors.Is(err, store.ErrNotFound) {
		err = db.CreateAPIKey(ctx, store.APIKey{
			ID: session.NewID(session.APIKeyPrefix), Workspace: DefaultWorkspace, Hash: hash[:], CreatedAt: now,
		})
	}
	if err != nil {
		return fmt.Errorf("register the API key: %w", err)
	}
	return nil
}
