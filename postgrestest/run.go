package postgrestest

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// Run starts a server until the test ends. The test is skipped where PostgreSQL is not installed, and fails there in CI.
func Run(tb testing.TB) *Server {
	tb.Helper()
	if _, err := Find(); errors.Is(err, ErrNoPrograms) && os.Getenv("CI") == "" { //nolint:forbidigo // tests only
		tb.Skip(err)
	}
	s, err := New(tb.TempDir())
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Stop(syscall.SIGINT) })
	return s
}
