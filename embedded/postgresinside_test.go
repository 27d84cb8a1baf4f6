//go:build temporal

package embedded

// Inside the package: steps of a start on PostgreSQL, one by one.

import (
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
	sqltool "go.temporal.io/server/tools/sql"

	"github.com/anteroom/anteroom/postgrestest"
	"github.com/anteroom/anteroom/session"
)

func target(t *testing.T, pg *postgrestest.Server, database string) *postgresTarget {
	t.Helper()
	found, err := parsePostgres(session.NewSecret(pg.URL(database)))
	require.NoError(t, err)
	require.NoError(t, found.ensureDatabases(t.Context()))
	return found
}

func schemas(found *postgresTarget) []postgresSchema {
	return postgresSchemas(found, (&postgresDatabase{target: found}).stores())
}

// breaking is a database whose statements fail after some.
type breaking struct {
	*sqltool.Connection

	left int
}

var errBroken = errors.New("broken off")

func (b *breaking) Exec(statement string, args ...any) error {
	if b.left == 0 {
		return errBroken
	}
	b.left--
	return b.Connection.Exec(statement, args...)
}

// brokenAfter are some numbers of statements, or all of them where ANTEROOM_TEST_EVERY_STATEMENT is set, which takes minutes.
func brokenAfter() []int {
	if os.Getenv("ANTEROOM_TEST_EVERY_STATEMENT") == "" {
		return []int{0, 1, 5, 17, 29}
	}
	every := make([]int, 150)
	for i := range every {
		every[i] = i
	}
	return every
}

// A start may be killed between any two statements of the schema: the next one goes on from there.
func TestSchema_WhenSetupWasBrokenOff_IsFinishedByTheNextStart(t *testing.T) {
	pg := postgrestest.Run(t)
	for _, after := range brokenAfter() {
		require.NoError(t, pg.Execute(t.Context(), "postgres", "DROP DATABASE IF EXISTS broken", "DROP DATABASE IF EXISTS broken_visibility"))
		found := target(t, pg, "broken")
		for _, s := range schemas(found) {
			conn, err := sqltool.NewConnection(s.sql, log.NewNoopLogger())
			require.NoError(t, err)
			require.NoError(t, schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: noSchema}, log.NewNoopLogger()).Run())
			update := &schema.UpdateConfig{SchemaName: s.statements, TargetVersion: s.want}
			err = schema.NewUpdateSchemaTask(&breaking{conn, after}, update, log.NewNoopLogger()).Run()
			if after < 30 {
				require.ErrorIs(t, err, errBroken, "after %d statements of %s", after, s.name)
			}
			conn.Close()

			require.NoError(t, s.upgrade(t.Context()), "after %d statements of %s", after, s.name)
			has, err := s.version(t.Context())
			require.NoError(t, err)
			require.Equal(t, s.want, has)
		}
	}
}

func TestSchema_WhenItIsOlder_IsUpgraded(t *testing.T) {
	pg := postgrestest.Run(t)
	for _, s := range schemas(target(t, pg, "older")) {
		conn, err := sqltool.NewConnection(s.sql, log.NewNoopLogger())
		require.NoError(t, err)
		require.NoError(t, schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: noSchema}, log.NewNoopLogger()).Run())
		update := &schema.UpdateConfig{SchemaName: s.statements, TargetVersion: "1.9"}
		require.NoError(t, schema.NewUpdateSchemaTask(conn, update, log.NewNoopLogger()).Run())
		conn.Close()
		has, err := s.version(t.Context())
		require.NoError(t, err)
		require.Equal(t, "1.9", has)

		require.NoError(t, s.upgrade(t.Context()))
		has, err = s.version(t.Context())
		require.NoError(t, err)
		require.Equal(t, s.want, has)
		require.NoError(t, s.upgrade(t.Context()), "a repeat has nothing to do")
	}
}

func TestLock_WhenItsConnectionIsLost_IsTakenAgainOrEndsTheServer(t *testing.T) {
	pg := postgrestest.Run(t)
	found := target(t, pg, "locked")
	end := newEnding()
	held, err := lockPostgres(t.Context(), found, slog.New(slog.DiscardHandler), end)
	require.NoError(t, err)
	taken := func() bool {
		other := &postgresLock{target: found}
		ok, err := other.take(t.Context())
		require.NoError(t, err)
		if ok {
			require.NoError(t, other.conn.Close(t.Context()))
		}
		return !ok
	}
	require.True(t, taken())
	const terminate = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
	require.NoError(t, pg.Execute(t.Context(), "locked", terminate))
	require.Eventually(t, taken, 4*lockPulse, 100*time.Millisecond, "it is taken again")
	require.NoError(t, end.reason())

	thief := &postgresLock{target: found}
	require.NoError(t, pg.Execute(t.Context(), "locked", terminate))
	require.Eventually(t, func() bool {
		ok, err := thief.take(t.Context())
		return err == nil && ok
	}, lockPulse, time.Millisecond)
	select {
	case <-end.done:
	case <-time.After(4 * lockPulse):
	}
	require.ErrorIs(t, end.reason(), ErrInUse)
	require.NoError(t, held.release())
	require.NoError(t, thief.conn.Close(t.Context()))
}

func TestTarget_WhenThePasswordIsOdd_ReachesPostgreSQLWhole(t *testing.T) {
	pg := postgrestest.Run(t)
	require.NoError(t, pg.Execute(t.Context(), "postgres", `CREATE ROLE guarded LOGIN CREATEDB PASSWORD 'a b+c%2F&d=/?#é'`))
	u := pg.URL("odd")
	_, rest, _ := strings.Cut(u, "@")
	found, err := parsePostgres(session.NewSecret("postgres://guarded:a%20b%2Bc%252F%26d=%2F%3F%23%C3%A9@" + rest))
	require.NoError(t, err)
	require.NoError(t, found.ensureDatabases(t.Context()))
	for _, s := range schemas(found) {
		require.NoError(t, s.upgrade(t.Context()))
	}
}
