package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/store/postgres"
)

// server is a PostgreSQL server of the tests' own, on a port of its own.
type server struct {
	programs, dir string
	port          int
	account       *syscall.Credential
	databases     atomic.Int64
	running       *exec.Cmd
	// template has the schema; it is made once and copied.
	template sync.Once
}

// shared is the server of all tests that leave it alone.
var shared *server

func TestMain(m *testing.M) {
	programs := programs()
	if programs == "" {
		if os.Getenv("CI") != "" {
			fmt.Fprintln(os.Stderr, "PostgreSQL's programs (initdb, postgres) are not installed: scripts/ensure postgres installs them")
			os.Exit(1)
		}
		fmt.Fprintln(os.Stderr, "skipped: PostgreSQL's programs (initdb, postgres) are not installed: scripts/ensure postgres installs them")
		os.Exit(0)
	}
	code := func() int {
		dir, err := os.MkdirTemp("", "anteroom-postgres-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if shared, err = newServer(programs, dir); err == nil {
			err = shared.start()
		}
		if err != nil {
			panic(err)
		}
		defer shared.stop(syscall.SIGINT)
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

// programs returns the folder of the newest PostgreSQL; empty without one. Debian keeps them off the PATH.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, initdb := range slices.Backward(found) {
		dir := filepath.Dir(initdb)
		if _, err := exec.LookPath(filepath.Join(dir, "postgres")); err == nil {
			return dir
		}
	}
	return ""
}

// newServer makes the files of a server in dir. PostgreSQL refuses to run as root, so that nobody runs it then.
func newServer(programs, dir string) (*server, error) {
	s := &server{programs: programs, dir: filepath.Join(dir, "data")}
	if os.Getuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		s.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // ids are small
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
	}
	out, err := s.command("initdb", "-D", s.dir, "-U", "anteroom", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing is waited for
	if err != nil {
		return nil, err
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	return s, listener.Close()
}

func (s *server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.programs, program), args...) //nolint:noctx // stopped by signal
	cmd.Dir = filepath.Dir(s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// start starts the server and waits until it answers.
func (s *server) start() error {
	s.running = s.command("postgres", "-D", s.dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300")
	var said strings.Builder
	s.running.Stderr = &said
	if err := s.running.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w: %s", err, said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop sends a signal (SIGINT: end all sessions; SIGKILL: crash) and waits for the end.
func (s *server) stop(signal os.Signal) {
	_ = s.running.Process.Signal(signal)
	_ = s.running.Wait()
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://anteroom@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

// database makes an empty database and returns its URL.
func (s *server) database(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d", s.databases.Add(1))
	s.execute(tb, s.url("postgres"), "CREATE DATABASE "+name)
	return s.url(name)
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
		s.execute(tb, s.url("postgres"), "CREATE DATABASE migrated")
		_, _, err := postgres.Migrate(tb.Context(), s.url("migrated"), discard())
		require.NoError(tb, err)
	})
	name := fmt.Sprintf("copy_%d", s.databases.Add(1))
	s.execute(tb, s.url("postgres"), "CREATE DATABASE "+name+" TEMPLATE migrated STRATEGY FILE_COPY")
	return s.url(name)
}

// open opens the store at url until the test ends.
func open(tb testing.TB, url string) *postgres.DB {
	tb.Helper()
	db, err := postgres.Open(tb.Context(), url, discard())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// allowParents lets the server's account pass through the folders above its own.
func allowParents(tb testing.TB, dir string) {
	tb.Helper()
	for parent := dir; strings.HasPrefix(parent, os.TempDir()) && parent != os.TempDir(); parent = filepath.Dir(parent) {
		require.NoError(tb, os.Chmod(parent, 0o755)) //nolint:gosec // a folder of a test
	}
}
