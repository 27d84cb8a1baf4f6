package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func ids(t *testing.T, page map[string]any) []string {
	t.Helper()
	list := []string{}
	for _, op := range page["operations"].([]any) {
		list = append(list, op.(map[string]any)["id"].(string))
	}
	return list
}

func TestOperations_AreListedNewestFirstInPages(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	var want []string
	for _, id := range []string{"s1", "s2", "s3"} {
		want = append([]string{f.Start(t, object{"id": id})}, want...)
		f.Clock.Move(time.Second)
	}
	require.Equal(t, want, ids(t, f.Call(t, http.MethodGet, operations, nil).JSON(t)))
	first := f.Call(t, http.MethodGet, operations+"?limit=2", nil).JSON(t)
	require.Equal(t, want[:2], ids(t, first))
	second := f.Call(t, http.MethodGet, operations+"?limit=2&cursor="+first["nextCursor"].(string), nil).JSON(t)
	require.Equal(t, want[2:], ids(t, second))
	require.NotContains(t, second, "nextCursor")
}

func TestOperations_AreSelectedByProjectSessionAndState(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	one, two := f.Start(t, object{"id": "s1"}), f.Start(t, object{"id": "s2"})
	f.Begin(two)
	for query, want := range map[string][]string{
		"?session=s1": {one}, "?state=running": {two}, "?project=demo&session=s2": {two}, "?project=other": {}, "?state=failed": {},
	} {
		require.Equal(t, want, ids(t, f.Call(t, http.MethodGet, operations+query, nil).JSON(t)), query)
	}
}

func TestOperations_SelectedByWhatCannotBe_Are400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for query, field := range map[string]string{
		"limit=0": "limit", "limit=501": "limit", "limit=-1": "limit", "limit=many": "limit", "state=asleep": "state", "project=a/b": "project",
		"session=a/b": "session", "cursor=%00": "cursor", "cursor=nonsense": "cursor", "cursor=" + strings.Repeat("c", 300): "cursor",
	} {
		p := requireProblem(t, f.Call(t, http.MethodGet, operations+"?"+query, nil), http.StatusBadRequest, "invalid-field")
		require.Equal(t, field, p["field"], query)
		require.NotContains(t, p["detail"], "many")
	}
}

func TestOperation_ShowsQuestionFailureAndVerdict(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	got := f.Call(t, http.MethodGet, operations+"/"+id, nil).JSON(t)
	require.Equal(t, object{
		"id": id, "workspace": "default", "project": "demo", "sessionId": "s1", "kind": "create", "state": "queued", "seq": 0.0, "attempt": got["attempt"],
		"createdAt": "2026-03-01T12:00:00.000Z", "updatedAt": "2026-03-01T12:00:00.000Z",
	}, got, "nothing of accounts, keys or runs")
	q := f.Ask(id, apitest.CodeQuestion(1))
	got = f.Call(t, http.MethodGet, operations+"/"+id, nil).JSON(t)
	require.Equal(t, "waiting", got["state"])
	require.Equal(t, q, got["question"].(map[string]any)["id"])
	f.Fail(id, session.NewFailure(session.FailureBlocked, "bot_wall", "A captcha."))
	got = f.Call(t, http.MethodGet, operations+"/"+id, nil).JSON(t)
	require.Equal(t, "bot_wall", got["failure"].(map[string]any)["code"])
	require.Equal(t, false, got["verdict"].(map[string]any)["loggedIn"])
	require.NotContains(t, got, "question")
	require.NotEmpty(t, got["finishedAt"])
}

func TestOperation_Unknown_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	requireProblem(t, f.Call(t, http.MethodGet, operations+"/op_x", nil), http.StatusNotFound, "operation-not-found")
	requireProblem(t, f.Call(t, http.MethodPost, operations+"/op_x/cancel", nil), http.StatusNotFound, "operation-not-found")
}

func TestCancel_OfAQueuedOperation_EndsItAtOnce(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Engine.Told()
	f.Engine.Err = errors.New("temporal is down") // harmless: the row is final, the workflow ends at its first write
	r := f.Call(t, http.MethodPost, operations+"/"+id+"/cancel", nil)
	require.Equal(t, http.StatusAccepted, r.Status, r.Body)
	require.Equal(t, "canceled", r.JSON(t)["state"])
	require.Equal(t, []string{"cancel " + id}, f.Engine.Told())
	p := requireProblem(t, f.Call(t, http.MethodPost, operations+"/"+id+"/cancel", nil), http.StatusConflict, "operation-over")
	require.Equal(t, id, p["operationId"])
	require.Equal(t, "canceled", f.Result(t, id)["error"])
}

func TestCancel_OfALiveOperation_TellsTheEngine(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Begin(id)
	f.Engine.Told()
	r := f.Call(t, http.MethodPost, operations+"/"+id+"/cancel", nil)
	require.Equal(t, http.StatusAccepted, r.Status, r.Body)
	require.Equal(t, "running", r.JSON(t)["state"])
	require.Equal(t, []string{"cancel " + id}, f.Engine.Told())
}

func TestCancel_ThatTheEngineDidNotHear_IsAcceptedBecauseTheRowIsMarked(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Begin(id)
	f.Engine.Err = errors.New("temporal is down")
	r := f.Call(t, http.MethodPost, operations+"/"+id+"/cancel", nil)
	require.Equal(t, http.StatusAccepted, r.Status, r.Body)
	op, err := f.Store.GetOperation(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id})
	require.NoError(t, err)
	require.False(t, op.CancelRequestedAt.IsZero(), "the reconciler goes by this")
	require.Contains(t, f.Log.String(), "temporal is down")
}
