//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Exit codes, as "anteroom exit-codes" documents them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitLoginFailed = 3
	exitNeedsAnswer = 4
	exitNotFound    = 5
)

// ran is what a command did.
type ran struct {
	code           int
	stdout, stderr string
}

// cli runs a command of the light binary against the server.
func (srv *server) cli(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), loginTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, everything.anteroom, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "ANTEROOM_API=" + srv.API, "ANTEROOM_API_KEY_FILE=" + srv.APIKeyFile}
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	require.NotContains(t, stderr.String(), "DATA RACE")
	require.NotContains(t, stdout.String()+stderr.String(), srv.key)
	return ran{code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// exits requires the exit code and that no secret was printed.
func (r ran) exits(t *testing.T, code int, secrets ...string) ran {
	t.Helper()
	require.Equal(t, code, r.code, "%s\n%s", r.stdout, r.stderr)
	for _, s := range secrets {
		require.NotContains(t, r.stdout+r.stderr, s)
	}
	return r
}

func (r ran) json(t *testing.T, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(r.stdout), into), "%s", r.stdout)
}

func TestCLI_LoginWithPasswordFromStandardInput_LogsIn(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	r := srv.cli(t, l.Password()+"\n", "login", a.project, "-u", "ada", "--id", "ada", "--password-file", "-", "--json").exits(t, exitOK, l.Password())
	var done struct{ OperationID, SessionID, Status string }
	r.json(t, &done)
	require.Equal(t, "ada", done.SessionID)
	require.Equal(t, "ready", done.Status)

	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte(l.Password()+"\n"), 0o600))
	r = srv.cli(t, "", "login", a.project, "-u", "bob", "--id", "bob", "--password-file", file).exits(t, exitOK, l.Password())
	require.Contains(t, r.stdout, "session bob is ready")
}

func TestCLI_LoginAsksForPasswordAndCode(t *testing.T) {
	t.Parallel()
	texts := make(chan loginlab.Message, 1)
	srv, l := sharedServer(t), newLab(t, loginlab.Options{OnCode: func(m loginlab.Message) { texts <- m }})
	a := onSite(t, srv, l, "code")
	ctx, cancel := context.WithTimeout(t.Context(), loginTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, everything.anteroom, "login", a.project, "-u", "ada", "--id", "ada")
	cmd.Env = []string{"HOME=" + t.TempDir(), "ANTEROOM_API=" + srv.API, "ANTEROOM_API_KEY_FILE=" + srv.APIKeyFile}
	person, err := cmd.StdinPipe()
	require.NoError(t, err)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	_, err = person.Write([]byte(l.Password() + "\n"))
	require.NoError(t, err)
	select {
	case m := <-texts:
		_, err = person.Write([]byte(m.Code + "\n"))
		require.NoError(t, err)
	case <-ctx.Done():
		require.Fail(t, "no code was texted")
	}
	require.NoError(t, cmd.Wait(), out.String())
	require.Contains(t, out.String(), "session ada is ready")
	require.NotContains(t, out.String(), l.Password())
}

func TestCLI_AsyncThenAnswerThenExport(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	var started struct{ OperationID string }
	srv.cli(t, l.Password(), "login", a.project, "-u", "ada", "--id", "ada", "--password-file", "-", "--async", "--json").
		exits(t, exitOK, l.Password()).json(t, &started)
	a.asked(started.OperationID)

	var listed []session.Operation
	srv.cli(t, "", "operations", "--project", a.project, "--state", "waiting", "--json").exits(t, exitOK).json(t, &listed)
	require.Len(t, listed, 1)
	require.Equal(t, started.OperationID, listed[0].ID)
	require.Contains(t, srv.cli(t, "", "operations", "--project", a.project).exits(t, exitOK).stdout, "waiting_input")

	code := l.code(t, "code", "ada")
	srv.cli(t, code+"\n", "answer", started.OperationID, "--value-file", "-").exits(t, exitOK, code)
	a.done(started.OperationID)
	srv.cli(t, code+"\n", "answer", started.OperationID, "--value-file", "-").exits(t, exitFailure, code)

	var sessions []struct{ ID, Status string }
	srv.cli(t, "", "sessions", a.project, "--json").exits(t, exitOK).json(t, &sessions)
	require.Len(t, sessions, 1)
	require.Equal(t, "READY", sessions[0].Status)
	require.Contains(t, srv.cli(t, "", "sessions", a.project).exits(t, exitOK).stdout, "READY")

	var state session.StorageState
	srv.cli(t, "", "export", "ada", "--project", a.project).exits(t, exitOK).json(t, &state)
	require.NotEmpty(t, state.Cookies)
	file := filepath.Join(t.TempDir(), "state.json")
	srv.cli(t, "", "export", "ada", "--project", a.project, "--out", file).exits(t, exitOK, state.Cookies[0].Value)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	srv.cli(t, "", "sessions", a.project, "--delete", "ada").exits(t, exitOK)
	srv.cli(t, "", "export", "ada", "--project", a.project).exits(t, exitNotFound)
}

func TestCLI_WhatGoesWrong_HasItsExitCode(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	code, plain := onSite(t, srv, l, "code"), onSite(t, srv, l, "password")
	password := l.Password()

	r := srv.cli(t, "wrong-password-of-ada", "login", plain.project, "-u", "ada", "--password-file", "-", "--json").exits(t, exitLoginFailed, "wrong-password-of-ada")
	var failed struct {
		Status  string
		Failure session.Failure
	}
	r.json(t, &failed)
	require.Equal(t, session.FailureCredential, failed.Failure.Class)

	srv.cli(t, password, "login", code.project, "-u", "ada", "--password-file", "-", "--no-input").exits(t, exitNeedsAnswer, password)
	srv.cli(t, "", "login").exits(t, exitUsage)
	srv.cli(t, "", "export", "ada").exits(t, exitUsage)
	srv.cli(t, "", "login", plain.project, "--password", password).exits(t, exitUsage)
	srv.cli(t, "", "nonsense").exits(t, exitUsage)
	srv.cli(t, password, "login", "no-such-project", "-u", "ada", "--password-file", "-").exits(t, exitNotFound, password)
	srv.cli(t, "1", "answer", "op_none", "--value-file", "-").exits(t, exitNotFound)
	srv.cli(t, "", "operations", "--cancel", "op_none").exits(t, exitNotFound)
	srv.cli(t, "", "sessions", plain.project, "--api", "http://127.0.0.1:1").exits(t, exitFailure)
	srv.cli(t, "", "sessions", plain.project, "--api-key-file", filepath.Join(t.TempDir(), "none")).exits(t, exitUsage)
}

func TestCLI_WithATOTPSecretFile_AsksNobody(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "totp")
	file := filepath.Join(t.TempDir(), "totp")
	require.NoError(t, os.WriteFile(file, []byte(l.TOTPSecret()), 0o600))
	srv.cli(t, l.Password(), "login", a.project, "-u", "ada", "--password-file", "-", "--totp-secret-file", file, "--no-input").
		exits(t, exitOK, l.Password(), l.TOTPSecret())
}

func TestCLI_CancelOfAWaitingLogin_EndsIt(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	a.asked(op)
	began := time.Now()
	srv.cli(t, "", "operations", "--cancel", op).exits(t, exitOK)
	a.state(op, session.OperationCanceled)
	require.Less(t, time.Since(began), 20*time.Second)
}
