package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// Owner is the role that may do everything; it needs no password.
	Owner = "anteroom"
	// Guarded is the name of a role that has to give its password. The test makes it.
	Guarded = "guarded"
	// startTimeout bounds the start of a server, its recovery after a crash included.
	startTimeout = time.Minute
)

// ErrNoPrograms means that PostgreSQL is not installed.
var ErrNoPrograms = errors.New("PostgreSQL's programs (initdb, postgres) are not installed: scripts/ensure postgres installs them")

// Server is a PostgreSQL server on 127.0.0.1. It is not for several goroutines.
type Server struct {
	programs, dir string
	port          int
	account       *syscall.Credential
	running       *exec.Cmd
}

// Find returns the folder of the newest PostgreSQL's programs, or ErrNoPrograms. Debian keeps them off the PATH.
func Find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNoPrograms
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

// version reads 15 from /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// New makes the files of a server in dir, an existing empty folder that the caller removes. PostgreSQL refuses to run as
// root: then nobody owns dir, and the folders above it below the system's temporary one become passable. Nothing runs yet.
func New(dir string) (*Server, error) {
	programs, err := Find()
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs, dir: filepath.Join(dir, "data")}
	if os.Getuid() == 0 {
		if s.account, err = handOver(dir); err != nil {
			return nil, err
		}
	}
	out, err := s.command("initdb", "-D", s.dir, "-U", Owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if err := s.guard(); err != nil {
		return nil, err
	}
	s.port, err = freePort()
	return s, err
}

// handOver gives dir to the user nobody and lets it pass through the folders above.
func handOver(dir string) (*syscall.Credential, error) {
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, err
	}
	for parent := filepath.Dir(dir); strings.HasPrefix(parent, os.TempDir()+"/"); parent = filepath.Dir(parent) {
		if err := os.Chmod(parent, 0o755); err != nil { //nolint:gosec // a folder of a test
			return nil, err
		}
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// guard asks the role Guarded for a password: the first line that fits counts.
func (s *Server) guard() error {
	name := filepath.Join(s.dir, "pg_hba.conf")
	rest, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	rule := "host all " + Guarded + " 127.0.0.1/32 scram-sha-256\n"
	return os.WriteFile(name, append([]byte(rule), rest...), 0o600) // keeps its owner
}

func freePort() (int, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("not a TCP address"), listener.Close())
	}
	return address.Port, listener.Close()
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	//nolint:gosec,noctx // PostgreSQL's own programs; stopped by signal
	cmd := exec.Command(filepath.Join(s.programs, program), args...)
	cmd.Dir = filepath.Dir(s.dir)
	// A server does not outlive its test, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// Start starts the server, again after Stop, and returns when it answers. The caller must Stop it.
func (s *Server) Start() error {
	s.running = s.command("postgres", "-D", s.dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300")
	var said bytes.Buffer
	s.running.Stderr = &said
	if err := s.running.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			s.Stop(syscall.SIGKILL)
			return fmt.Errorf("the server does not answer: %w: %s", err, said.String())
		case <-tick.C:
		}
	}
}

// Stop sends a signal (SIGINT: end all sessions; SIGKILL: crash) and waits for the end. Stopping a server that does not run
// is harmless.
func (s *Server) Stop(signal os.Signal) {
	if s.running == nil {
		return
	}
	_ = s.running.Process.Signal(signal)
	_ = s.running.Wait()
	s.running = nil
}

// Port is the server's port; it stays the same over restarts.
func (s *Server) Port() int { return s.port }

// URL is how Owner connects to a database.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", Owner, s.port, database)
}

// Execute runs statements as Owner, each in a transaction of its own.
func (s *Server) Execute(ctx context.Context, database string, statements ...string) error {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", statement, err), conn.Close(ctx))
		}
	}
	return conn.Close(ctx)
}
