package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "anteroom.db"))
	})
}

// Two handles of one file stand for two processes.
func TestReplicas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	storetest.RunReplicas(t, open(t, path), open(t, path))
}

// open opens the store at path until the test ends.
func open(tb testing.TB, path string) *sqlite.DB {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), path, discard())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}
