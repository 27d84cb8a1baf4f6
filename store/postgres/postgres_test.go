package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/postgres"
	"github.com/anteroom/anteroom/store/relational"
	"github.com/anteroom/anteroom/store/storetest"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// begun makes a running operation.
func begun(tb testing.TB, db store.Store, id string) store.Ref {
	tb.Helper()
	_, err := db.CreateWorkspace(tb.Context(), "acme", start)
	require.NoError(tb, err)
	_, _, err = db.PutProject(tb.Context(), session.Project{Workspace: "acme", Name: "portal"}, start)
	require.NoError(tb, err)
	ref := store.Ref{Workspace: "acme", Operation: id}
	_, err = db.CreateOperation(tb.Context(), store.NewOperation{Operation: session.Operation{
		ID: id, Workspace: "acme", Project: "portal", SessionID: "session-" + id, Kind: session.OperationCreate,
		State: session.OperationQueued, CreatedAt: start, StartDeadline: start.Add(time.Hour),
	}})
	require.NoError(tb, err)
	_, err = db.BeginOperation(tb.Context(), advance(ref, 1))
	require.NoError(tb, err)
	return ref
}

func advance(ref store.Ref, seq int64) store.Transition {
	return store.Transition{Ref: ref, RunID: "run", Seq: seq, State: session.OperationRunning, Step: session.StepNavigating, Attempt: 1, At: start}
}

func TestWatch_WhenAnotherProcessWrites_Tells(t *testing.T) {
	t.Parallel()
	url := shared.migrated(t)
	here, there := open(t, url), open(t, url)
	ref := begun(t, here, "op_1")
	changed, stop := there.Watch(ref.Operation)
	defer stop()
	for seq := int64(2); seq < 5; seq++ {
		drain(changed)
		_, err := here.AdvanceOperation(t.Context(), advance(ref, seq))
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			select {
			case <-changed:
			case <-time.After(10 * time.Second):
				return false
			}
			op, err := there.GetOperation(t.Context(), ref)
			return err == nil && op.Seq == seq
		}, 20*time.Second, time.Millisecond)
	}
}

func TestGetOperation_WhenPolled_SendsOneMessage(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	db := open(t, p.url(shared.migrated(t)))
	ref := begun(t, db, "op_1")
	require.Eventually(t, func() bool { // the listener looks for life beside it, and a first poll prepares its statement
		before := p.messages()
		for range 10 {
			_, err := db.GetOperation(t.Context(), ref)
			require.NoError(t, err)
		}
		return p.messages()-before == 10
	}, 10*time.Second, time.Millisecond)
}

func drain(changed <-chan struct{}) {
	select {
	case <-changed:
	default:
	}
}

func TestMigrate_WhenSeveralProcessesDo_HappensOnce(t *testing.T) {
	t.Parallel()
	url := shared.database(t)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() { _, _, errs[i] = postgres.Migrate(t.Context(), url, discard()) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	from, to, err := postgres.Migrate(t.Context(), url, discard())
	require.NoError(t, err)
	require.Equal(t, to, from, "a repeat has nothing to do")
	require.NoError(t, open(t, url).Ping(t.Context()))
}

func TestOpen_WhenTheSchemaIsMissing_SaysWhoMakesIt(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), shared.database(t), discard())
	require.ErrorIs(t, err, store.ErrNotMigrated)
	require.ErrorContains(t, err, `run "anteroom init" first`)
}

// newer makes the database one that a newer program migrated, for programs that know at least the schema version least.
func newer(t *testing.T, least string) string {
	t.Helper()
	url := shared.migrated(t)
	shared.execute(t, url, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	shared.execute(t, url, "UPDATE installation SET value = '"+least+"' WHERE name = 'least_schema'")
	return url
}

func TestOpen_WhenANewerProgramWroteTheSchema_Refuses(t *testing.T) {
	t.Parallel()
	url := newer(t, "9000")
	_, err := postgres.Open(t.Context(), url, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
	require.ErrorContains(t, err, "use the newer program")
	_, _, err = postgres.Migrate(t.Context(), url, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
}

func TestOpen_WhenANewerProgramOnlyAddedToTheSchema_GoesOn(t *testing.T) {
	t.Parallel()
	url := newer(t, "2")
	ref := begun(t, open(t, url), "op_1")
	_, err := open(t, url).GetOperation(t.Context(), ref)
	require.NoError(t, err)
	from, to, err := postgres.Migrate(t.Context(), url, discard())
	require.NoError(t, err)
	require.Equal(t, []int64{9999, 9999}, []int64{from, to}, "there is nothing to do")
}

func TestMigrations_WhenTheyBreakWhatProgramsKnow_SaySo(t *testing.T) {
	t.Parallel()
	storetest.RequireCompatible(t, os.DirFS("migrations"))
}

func TestOpen_WhenTheURLIsBroken_ShowsNoPassword(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://user:hunter2@host:port/name", discard())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestSchema_WhenATableIsNotTheInstallations_CarriesItsWorkspace(t *testing.T) {
	t.Parallel()
	ofNoWorkspace := []string{"installation", "browsers", "goose_db_version", "offers", "queues"}
	found := query(t, shared.migrated(t), `SELECT table_name::text FROM information_schema.tables t WHERE table_schema = 'public'
AND NOT EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_name = t.table_name AND column_name = 'workspace' AND is_nullable = 'NO')`)
	require.ElementsMatch(t, ofNoWorkspace, found)
}

func query(t *testing.T, url, statement string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	_, err = conn.Exec(t.Context(), "SET enable_seqscan = off")
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), statement)
	require.NoError(t, err, statement)
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err, statement)
	return values
}

func TestQueries_WhenRowsPileUp_CanUseAnIndex(t *testing.T) {
	t.Parallel()
	url := shared.migrated(t)
	for name, statement := range relational.Indexed {
		said := postgres.Translate(statement)
		for n, value := range []string{"'1'", "'1'", "'1'", "'1'", "'1'", "'1'"} {
			said = strings.ReplaceAll(said, fmt.Sprintf("$%d", n+1), value)
		}
		plan := strings.Join(query(t, url, "EXPLAIN "+said), "\n")
		require.Contains(t, plan, "Index", "%s: %s", name, plan)
		require.NotContains(t, plan, "Seq Scan", "%s: %s", name, plan)
	}
}
