package sqlite

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ofNoWorkspace are the tables of the whole installation.
var ofNoWorkspace = map[string]bool{"installation": true, "browsers": true, "goose_db_version": true, "sqlite_sequence": true}

func openInside(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestSchema_WhenATableIsNotTheInstallations_CarriesItsWorkspace(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	tables, err := list(t.Context(), db.readers, text, "SELECT name FROM sqlite_schema WHERE type = 'table'")
	require.NoError(t, err)
	require.Greater(t, len(tables), len(ofNoWorkspace))
	for _, table := range tables {
		bound, err := one[bool](t.Context(), db.readers,
			`SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) WHERE name = 'workspace' AND "notnull" + pk > 0)`, table)
		require.NoError(t, err)
		require.Equal(t, !ofNoWorkspace[table], bound, table)
	}
}

func TestQueries_WhenRowsPileUp_StillSearchAnIndex(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	for name, query := range map[string]string{
		"poll":               selectOperation,
		"unstarted":          "SELECT " + operationColumns + " FROM operations WHERE state = 'queued' AND created_at < ?2 ORDER BY created_at, id LIMIT ?1",
		"live":               "SELECT " + operationColumns + " FROM operations WHERE state IN ('running', 'waiting') AND id > ?2 ORDER BY id LIMIT ?1",
		"live of a session":  "SELECT id FROM operations WHERE workspace = ?1 AND project = ?2 AND session_id = ?3 AND " + isLive,
		"newest":             "SELECT id FROM operations WHERE workspace = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT 50",
		"newest of session":  "SELECT id FROM operations WHERE workspace = ? AND project = ? AND session_id = ? ORDER BY created_at DESC, id DESC LIMIT 50",
		"live of an account": selectBusy + " AND id <> ?3",
		"breaker":            selectBreaker,
		"artefact":           selectArtefact,
		"artefacts":          "SELECT name FROM artefacts WHERE operation_id = ?1 AND workspace = ?2",
		"memory":             selectMemory,
		"spend":              "SELECT key FROM spends WHERE workspace = ?1 AND owner = ?2 AND kind = ?3 AND key = '1'",
		"forgotten artefact": deleteArtefacts,
		"forgotten question": forgetQuestions,
		"question":           selectQuestion + " AND id = ?3",
		"lease":              selectLease,
		"key":                "SELECT id FROM api_keys WHERE hash = ?1",
		"leases of browser":  selectLeases + "WHERE l.browser_id = ?1 AND l.released_at = 0",
		"unconsumed answers": "SELECT id FROM questions WHERE state = 'answered' AND answered_at < ?1 ORDER BY answered_at",
	} {
		plan, err := list(t.Context(), db.readers, planStep, "EXPLAIN QUERY PLAN "+query, 0, 0, 0, 0, 0)
		require.NoError(t, err, name)
		require.NotEmpty(t, plan, name)
		for _, step := range plan {
			if strings.HasPrefix(step, "LIST SUBQUERY") {
				continue // its own step follows
			}
			require.Contains(t, step, "SEARCH", "%s: %s", name, strings.Join(plan, "; "))
		}
	}
}

func text(row scanner) (value string, err error) {
	err = row.Scan(&value)
	return value, err
}

func planStep(row scanner) (step string, err error) {
	var skip any
	err = row.Scan(&skip, &skip, &skip, &step)
	return step, err
}

func TestTimeColumn_WhenWrittenAndRead_KeepsMilliseconds(t *testing.T) {
	t.Parallel()
	for _, given := range []time.Time{{}, time.Date(2026, 3, 1, 12, 0, 0, 7_000_000, time.UTC), time.UnixMilli(-5).UTC()} {
		var read time.Time
		require.NoError(t, timeColumn{&read}.Scan(at(given)))
		require.Equal(t, given, read)
	}
	var read time.Time
	require.Error(t, timeColumn{&read}.Scan("2026-03-01"))
}

func TestDocumentColumn_WhenTheColumnIsBroken_Fails(t *testing.T) {
	t.Parallel()
	type thing struct{ Name string }
	var read *thing
	require.NoError(t, document(&read).Scan(`{"Name":"x"}`))
	require.Equal(t, &thing{Name: "x"}, read)
	for _, broken := range []any{`{"Name":`, `[]`, int64(4), []byte("{}")} {
		require.Error(t, document(&read).Scan(broken))
		require.Nil(t, read, "nothing stale remains")
	}
	value, err := document(&read).Value()
	require.NoError(t, err)
	require.Nil(t, value)
	unwritable := &struct{ F func() }{}
	_, err = document(&unwritable).Value()
	require.Error(t, err)
}

func TestWrite_WhenWaitingForATurnTakesTooLong_GivesUp(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	db.turn <- struct{}{} // somebody writes
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.BindVault(ctx, "key"), ctx.Err())
	require.Error(t, ctx.Err())
	<-db.turn
	require.NoError(t, db.BindVault(t.Context(), "key"))
}

func TestWrite_WhenItPanics_LetsOthersWrite(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	require.Panics(t, func() {
		_ = db.write(t.Context(), "panic", func(context.Context, *tx) error { panic("bug") })
	})
	require.NoError(t, db.BindVault(t.Context(), "key"))
}

func TestHub_WhenTheLastWatcherLeaves_ForgetsTheOperation(t *testing.T) {
	t.Parallel()
	h := newHub()
	_, stopFirst := h.watch("op")
	_, stopSecond := h.watch("op")
	stopFirst()
	require.Len(t, h.watchers["op"], 1)
	stopSecond()
	require.Empty(t, h.watchers)
	h.tell([]string{"op"})
}
