//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	// readyTimeout bounds the start of a process of ours on a busy machine.
	readyTimeout = 60 * time.Second
	// stopPromise is how long a process may take to stop.
	stopPromise = 10 * time.Second
	// stopTimeout is when it is killed instead.
	stopTimeout = 25 * time.Second
	// pause is the time between two looks at a condition.
	pause = 20 * time.Millisecond
)

// child is a process of ours. What it prints is kept in files.
type child struct {
	name           string
	cmd            *exec.Cmd
	stdout, stderr string
	// tmp is where its browsers have their profiles.
	tmp    string
	exited chan struct{}
	// err is how it ended; read it after exited.
	err error
}

// spawn starts a process of ours with an environment of its own; everything it leaves is below the suite's directory.
func (s *suite) spawn(name, program string, env []string, args ...string) (*child, error) {
	dir, err := os.MkdirTemp(s.dir, name+"-")
	if err != nil {
		return nil, err
	}
	c := &child{
		name: name, tmp: filepath.Join(dir, "tmp"), exited: make(chan struct{}),
		stdout: filepath.Join(dir, "stdout"), stderr: filepath.Join(dir, "stderr"),
	}
	if err := errors.Join(os.Chmod(dir, 0o711), os.Mkdir(c.tmp, 0o700), os.Chmod(c.tmp, 0o711)); err != nil {
		return nil, err
	}
	c.cmd = exec.Command(program, args...)
	c.cmd.Dir = dir
	c.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + c.tmp, "GORACE=halt_on_error=0"}, env...)
	// A test process that dies must not leave servers behind.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := c.start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s.mu.Lock()
	s.children = append(s.children, c)
	s.mu.Unlock()
	return c, nil
}

func (c *child) start() error {
	stdout, err := os.Create(c.stdout)
	if err != nil {
		return err
	}
	defer func() { _ = stdout.Close() }()
	stderr, err := os.Create(c.stderr)
	if err != nil {
		return err
	}
	defer func() { _ = stderr.Close() }()
	c.cmd.Stdout, c.cmd.Stderr = stdout, stderr
	if err := c.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(c.exited)
		c.err = c.cmd.Wait()
	}()
	return nil
}

// firstLine waits for the first line that the process prints, and reads it as JSON.
func (c *child) firstLine(into any) error {
	deadline := time.Now().Add(readyTimeout)
	for {
		out, err := os.ReadFile(c.stdout)
		if err != nil {
			return err
		}
		if line, _, whole := bytes.Cut(out, []byte("\n")); whole {
			return json.Unmarshal(line, into)
		}
		select {
		case <-c.exited:
			return fmt.Errorf("%s ended before it was ready: %w\n%s", c.name, c.err, c.tail(20))
		case <-time.After(pause):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s was not ready within %s\n%s", c.name, readyTimeout, c.tail(20))
		}
	}
}

// stop asks the process to end and waits; it must end by itself, in time and with exit code 0.
func (c *child) stop() error {
	select {
	case <-c.exited:
		return c.end()
	default:
	}
	began := time.Now()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(stopTimeout):
		_ = c.kill()
		return fmt.Errorf("%s did not stop within %s", c.name, stopTimeout)
	}
	if c.err != nil {
		return fmt.Errorf("%s stopped with %w\n%s", c.name, c.err, c.tail(10))
	}
	if took := time.Since(began); took > stopPromise {
		return fmt.Errorf("%s took %s to stop", c.name, took)
	}
	return nil
}

// kill is kill -9, by process id, and waits.
func (c *child) kill() error {
	err := c.cmd.Process.Kill()
	<-c.exited
	return err
}

// end makes sure that the process is gone.
func (c *child) end() error {
	select {
	case <-c.exited:
		return nil
	default:
		return fmt.Errorf("%s still ran at the end of the suite: %w", c.name, c.kill())
	}
}

// complaint is what the race detector or a panic left in the log.
func (c *child) complaint() error {
	log, err := os.ReadFile(c.stderr)
	if err != nil {
		return err
	}
	for _, bad := range []string{"WARNING: DATA RACE", "\npanic: ", "fatal error: "} {
		if i := bytes.Index(log, []byte(bad)); i >= 0 {
			return fmt.Errorf("%s: %s", c.name, log[i:min(len(log), i+6000)])
		}
	}
	return nil
}

// tail returns the last lines of the log.
func (c *child) tail(lines int) string {
	log, err := os.ReadFile(c.stderr)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(log)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// showWhenFailed prints the end of the process's log when the test fails.
func (c *child) showWhenFailed(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the log of %s (%s):\n%s", c.name, c.stderr, c.tail(60))
		}
	})
}

// keepersOn are the process ids of the browser processes of a data directory.
func keepersOn(dataDir string) []int {
	var found []int
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		cmdline, _ := os.ReadFile(path)
		if bytes.Contains(cmdline, []byte("\x00browser\x00")) && bytes.Contains(cmdline, []byte("\x00--data-dir\x00"+dataDir+"\x00")) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				found = append(found, pid)
			}
		}
	}
	return found
}

// endKeepers ends the browser processes of a data directory, which outlive a process that was killed or has logins waiting.
func endKeepers(ctx context.Context, dataDir string) error {
	ctx, cancel := context.WithTimeout(ctx, stopPromise)
	defer cancel()
	for {
		pids := keepersOn(dataDir)
		if len(pids) == 0 {
			return nil
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGTERM)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("browser processes %v of %s did not end", pids, dataDir)
		case <-time.After(pause):
		}
	}
}

// noBrowserLeft waits until no process is left whose profile lies below dir.
func noBrowserLeft(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		left := processesBelow(dir)
		if len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes left behind: %s", strings.Join(left, "; "))
		case <-time.After(pause):
		}
	}
}

// processesBelow lists the processes that name a browser profile below dir in their command line, environment or working directory.
// A browser's children hide some of these, none of them all.
func processesBelow(dir string) []string {
	var found []string
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, proc := range all {
		cmdline, _ := os.ReadFile(proc + "/cmdline")
		environ, _ := os.ReadFile(proc + "/environ")
		cwd, _ := os.Readlink(proc + "/cwd")
		isBrowser := strings.Contains(string(cmdline)+string(environ)+cwd, "anteroom-browser-")
		if len(cmdline) > 0 && isBrowser && strings.Contains(string(cmdline)+string(environ)+cwd, dir) {
			found = append(found, filepath.Base(proc)+" "+strings.ReplaceAll(string(cmdline[:min(len(cmdline), 120)]), "\x00", " "))
		}
	}
	return found
}
