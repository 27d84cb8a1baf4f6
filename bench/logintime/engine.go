package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// pollEvery is how often the operation is looked at: the resolution of the engine's times.
const pollEvery = 2 * time.Millisecond

// projectName is the project of the measured logins.
const projectName = "bench"

// engine is a standalone Anteroom in a process of its own, used over HTTP.
type engine struct{ api *client.Client }

func startEngine(ctx context.Context, program, executable string) (*engine, func(), error) {
	dir, err := os.MkdirTemp("", "bench-anteroom-")
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, program, "up", "--json", "--listen", "127.0.0.1:0", //nolint:gosec // the program is whoever runs the benchmark's
		"--temporal-listen", "127.0.0.1:0", "--temporal-ui-listen", "127.0.0.1:0",
		"--network-allow", "127.0.0.0/8", "--data-dir", dir, "--browser-path", executable)
	cmd.Stderr = nil
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s, which `make build` makes: %w", program, err)
	}
	stop := func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	var first struct {
		API        string `json:"api"`
		APIKeyFile string `json:"apiKeyFile"`
	}
	scanner := bufio.NewScanner(out)
	if !scanner.Scan() || json.Unmarshal(scanner.Bytes(), &first) != nil {
		stop()
		return nil, nil, errors.New("start Anteroom: it did not say where its API is")
	}
	api, err := connect(first.API, first.APIKeyFile)
	if err != nil {
		stop()
		return nil, nil, err
	}
	return &engine{api: api}, stop, nil
}

func connect(address, keyFile string) (*client.Client, error) {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	c, err := client.New(address, session.NewSecret(strings.TrimSpace(string(key))), &http.Client{Timeout: time.Minute})
	if err != nil {
		return nil, err
	}
	return c.In(client.DefaultWorkspace), nil
}

func (e *engine) name() string { return "engine" }

func (e *engine) prepare(ctx context.Context, t *target) error {
	_, _, err := e.api.PutProject(ctx, session.Project{Name: projectName, LoginURL: t.loginURL})
	return err
}

// login measures from the moment that the start was accepted. captured is when the state was captured, total when the
// session was proven.
func (e *engine) login(ctx context.Context, a account) (sample, error) {
	id, err := e.api.Start(ctx, projectName, client.StartRequest{Parameters: map[string]session.Secret{
		"username": session.NewSecret(a.User), "password": session.NewSecret(a.Password), "totpSecret": session.NewSecret(a.secret),
	}})
	if err != nil {
		return sample{}, err
	}
	began := time.Now()
	s := sample{steps: map[string]time.Duration{}}
	step, since := "queued", began
	for {
		op, err := e.api.Operation(ctx, id)
		if err != nil {
			return s, err
		}
		now := time.Now()
		if current := string(op.Step); current != step && current != "" || op.State.Final() {
			s.steps[step] += now.Sub(since)
			if op.Step == session.StepVerifying && s.captured == 0 {
				s.captured = now.Sub(began)
			}
			step, since = current, now
		}
		if op.State.Final() {
			s.proof = now.Sub(began) - s.captured
			s.total = s.captured
			return s, ending(op)
		}
		time.Sleep(pollEvery)
	}
}

func ending(op session.Operation) error {
	if op.State == session.OperationSucceeded {
		return nil
	}
	if op.Failure != nil {
		return fmt.Errorf("the login ended %s: %w", op.State, op.Failure)
	}
	return fmt.Errorf("the login ended %s", op.State)
}
