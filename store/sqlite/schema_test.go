package sqlite

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store/relational"
)

// ofNoWorkspace are the tables of the whole installation.
var ofNoWorkspace = map[string]bool{"installation": true, "browsers": true, "offers": true, "queues": true, "goose_db_version": true, "sqlite_sequence": true}

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
	tables := column(t, db, 1, "SELECT name FROM sqlite_schema WHERE type = 'table'")
	require.Greater(t, len(tables), len(ofNoWorkspace))
	for _, table := range tables {
		bound := column(t, db, 1, `SELECT name FROM pragma_table_info(?1) WHERE name = 'workspace' AND "notnull" + pk > 0`, table)
		require.Equal(t, !ofNoWorkspace[table], len(bound) == 1, table)
	}
}

func TestQueries_WhenRowsPileUp_StillSearchAnIndex(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	for name, query := range relational.Indexed {
		plan := column(t, db, 4, "EXPLAIN QUERY PLAN "+query, 0, 0, 0, 0, 0)
		require.NotEmpty(t, plan, name)
		for _, step := range plan {
			if strings.HasPrefix(step, "LIST SUBQUERY") || strings.HasPrefix(step, "SCALAR SUBQUERY") || strings.HasPrefix(step, "CORRELATED SCALAR SUBQUERY") {
				continue // its own step follows
			}
			require.Contains(t, step, "SEARCH", "%s: %s", name, strings.Join(plan, "; "))
		}
	}
}

// column returns the n-th column of what a query answers.
func column(t *testing.T, db *DB, n int, query string, args ...any) []string {
	t.Helper()
	rows, err := db.file.readers.QueryContext(t.Context(), query, args...)
	require.NoError(t, err, query)
	defer func() { _ = rows.Close() }()
	var values []string
	for rows.Next() {
		into := make([]any, n)
		for i := range into[:n-1] {
			into[i] = new(any)
		}
		var value string
		into[n-1] = &value
		require.NoError(t, rows.Scan(into...), query)
		values = append(values, value)
	}
	require.NoError(t, rows.Err(), query)
	return values
}

func TestWrite_WhenWaitingForATurnTakesTooLong_GivesUp(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	db.file.turn <- struct{}{} // somebody writes
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.BindVault(ctx, "key"), ctx.Err())
	require.Error(t, ctx.Err())
	<-db.file.turn
	require.NoError(t, db.BindVault(t.Context(), "key"))
}

func TestWrite_WhenItPanics_LetsOthersWrite(t *testing.T) {
	t.Parallel()
	db := openInside(t)
	require.Panics(t, func() {
		_ = db.file.Write(t.Context(), func(context.Context, relational.Tx) ([]string, error) { panic("bug") })
	})
	require.NoError(t, db.BindVault(t.Context(), "key"))
}
