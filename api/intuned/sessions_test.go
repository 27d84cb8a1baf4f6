package intuned_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

const state = `{"cookies":[{"name":"sid","value":"v","domain":"127.0.0.1","path":"/","expires":-1,"httpOnly":true,"secure":false,"sameSite":"Lax"}],"origins":[]}`

func TestAll_IsAnArrayOfViews(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	require.Equal(t, "[]", f.Call(t, http.MethodGet, apitest.Sessions, nil).Body)
	f.Succeed(f.Start(t, object{"id": "ready"}), "ready", state)
	f.Clock.Move(1e9)
	f.Start(t, object{"id": "pending", "authSessionDisplayName": "Second"})
	f.Clock.Move(1e9)
	f.Fail(f.Start(t, object{"id": "failed"}), session.NewFailure(session.FailureSite, "unreachable", "Away."))
	r := f.Call(t, http.MethodGet, apitest.Sessions, nil)
	require.Equal(t, http.StatusOK, r.Status)
	require.JSONEq(t, `[
		{"id":"ready","name":null,"type":"CREDENTIALS","status":"READY"},
		{"id":"pending","name":"Second","type":"CREDENTIALS","status":"PENDING"},
		{"id":"failed","name":null,"type":"CREDENTIALS","status":"EXPIRED"}]`, r.Body)
}

func TestAll_OfAnUnknownProject_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodGet, strings.Replace(apitest.Sessions, "/demo/", "/nowhere/", 1), nil)
	requireError(t, r, http.StatusNotFound, "not-found")
}

func TestOne_AndItsUses_OfAnUnknownSession_Are404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, call := range [][2]string{{http.MethodGet, "/gone"}, {http.MethodDelete, "/gone"}, {http.MethodGet, "/gone/storage-state"}} {
		message, details := requireError(t, f.Call(t, call[0], apitest.Sessions+call[1], nil), http.StatusNotFound, "not-found")
		require.Contains(t, message, `auth session "gone" not found`)
		require.Equal(t, "session-not-found", details["reason"])
		elsewhere := strings.Replace(apitest.Sessions, "/demo/", "/nowhere/", 1) + call[1]
		_, details = requireError(t, f.Call(t, call[0], elsewhere, nil), http.StatusNotFound, "not-found")
		require.Equal(t, "project-not-found", details["reason"])
	}
}

func TestOne_WithAnIDThatCannotBe_Is400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, id := range []string{"a%2Fb", "..", "%2e%2e", ".", "a%20b", "a+b", "%C3%A4", "a%00", strings.Repeat("a", 129), "a%2", "create%2Fx"} {
		for _, call := range [][2]string{{http.MethodGet, ""}, {http.MethodDelete, ""}, {http.MethodGet, "/storage-state"}} {
			r := raw(t, f, call[0], apitest.Sessions+"/"+id+call[1])
			if id == "a%2" { // net/http refuses what is no URL at all, before any handler
				require.Equal(t, http.StatusBadRequest, r.Status)
				continue
			}
			message, details := requireError(t, r, http.StatusBadRequest, "bad-request")
			require.Equal(t, "authSessionId", details["field"], id)
			require.Contains(t, message, "session id")
		}
	}
}

func TestDelete_CancelsTheLiveLoginAndIsGone(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1", "parameters": object{"password": "x"}})
	f.Ask(id, apitest.CodeQuestion(1))
	f.Engine.Told()
	r := f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil)
	require.Equal(t, http.StatusNoContent, r.Status)
	require.Empty(t, r.Body)
	require.Equal(t, []string{"cancel " + id}, f.Engine.Told())
	require.Equal(t, "failed", f.Result(t, id)["status"])
	for _, call := range [][2]string{{http.MethodGet, ""}, {http.MethodDelete, ""}, {http.MethodGet, "/storage-state"}} {
		require.Equal(t, http.StatusNotFound, f.Call(t, call[0], apitest.Sessions+"/s1"+call[1], nil).Status)
	}
}

func TestDelete_WhenTheEngineIsAway_DeletesAllTheSame(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "s1"})
	f.Engine.Err = http.ErrServerClosed
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	require.Equal(t, http.StatusNotFound, f.Call(t, http.MethodGet, apitest.Sessions+"/s1", nil).Status)
}

func TestDelete_OfAReadySession_TellsNobody(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Succeed(f.Start(t, object{"id": "s1"}), "s1", state)
	f.Engine.Told()
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	require.Empty(t, f.Engine.Told())
}

func TestStorageState_IsPlaywrightsJSONAndNeverKept(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Succeed(f.Start(t, object{"id": "s1"}), "s1", state)
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/s1/storage-state", nil)
	require.Equal(t, http.StatusOK, r.Status)
	require.Regexp(t, "^application/json", r.Header.Get("Content-Type"))
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	require.JSONEq(t, state, r.Body)
}

func TestStorageState_WhileThereIsNone_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "s1"})
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/s1/storage-state", nil)
	message, details := requireError(t, r, http.StatusNotFound, "not-found")
	require.Equal(t, "storage-state-not-found", details["reason"])
	require.Contains(t, message, "no proven storage state yet")
}
