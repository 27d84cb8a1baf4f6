package process

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/config"
)

// lockEnv names the data directory that a child of the tests tries to open.
const lockEnv = "TEST_DATA_DIR_TO_OPEN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(lockEnv); dir != "" {
		os.Exit(openAsChild(dir))
	}
	if len(os.Args) > 1 && os.Args[1] == "browser" {
		os.Exit(keepNothing(os.Args[2:]))
	}
	goleak.VerifyTestMain(m)
}

// openAsChild opens the data directory and, if that worked, keeps it until standard input ends.
func openAsChild(dir string) int {
	d, err := openDataDir(dir, lockFile)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("opened", d.path)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// alone is a process with every part.
var alone = Parts{API: true, Worker: true, Alone: true}

// newProcess is a process of which nothing is started.
func newProcess(t *testing.T) *Process {
	t.Helper()
	c := &config.Config{DataDir: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0"}
	return &Process{
		o:      Options{Config: c, Parts: alone, Progress: func(string) {}},
		logger: slog.New(slog.DiscardHandler), failed: make(chan error, 1),
	}
}

// at is when things happen in tests that name a time.
var at = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
