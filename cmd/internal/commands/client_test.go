package commands_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
)

const operation = "GET " + base + "/operations/op_1"

func waiting() map[string]any {
	return map[string]any{"id": "op_1", "project": "demo", "state": "waiting", "question": question}
}

func TestAnswer_AsksForWhatTheSiteAsks(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on(operation, http.StatusOK, waiting()).on(resume, http.StatusAccepted, nil)
	e := f.run("123456\n", "answer", "op_1")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "answered\n", e.out)
	require.Contains(t, e.err, "The site texted a code.")
	require.Equal(t, map[string]any{"info_request_id": "ask_1", "values": map[string]any{"code": "123456"}}, f.body(resume))
}

func TestAnswer_TakesTheValueFromAFile_AndTheQuestionByID(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on(operation, http.StatusOK, waiting()).on(resume, http.StatusAccepted, nil)
	e := f.run(" "+canary+"\n", "answer", "op_1", "--value-file", "-", "--question", "ask_7", "--json")
	require.Zero(t, e.code, e.err)
	require.Equal(t, map[string]any{"operationId": "op_1", "infoRequestId": "ask_7", "status": "resumed"}, e.decode(t))
	require.Equal(t, map[string]any{"info_request_id": "ask_7", "values": map[string]any{"code": canary}}, f.body(resume))
}

func TestAnswer_ThatCannotBeGiven_SaysWhy(t *testing.T) {
	t.Parallel()
	e := newAPI(t).run("", "answer", "op_1")
	require.Equal(t, 5, e.code)

	e = newAPI(t).on(operation, http.StatusOK, map[string]any{"id": "op_1", "project": "demo", "state": "running"}).run("", "answer", "op_1")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "asks nothing now: it is running")

	two := waiting()
	two["question"] = map[string]any{"id": "ask_1", "fields": []any{map[string]any{"name": "a"}, map[string]any{"name": "b"}}}
	e = newAPI(t).on(operation, http.StatusOK, two).run(canary, "answer", "op_1", "--value-file", "-")
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "2 fields")

	e = newAPI(t).on(operation, http.StatusOK, waiting()).on(resume, http.StatusBadRequest, map[string]any{
		"message": "the question was answered already", "details": map[string]any{"reason": "question-stale"},
	}).run(canary, "answer", "op_1", "--value-file", "-")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "answered already")
}

func TestSessions_ListsAndDeletes(t *testing.T) {
	t.Parallel()
	list := []any{map[string]any{"id": "alice", "name": "Alice", "type": "API", "status": "READY"}}
	f := newAPI(t).on("GET "+sessions, http.StatusOK, list).on("DELETE "+sessions+"/alice", http.StatusNoContent, nil)
	e := f.run("", "sessions", "demo")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "SESSION  NAME   STATUS\nalice    Alice  READY\n", e.out)
	require.Equal(t, list, f.run("", "sessions", "demo", "--json").decode(t))

	e = f.run("", "sessions", "demo", "--delete", "alice")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "session alice is deleted\n", e.out)
	e = f.run("", "sessions", "demo", "--delete", "alice", "--json")
	require.Equal(t, map[string]any{"sessionId": "alice", "status": "deleted"}, e.decode(t))
	require.Equal(t, 5, f.run("", "sessions", "demo", "--delete", "bob").code)
	require.Equal(t, 5, f.run("", "sessions", "other").code)
}

func TestOperations_ListsAndCancels(t *testing.T) {
	t.Parallel()
	op := map[string]any{
		"id": "op_1", "project": "demo", "sessionId": "alice", "state": "failed", "attempt": 1,
		"failure": map[string]any{"class": "site", "code": "timeout", "message": "slow"},
	}
	f := newAPI(t).
		on("GET "+base+"/operations", http.StatusOK, map[string]any{"operations": []any{op}}).
		on("POST "+base+"/operations/op_1/cancel", http.StatusAccepted, map[string]any{"id": "op_1", "state": "running"})
	e := f.run("", "operations")
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.out, "OPERATION  PROJECT  SESSION")
	require.Contains(t, e.out, "site/timeout")
	listed := f.run("", "operations", "--json", "--state", "failed", "--project", "demo").decode(t).([]any)
	require.Equal(t, "op_1", listed[0].(map[string]any)["id"])

	e = f.run("", "operations", "--cancel", "op_1")
	require.Zero(t, e.code, e.err)
	require.Equal(t, "operation op_1 is being canceled\n", e.out)
	canceled := f.run("", "operations", "--cancel", "op_1", "--json").decode(t).(map[string]any)
	require.Equal(t, "running", canceled["state"])
	require.Equal(t, 5, f.run("", "operations", "--cancel", "op_9").code)
}

func TestProjects_AreListed(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on("GET "+base+"/projects", http.StatusOK, map[string]any{
		"projects": []any{map[string]any{"name": "demo", "loginUrl": "https://demo.example/login"}},
	})
	e := f.run("", "projects")
	require.Zero(t, e.code, e.err)
	require.Contains(t, e.out, "demo     https://demo.example/login")
	listed := f.run("", "projects", "--json").decode(t).([]any)
	require.Equal(t, "demo", listed[0].(map[string]any)["name"])
}

func TestExport_WritesTheStorageState_ForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	const state = `{"cookies":[],"origins":[]}`
	f := newAPI(t).on("GET "+sessions+"/alice/storage-state", http.StatusOK, map[string]any{"cookies": []any{}, "origins": []any{}})
	e := f.run("", "export", "alice", "--project", "demo")
	require.Zero(t, e.code, e.err)
	require.JSONEq(t, state, e.out)

	fresh, old := filepath.Join(t.TempDir(), "state.json"), file(t, "an older, longer state that must not show through")
	require.NoError(t, os.Chmod(old, 0o644))
	for _, path := range []string{fresh, old} {
		e = f.run("", "export", "alice", "--project", "demo", "--out", path, "--json")
		require.Zero(t, e.code, e.err)
		require.Equal(t, map[string]any{"file": path}, e.decode(t))
		written, err := os.ReadFile(path)
		require.NoError(t, err)
		require.JSONEq(t, state, string(written))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

func TestExport_ThatCannotBeDone_SaysWhy(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on("GET "+sessions+"/alice/storage-state", http.StatusOK, map[string]any{})
	require.Equal(t, 2, f.run("", "export", "alice").code)
	require.Equal(t, 5, f.run("", "export", "bob", "--project", "demo").code)
	e := f.run("", "export", "alice", "--project", "demo", "-o", filepath.Join(t.TempDir(), "no", "such"))
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "write the storage state")
}

func TestConnection_ThatCannotBeMade_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "api-key")
	e := run(t, "", "projects", "--api-key-file", missing)
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, missing)
	require.Contains(t, e.err, "--api-key-file")

	e = run(t, "", "projects")
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, filepath.Join("anteroom", "api-key"), "it looked in the data directory")

	e = run(t, "", "projects", "--api-key-file", file(t, "ak_test"), "--api", "not a URL")
	require.Equal(t, 2, e.code)
	require.Contains(t, e.err, "http://host:port")

	e = run(t, "", "projects", "--api-key-file", file(t, "ak_test"), "--api", "http://127.0.0.1:1")
	require.Equal(t, 1, e.code)
	require.Contains(t, e.err, "127.0.0.1:1")
	require.NotContains(t, e.err, "ak_test")
}

func TestConnection_IsReadFromTheEnvironment(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on("GET /api/v1/workspace/acme/projects", http.StatusOK, map[string]any{"projects": []any{}})
	p := commands.Program{Name: "anteroom", Getenv: func(name string) string {
		return map[string]string{"ANTEROOM_API": f.url, "ANTEROOM_WORKSPACE": "acme", "ANTEROOM_API_KEY": "ak_env"}[name]
	}}
	e := runIn(t.Context(), p, strings.NewReader(""), "projects", "--json")
	require.Zero(t, e.code, e.err)
	require.Empty(t, e.decode(t))
	require.Equal(t, "ak_env", f.asked[0].key)

	e = runIn(t.Context(), p, strings.NewReader(""), "projects", "--api-key-file", f.key)
	require.Zero(t, e.code, e.err)
	require.Equal(t, "ak_test", f.asked[1].key, "a flag wins")
}
