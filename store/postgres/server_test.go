package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/postgrestest"
	"github.com/anteroom/anteroom/store/postgres"
)

// server is a PostgreSQL server of the tests' own.
type server struct {
	*postgrestest.Server

	databases atomic.Int64
	// template has the schema; it is made once and copied.
	template sync.Once
}

// shared is the server of all tests that leave it alone.
var shared *server

func TestMain(m *testing.M) {
	code := func() int {
		dir, err := os.MkdirTemp("", "anteroom-postgres-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if shared, err = newServer(dir); err == nil {
			err = shared.Start()
		}
		if errors.Is(err, postgrestest.ErrNoPrograms) && os.Getenv("CI") == "" {
			fmt.Fprintln(os.Stderr, "skipped:", err)
			return 0
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer shared.Stop(syscall.SIGINT)
		return m.Run()
	}()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func newServer(dir string) (*server, error) {
	s, err := postgrestest.New(dir)
	return &server{Server: s}, err
}

// database makes an empty database and returns its URL.
func (s *server) database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d", s.databases.Add(1))
	s.execute(tb, s.URL("postgres"), "CREATE DATABASE "+name)
	return s.URL(name)
}

func (s *server) execute(tb testing.TB, url, statement string) {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, conn.Close(context.WithoutCancel(tb.Context()))) }()
	_, err = conn.Exec(tb.Context(), statement)
	require.NoError(tb, err, statement)
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// migrated makes a database with the schema.
func (s *server) migrated(tb testing.TB) string {
	tb.Helper()
	s.template.Do(func() {
		s.execute(tb, s.URL("postgres"), "CREATE DATABASE migrated")
		_, _, err := postgres.Migrate(tb.Context(), s.URL("migrated"), discard())
		require.NoError(tb, err)
	})
	name := fmt.Sprintf("copy_%d", s.databases.Add(1))
	s.execute(tb, s.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE migrated STRATEGY FILE_COPY")
	return s.URL(name)
}

// open opens the store at url until the test ends.
func open(tb testing.TB, url string) *postgres.DB {
	tb.Helper()
	db, err := postgres.Open(tb.Context(), url, discard())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}
