package apitest

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
)

// start is when every fixture's clock stands at first.
var start = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// openCopy opens a copy of a database that was migrated and filled once: migrating takes longer than most tests.
func openCopy(tb testing.TB, logger *slog.Logger) store.Store {
	tb.Helper()
	content, err := template()
	require.NoError(tb, err)
	path := filepath.Join(tb.TempDir(), "anteroom.db")
	require.NoError(tb, os.WriteFile(path, content, 0o600))
	db, err := sqlite.Open(tb.Context(), path, logger)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// template returns the content of the filled database file.
var template = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "anteroom-apitest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "anteroom.db")
	db, err := sqlite.Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	for workspace, key := range map[string]string{Workspace: Key, OtherWorkspace: OtherKey} {
		if err := fill(db, workspace, key); err != nil {
			return nil, err
		}
	}
	if err := offer(db); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil { // writes the log back into the file
		return nil, err
	}
	return os.ReadFile(path)
})

// offer has a worker offer more pages than any test starts logins, for longer than any test's clock runs.
func offer(db store.Store) error {
	ctx, at := context.Background(), start.AddDate(1, 0, 0)
	err := db.OfferPages(ctx, store.Offer{Host: "host", Browser: session.BrowserShell, Pages: 1_000_000, At: at})
	if err != nil {
		return err
	}
	_, err = db.AdmitOperations(ctx, store.Reckoning{At: at})
	return err
}

func fill(db store.Store, workspace, key string) error {
	ctx := context.Background()
	if _, err := db.CreateWorkspace(ctx, workspace, start); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(key))
	apiKey := store.APIKey{ID: "key_" + workspace, Workspace: workspace, Hash: hash[:], CreatedAt: start}
	if err := db.CreateAPIKey(ctx, apiKey); err != nil {
		return err
	}
	p := session.Project{Workspace: workspace, Name: Project, LoginURL: "http://127.0.0.1:1/login"}
	_, _, err := db.PutProject(ctx, p, start)
	return err
}
