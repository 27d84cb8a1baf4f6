package commands_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
)

const (
	start  = "POST " + sessions + "/create"
	result = "GET " + sessions + "/create/op_1/result"
	resume = "POST " + sessions + "/create/op_1/resume"
)

var (
	question = map[string]any{
		"id": "ask_1", "number": 1, "kind": "code", "message": "The site texted a code.", "maskedTarget": "•••• 42",
		"fields":    []any{map[string]any{"name": "code", "type": "code", "label": "Code", "secret": true}},
		"expiresAt": "2026-01-02T03:04:05Z",
	}
	asks = map[string]any{"status": "requested_more_info", "details": map[string]any{"infoRequest": question}}
	done = map[string]any{"status": "done", "authSessionId": "alice"}
	fail = map[string]any{"status": "failed", "details": map[string]any{"failure": map[string]any{
		"class": "credential", "code": "wrong_password", "message": "The site refused the password.",
	}}}
)

// starts is an API where a login of "demo" starts and then gives these results.
func starts(t *testing.T, results ...any) *fakeAPI {
	t.Helper()
	f := newAPI(t).on(start, http.StatusAccepted, map[string]any{"operationId": "op_1", "status": "started"})
	for _, r := range results {
		f.on(result, http.StatusOK, r)
	}
	return f.on(resume, http.StatusAccepted, nil)
}

func parametersOf(f *fakeAPI) map[string]any {
	return f.body(start)["parameters"].(map[string]any)
}

func TestLogin_AsksForPasswordAndCode_OnStderrOnly(t *testing.T) {
	t.Parallel()
	f := starts(t, asks, done)
	e := f.run(canary+"\n 123456 \n", "login", "demo", "-u", "ada")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "session alice is ready\n", e.out, "the result alone")
	for _, told := range []string{"Password: ", "started op_1", "The site texted a code.", "It was sent to •••• 42.", "Code: "} {
		require.Contains(t, e.err, told)
	}
	require.Equal(t, map[string]any{"username": "ada", "password": canary}, parametersOf(f))
	require.Equal(t, map[string]any{"info_request_id": "ask_1", "values": map[string]any{"code": "123456"}}, f.body(resume))
	require.Equal(t, "ak_test", f.asked[0].key)
}

func TestLogin_WithJSON_PrintsOneValue(t *testing.T) {
	t.Parallel()
	e := starts(t, asks, done).run(canary+"\n123456\n", "login", "demo", "-u", "ada", "--json")
	require.Zero(t, e.code, e.err)
	require.Equal(t, map[string]any{"operationId": "op_1", "sessionId": "alice", "status": "ready"}, e.decode(t))
}

func TestLogin_ThatFails_TellsClassAndCode(t *testing.T) {
	t.Parallel()
	e := starts(t, fail).run(canary, "login", "demo", "-u", "ada")
	require.Equal(t, 3, e.code)
	require.Contains(t, e.err, "The site refused the password. (credential/wrong_password)")
	require.Empty(t, e.out)

	e = starts(t, fail).run(canary, "login", "demo", "-u", "ada", "--json")
	require.Equal(t, 3, e.code)
	require.Equal(t, map[string]any{"operationId": "op_1", "status": "failed", "failure": map[string]any{
		"class": "credential", "code": "wrong_password", "message": "The site refused the password.",
	}}, e.decode(t))
}

func TestLogin_ThatMayNotAsk_EndsWithItsOwnCode(t *testing.T) {
	t.Parallel()
	f := starts(t, asks)
	e := f.run("", "login", "demo", "-u", "ada", "--no-input")
	require.Equal(t, 4, e.code)
	require.Contains(t, e.err, "ask_1")
	require.Contains(t, e.err, "op_1")
	require.Equal(t, map[string]any{"username": "ada"}, parametersOf(f), "no password is asked for either")

	e = starts(t, asks).run(canary, "login", "demo", "-u", "ada", "--password-file", "-")
	require.Equal(t, 4, e.code, "standard input is used up: %s", e.err)
	require.Contains(t, e.err, "no terminal to ask on")
}

func TestLogin_WithoutATerminalForThePassword_StartsNothing(t *testing.T) {
	t.Parallel()
	f := starts(t, done)
	e := f.run("", "login", "demo", "-u", "ada")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "ask for Password")
	require.Empty(t, f.asked)
}

func TestLogin_ReadsSecretsFromFilesAndStandardInput(t *testing.T) {
	t.Parallel()
	f := starts(t, done)
	e := f.run("", "login", "demo", "-u", "ada", "--id", "alice", "--name", "Alice", "--password-file", file(t, canary+"\r\n"),
		"--totp-secret-file", file(t, "JBSWY3DPEHPK3PXP\n"), "--proxy-file", file(t, "http://u:p@proxy.example:3128\n"))
	require.Zero(t, e.code, e.err)
	require.Equal(t, map[string]any{
		"id": "alice", "authSessionDisplayName": "Alice", "proxy": "http://u:p@proxy.example:3128",
		"parameters": map[string]any{"username": "ada", "password": canary, "totpSecret": "JBSWY3DPEHPK3PXP"},
	}, f.body(start))

	f = starts(t, done)
	e = f.run(canary+"\n", "login", "demo", "--password-file", "-")
	require.Zero(t, e.code, e.err)
	require.Equal(t, map[string]any{"password": canary}, parametersOf(f))

	f = starts(t, done)
	e = f.run(canary+"\nJBSWY3DPEHPK3PXP\n", "login", "demo", "--totp-secret-file", "-")
	require.Zero(t, e.code, e.err)
	require.Equal(t, map[string]any{"password": canary, "totpSecret": "JBSWY3DPEHPK3PXP"}, parametersOf(f),
		"what was read ahead of the prompt is not lost")

	f = starts(t, done)
	e = f.run("", "login", "demo", "--no-password")
	require.Zero(t, e.code, e.err)
	require.Empty(t, parametersOf(f))

	e = starts(t, done).run("", "login", "demo", "--password-file", "/no/such/file")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "read Password")
}

func TestLogin_NeverTakesASecretAsAnArgument(t *testing.T) {
	t.Parallel()
	f := starts(t, done)
	for _, args := range [][]string{
		{"login", "demo", "--password", canary}, {"login", "demo", "--password=" + canary}, {"login", "demo", "-p", canary},
		{"login", "demo", "ada", canary}, {"login", "demo", "--totp-secret", canary}, {"answer", "op_1", canary},
		{"answer", "op_1", "--value", canary}, {"login", "demo", "--backup-codes", canary}, {"login", "demo", "--passkey", canary}, {"projects", "--api-key", canary},
	} {
		require.Equal(t, 2, f.run("", args...).code, args)
	}
	require.Empty(t, f.asked)
}

func TestLogin_Async_PrintsTheOperation(t *testing.T) {
	t.Parallel()
	f := starts(t)
	e := f.run(canary, "login", "demo", "--async")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "op_1\n", e.out)
	e = starts(t).run(canary, "login", "demo", "--async", "--json")
	require.Equal(t, map[string]any{"operationId": "op_1"}, e.decode(t))
	require.Len(t, f.asked, 1)
}

func TestLogin_ThatTheServiceRefuses_TellsItsSentence(t *testing.T) {
	t.Parallel()
	e := newAPI(t).run(canary, "login", "demo")
	require.Equal(t, 5, e.code)
	require.Contains(t, e.err, "there is no POST")

	e = newAPI(t).on(start, http.StatusConflict, map[string]any{
		"message": "operation op_0 is still live for this session", "details": map[string]any{"reason": "operation-live"},
	}).run(canary, "login", "demo")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "op_0 is still live")
}

func TestLogin_Interrupted_EndsAtOnce(t *testing.T) {
	t.Parallel()
	f := starts(t, map[string]any{"status": "pending"})
	for name, args := range map[string][]string{
		"at the prompt":     {"login", "demo"},
		"while it is going": {"login", "demo", "--no-password"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		stdin, typist := io.Pipe() // a terminal where nobody types
		prompted := &signalling{wait: "Password", then: cancel}
		if name != "at the prompt" {
			prompted.wait = "started op_1"
		}
		code := commands.Run(ctx, commands.Program{Name: "anteroom"}, append(args, "--api", f.url, "--api-key-file", f.key), stdin, io.Discard, prompted)
		require.Equal(t, 130, code, name)
		require.Contains(t, prompted.String(), "interrupted")
		require.NoError(t, typist.Close())
		cancel()
	}
}

// signalling calls then once wait was written.
type signalling struct {
	strings.Builder

	wait string
	then func()
}

func (s *signalling) Write(b []byte) (int, error) {
	n, err := s.Builder.Write(b)
	if strings.Contains(s.String(), s.wait) {
		s.then()
	}
	return n, err
}
