package intuned_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

// awaitSession asks for a session in the background; it answers once the session is no longer pending.
func awaitSession(t *testing.T, f *apitest.Fixture, id string) <-chan apitest.Response {
	t.Helper()
	answer := make(chan apitest.Response, 1)
	go func() { answer <- f.Call(t, http.MethodGet, apitest.Sessions+"/"+id+"?wait=30s", nil) }()
	return answer
}

func TestSession_WaitedFor_AnswersWhenItIsReadyOrFailed(t *testing.T) {
	t.Parallel()
	for status, end := range map[string]func(f *apitest.Fixture, operation string){
		"READY": func(f *apitest.Fixture, operation string) { f.Succeed(operation, "a", `{"cookies":[],"origins":[]}`) },
		"EXPIRED": func(f *apitest.Fixture, operation string) {
			f.Fail(operation, session.NewFailure(session.FailureSite, "x", "y"))
		},
	} {
		f := apitest.New(t)
		id := f.Start(t, object{"id": "a"})
		answer := awaitSession(t, f, "a")
		f.Ask(id, apitest.CodeQuestion(1))
		f.GoOn(id)
		end(f, id)
		r := <-answer
		require.Equal(t, http.StatusOK, r.Status, r.Body)
		require.Equal(t, status, r.JSON(t)["status"])
	}
}

func TestSession_WaitedFor_AnswersAtOnceWhenItIsNotPending(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Succeed(f.Start(t, object{"id": "a"}), "a", `{"cookies":[],"origins":[]}`)
	f.Start(t, object{"id": "a"}) // logged in anew, it is usable meanwhile
	require.Equal(t, "READY", (<-awaitSession(t, f, "a")).JSON(t)["status"])
	requireError(t, <-awaitSession(t, f, "nobody"), http.StatusNotFound, "not-found")
}

func TestSession_WaitedFor_WhenDeleted_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "a"})
	answer := awaitSession(t, f, "a")
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/a", nil).Status)
	requireError(t, <-answer, http.StatusNotFound, "not-found")
}

func TestSession_WaitedFor_WhenTheProcessStopsOrTheTimeIsUp_IsPending(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	f := apitest.New(t, func(d *api.Deps) { d.Stopping = stopping })
	f.Start(t, object{"id": "a"})
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/a?wait=10ms", nil)
	require.Equal(t, "PENDING", r.JSON(t)["status"])
	answer := awaitSession(t, f, "a")
	close(stopping)
	require.Equal(t, "PENDING", (<-answer).JSON(t)["status"])
	_, details := requireError(t, f.Call(t, http.MethodGet, apitest.Sessions+"/a?wait=soon", nil), http.StatusBadRequest, "bad-request")
	require.Equal(t, "wait", details["field"])
}
