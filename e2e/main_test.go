//go:build e2e

package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// parallelTests is how many tests run at once: each logs in with a browser, on a machine that may have two processors.
const parallelTests = "3"

// binariesVariable names a folder with both binaries, for somebody who writes tests and does not want to link them each time.
const binariesVariable = "E2E_BINARIES"

// suite is what all tests share.
type suite struct {
	// dir holds everything that the tests write; users other than ours may pass through, since the browser is one.
	dir string
	// anteroom is built with the race detector; standalone holds the Temporal server and is not.
	anteroom, standalone string
	// temporal and shared are what most tests speak to; startShape makes them, stopShape ends what it made.
	temporal  *temporalProcess
	shared    *server
	stopShape func() error

	mu       sync.Mutex // guards children
	children []*child
}

var everything = &suite{}

func TestMain(m *testing.M) {
	if isWorker() { // see crash_worker_test.go
		os.Exit(runWorker())
	}
	flag.Parse()
	_ = flag.Set("test.parallel", parallelTests)
	os.Exit(run(m))
}

func run(m *testing.M) int {
	began := time.Now()
	if err := everything.start(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: start the suite:", err)
		everything.end(true)
		return 1
	}
	fmt.Fprintf(os.Stderr, "e2e: built and started in %s\n", time.Since(began).Round(time.Second))
	code := m.Run()
	if !everything.end(code != 0) && code == 0 {
		code = 1
	}
	return code
}

func (s *suite) start() error {
	if _, err := findChromium(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "anteroom-e2e-")
	if err != nil {
		return err
	}
	s.dir = dir
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	if err := s.build(); err != nil {
		return err
	}
	return s.startShape()
}

// findChromium fails the suite early: without a browser nothing here means anything.
func findChromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium found: install chromium-headless-shell")
}

// build compiles both binaries, the standalone one as scripts/build does, so that the Temporal server is compiled once.
func (s *suite) build() error {
	if dir := os.Getenv(binariesVariable); dir != "" {
		s.anteroom, s.standalone = filepath.Join(dir, "anteroom"), filepath.Join(dir, "anteroom-standalone")
		return nil
	}
	s.anteroom, s.standalone = filepath.Join(s.dir, "anteroom"), filepath.Join(s.dir, "anteroom-standalone")
	for _, b := range []struct {
		cgo  string
		args []string
	}{
		{"1", []string{"build", "-race", "-o", s.anteroom, "../cmd/anteroom"}},
		{"0", []string{"build", "-trimpath", "-o", s.standalone, "../cmd/anteroom-standalone"}},
	} {
		cmd := exec.Command("go", b.args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+b.cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %v: %w\n%s", b.args, err, out)
		}
	}
	return nil
}

// end stops what still runs and looks at what all children left behind; it reports whether all was well.
func (s *suite) end(failed bool) bool {
	well := true
	complain := func(err error) {
		if err != nil {
			well = false
			fmt.Fprintln(os.Stderr, "e2e:", err)
		}
	}
	if s.stopShape != nil {
		complain(s.stopShape())
	}
	for _, c := range s.children {
		complain(c.end())
		complain(c.complaint())
	}
	if s.dir != "" {
		complain(noBrowserLeft(context.Background(), s.dir))
		if failed || !well {
			fmt.Fprintln(os.Stderr, "e2e: logs and data are kept in", s.dir)
			return well
		}
		complain(os.RemoveAll(s.dir))
	}
	return well
}
