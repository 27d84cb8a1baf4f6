package postgres_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/postgres"
	"github.com/anteroom/anteroom/store/relational"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// begun makes a running operation.
func begun(t *testing.T, db store.Store, id string) store.Ref {
	t.Helper()
	_, err := db.CreateWorkspace(t.Context(), "acme", start)
	require.NoError(t, err)
	_, _, err = db.PutProject(t.Context(), session.Project{Workspace: "acme", Name: "portal"}, start)
	require.NoError(t, err)
	ref := store.Ref{Workspace: "acme", Operation: id}
	_, err = db.CreateOperation(t.Context(), store.NewOperation{Operation: session.Operation{
		ID: id, Workspace: "acme", Project: "portal", SessionID: "session-" + id, Kind: session.OperationCreate,
		State: session.OperationQueued, CreatedAt: start, StartDeadline: start.Add(time.Hour),
	}})
	require.NoError(t, err)
	_, err = db.BeginOperation(t.Context(), advance(ref, 1))
	require.NoError(t, err)
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
	require.ErrorContains(t, err, "anteroom init")
}

func TestOpen_WhenANewerProgramWroteTheSchema_Refuses(t *testing.T) {
	t.Parallel()
	url := shared.migrated(t)
	shared.execute(t, url, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	_, err := postgres.Open(t.Context(), url, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
	_, _, err = postgres.Migrate(t.Context(), url, discard())
	require.ErrorIs(t, err, store.ErrNewerSchema)
}

func TestOpen_WhenTheURLIsBroken_ShowsNoPassword(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://user:hunter2@host:port/name", discard())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestSchema_WhenATableIsNotTheInstallations_CarriesItsWorkspace(t *testing.T) {
	t.Parallel()
	ofNoWorkspace := []string{"installation", "browsers", "goose_db_version"}
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

// lonely is a server of one test, which may kill it.
func lonely(t *testing.T) *server {
	t.Helper()
	dir, err := filepath.Abs(t.TempDir())
	require.NoError(t, err)
	allowParents(t, dir)
	s, err := newServer(shared.programs, dir)
	require.NoError(t, err)
	require.NoError(t, s.start())
	t.Cleanup(func() { s.stop(syscall.SIGINT) })
	return s
}

func TestWrite_WhenTheServerRestarts_IsWaitedOut(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"stopped": syscall.SIGINT, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := lonely(t)
			db := open(t, s.migrated(t))
			ref := begun(t, db, "op_1")
			s.stop(signal)
			require.ErrorIs(t, db.Ping(t.Context()), store.ErrUnavailable, "who asks for health is told at once")
			written := make(chan error, 1)
			read := make(chan error, 1)
			go func() {
				_, err := db.AdvanceOperation(t.Context(), advance(ref, 2))
				written <- err
			}()
			go func() {
				_, err := db.GetOperation(t.Context(), ref)
				read <- err
			}()
			require.NoError(t, s.start())
			require.NoError(t, <-written)
			require.NoError(t, <-read)
			op, err := db.GetOperation(t.Context(), ref)
			require.NoError(t, err)
			require.Equal(t, int64(2), op.Seq)

			changed, stop := db.Watch(ref.Operation)
			defer stop()
			select {
			case <-changed: // looked again after the loss
			case <-time.After(10 * time.Second):
				require.Fail(t, "the watcher was not woken")
			}
		})
	}
}

func TestWrite_WhenTheServerStaysAway_IsTypedUnavailable(t *testing.T) {
	t.Parallel()
	s := lonely(t)
	db := open(t, s.migrated(t))
	ref := begun(t, db, "op_1")
	s.stop(syscall.SIGINT)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := db.AdvanceOperation(ctx, advance(ref, 2))
	require.ErrorIs(t, err, store.ErrUnavailable)
	_, err = db.ListProjects(ctx, "acme")
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.NoError(t, s.start(), "so that it can be stopped")
}
