package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
)

func TestOpen_WhenNew_IsReadableByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	populate(t, open(t, path), 1)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		requireMode(t, path+suffix)
	}
}

func TestOpen_WhenFileWasReadableByOthers_TakesThatBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	populate(t, open(t, path), 1)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		requireMode(t, path+suffix)
	}
}

func requireMode(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), filepath.Base(path))
}

func TestOpen_WhenPathHoldsOddCharacters_UsesThatFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a b?c#d%41&_pragma=x.db")
	populate(t, open(t, path), 1)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.NotZero(t, info.Size())
}

func TestOpen_WhenReopened_KeepsEverything(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	first, err := sqlite.Open(t.Context(), path, discard())
	require.NoError(t, err)
	require.NoError(t, first.BindVault(t.Context(), "key-1"))
	populate(t, first, 2)
	login(t, first, 7)
	before := contents(t, first)
	require.NoError(t, first.Close())
	for _, suffix := range []string{"-wal", "-shm"} {
		require.NoFileExists(t, path+suffix, "closing folds the log into the file")
	}

	second := open(t, path)
	require.Equal(t, before, contents(t, second))
	require.ErrorIs(t, second.BindVault(t.Context(), "key-2"), store.ErrOtherVaultKey)
	require.NoError(t, second.AnswerQuestion(t.Context(), store.Answer{Ref: operationRef(1), QuestionID: "ask_1", Input: store.Sealed("x"), At: start}))
}

// The files of an open database, copied, are what kill -9 leaves behind.
func TestOpen_WhenTheProcessWasKilled_KeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	alive := open(t, path)
	populate(t, alive, 2)
	require.NoError(t, alive.AnswerQuestion(t.Context(), store.Answer{Ref: operationRef(1), QuestionID: "ask_1", Input: store.Sealed("sealed code"), At: start}))

	left := filepath.Join(t.TempDir(), "anteroom.db")
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(left+suffix, raw, 0o600))
	}
	revived := open(t, left)
	require.Equal(t, contents(t, alive), contents(t, revived))
	input, err := revived.AnswerInput(t.Context(), operationRef(1), "ask_1")
	require.NoError(t, err)
	require.Equal(t, store.Sealed("sealed code"), input)
}

// contents is what callers read of a database that populate and login filled.
func contents(t *testing.T, db *sqlite.DB) []any {
	t.Helper()
	projects, err := db.ListProjects(t.Context(), "acme")
	require.NoError(t, err)
	sessions, err := db.ListSessions(t.Context(), "acme", "")
	require.NoError(t, err)
	operations, _, err := db.ListOperations(t.Context(), store.OperationQuery{Workspace: "acme"})
	require.NoError(t, err)
	leases, err := db.OpenLeases(t.Context(), "br_1")
	require.NoError(t, err)
	require.NotEmpty(t, operations)
	return []any{projects, sessions, operations, leases}
}

func TestOpen_WhenSchemaIsNewer_RefusesAndLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db, err := sqlite.Open(t.Context(), path, discard())
	require.NoError(t, err)
	populate(t, db, 1)
	require.NoError(t, db.Close())
	execute(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)",
		"UPDATE installation SET value = '9000' WHERE name = 'least_schema'", "PRAGMA journal_mode = WAL")
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	_, err = sqlite.Open(t.Context(), path, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
	require.ErrorContains(t, err, "version 9000")
	require.ErrorContains(t, err, path)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after), "the file is as it was")
}

func TestOpen_WhenItCannot_SaysWhichFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(text, bytes.Repeat([]byte("no database "), 1000), 0o600))
	for _, path := range []string{text, dir, filepath.Join(dir, "missing", "anteroom.db")} {
		_, err := sqlite.Open(t.Context(), path, discard())
		require.ErrorContains(t, err, path)
	}
	raw, err := os.ReadFile(text)
	require.NoError(t, err)
	require.Len(t, raw, 12_000, "what is no database is left alone")
}

func TestOpen_WhenMigrating_LogsItOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	var log bytes.Buffer
	for range 2 {
		db, err := sqlite.Open(t.Context(), path, slog.New(slog.NewTextHandler(&log, nil)))
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("\n")), log.String())
	require.Contains(t, log.String(), "database schema migrated")
}

func TestWrite_WhenContextIsDone_ChangesNothing(t *testing.T) {
	t.Parallel()
	db := open(t, filepath.Join(t.TempDir(), "anteroom.db"))
	populate(t, db, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.AdvanceOperation(ctx, transition(operationRef(0), 9, session.OperationRunning))
	require.ErrorIs(t, err, context.Canceled)
	_, err = db.GetOperation(ctx, operationRef(0))
	require.ErrorIs(t, err, context.Canceled)
	op, err := db.GetOperation(t.Context(), operationRef(0))
	require.NoError(t, err)
	require.EqualValues(t, 1, op.Seq)
}

func TestRead_WhenSomebodyWrites_DoesNotWait(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "anteroom.db")
	db := open(t, path)
	populate(t, db, 1)
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	require.NoError(t, err)
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil) // holds the write lock
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "UPDATE operations SET step = 'uncommitted'")
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // less than the busy timeout
	defer cancel()
	op, err := db.GetOperation(ctx, operationRef(0))
	require.NoError(t, err)
	require.Equal(t, session.StepNavigating, op.Step)
	require.NoError(t, tx.Rollback())
}

func TestClose_WhenClosed_RefusesFurtherCalls(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), discard())
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Error(t, db.Ping(t.Context()))
	require.Error(t, db.BindVault(t.Context(), "key"))
	require.NoError(t, db.Close(), "again is harmless")
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// execute runs statements on the file behind the store's back.
func execute(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err := db.ExecContext(t.Context(), s)
		require.NoError(t, err)
	}
}
