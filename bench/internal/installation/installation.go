// Package installation runs Anteroom as its users do: a process of the standalone binary, spoken to over HTTP. It imports
// client and session.
package installation

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

const (
	// startTimeout bounds a start, one with thousands of waiting logins too.
	startTimeout = 2 * time.Minute
	// stopTimeout is when a process that was asked to stop is killed.
	stopTimeout = 30 * time.Second
	// pollTimeout is more than the longest long poll.
	pollTimeout = 90 * time.Second
)

// AnswerWait is how long a project's questions should wait: longer than any benchmark, nobody's time must be up.
const AnswerWait = "12h"

// Options say what is run.
type Options struct {
	// Command is the program and what comes before its own arguments: a wrapper may run it.
	Command []string
	// DataDir is kept over restarts.
	DataDir string
	// Browser is the browser's program.
	Browser string
	// Temporal is host:port of its Temporal server; empty for a free port.
	Temporal string
	// Args are more arguments of "up".
	Args []string
	// Log takes what the process logs.
	Log *os.File
}

// Installation is a running process. The caller must Stop or Kill it.
type Installation struct {
	// API is its base URL, Key what it asks for, Client a client of the default workspace.
	API    string
	Key    session.Secret
	Client *client.Client

	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts everything in one process and returns when its API is there.
func Start(ctx context.Context, o Options) (*Installation, error) {
	args := slices.Concat(o.Command[1:], []string{
		"up", "--json", "--listen", "127.0.0.1:0", "--temporal-listen", cmp.Or(o.Temporal, "127.0.0.1:0"), "--temporal-ui-listen", "127.0.0.1:0",
		"--network-allow", "127.0.0.0/8", "--data-dir", o.DataDir, "--browser-path", o.Browser,
	}, o.Args)
	cmd := exec.Command(o.Command[0], args...) //nolint:gosec,noctx // the program is whoever runs the benchmark's; Stop ends it
	cmd.Stderr = o.Log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s, which `make build` makes: %w", o.Command[0], err)
	}
	i := &Installation{cmd: cmd, exited: make(chan struct{})}
	lines := make(chan []byte, 1)
	go func() {
		defer close(i.exited)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			select {
			case lines <- append([]byte(nil), scanner.Bytes()...):
			default:
			}
		}
		_ = cmd.Wait()
	}()
	if err := i.connect(ctx, lines); err != nil {
		return nil, errors.Join(fmt.Errorf("start Anteroom: %w", err), i.Kill())
	}
	return i, nil
}

// connect waits for the line that says where the API is.
func (i *Installation) connect(ctx context.Context, lines <-chan []byte) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var first struct {
		API        string `json:"api"`
		APIKeyFile string `json:"apiKeyFile"`
	}
	select {
	case line := <-lines:
		if err := json.Unmarshal(line, &first); err != nil {
			return fmt.Errorf("read its first line: %w", err)
		}
	case <-i.exited:
		return errors.New("it ended; its log says why")
	case <-ctx.Done():
		return errors.New("it did not say where its API is")
	}
	key, err := os.ReadFile(first.APIKeyFile)
	if err != nil {
		return err
	}
	i.API, i.Key = first.API, session.NewSecret(strings.TrimSpace(string(key)))
	transport := &http.Transport{MaxIdleConnsPerHost: 1000}
	i.Client, err = client.New(i.API, i.Key, &http.Client{Timeout: pollTimeout, Transport: transport})
	return err
}

// PID is the process id.
func (i *Installation) PID() int { return i.cmd.Process.Pid }

// Stop lets the process end by itself.
func (i *Installation) Stop() error {
	if err := i.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-i.exited:
		return nil
	case <-time.After(stopTimeout):
		return errors.Join(errors.New("it did not stop in time, and was killed"), i.Kill())
	}
}

// Kill is kill -9.
func (i *Installation) Kill() error {
	if err := i.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-i.exited
	return nil
}
