package intuned_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

func key(value string) apitest.Header { return apitest.Header{"Idempotency-Key", value} }

func resumeAs(t *testing.T, f *apitest.Fixture, operationID string, body any, name string) apitest.Response {
	t.Helper()
	return f.Call(t, http.MethodPost, create+"/"+operationID+"/resume", body, key(name))
}

func TestStart_WhenRepeatedUnderItsKey_IsAnsweredAsTheFirst(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	body := object{"parameters": object{"username": "alice", "password": "s3cret"}}
	first := post(t, f, body, key("k1"))
	require.Equal(t, http.StatusCreated, first.Status, first.Body)
	id, _ := first.JSON(t)["operationId"].(string)
	require.Equal(t, []string{"start " + id}, f.Engine.Told())

	same := `{ "parameters": {"password":"s3cret", "username":"alice"} }`
	for _, again := range []any{body, same} {
		r := post(t, f, again, key("k1"))
		require.Equal(t, http.StatusCreated, r.Status)
		require.Equal(t, first.Body, r.Body)
	}
	require.Empty(t, f.Engine.Told())
	f.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	require.Equal(t, first.Body, post(t, f, body, key("k1")).Body, "also once it is over")
	f.Clock.Move(48 * time.Hour)
	_, err := f.Store.PurgeOperations(t.Context(), f.Clock.Now(), 10)
	require.NoError(t, err)
	require.Equal(t, first.Body, post(t, f, body, key("k1")).Body, "and purged")

	_, err = f.Store.PurgeRequests(t.Context(), f.Clock.Now(), 10)
	require.NoError(t, err)
	require.NotEqual(t, first.Body, post(t, f, body, key("k1")).Body, "a key that was forgotten names a new request")
}

func TestStart_WhenItsKeyNamesAnotherRequest_Is422AndNamesTheHeader(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	asked := f.Ask(id, apitest.CodeQuestion(1))
	first := post(t, f, object{"id": "a", "parameters": object{"username": "alice", "password": "s3cret"}}, key("k1"))
	require.Equal(t, http.StatusCreated, first.Status, first.Body)
	for name, r := range map[string]apitest.Response{
		"another password": post(t, f, object{"id": "a", "parameters": object{"username": "alice", "password": "S3cret"}}, key("k1")),
		"another session":  post(t, f, object{"id": "b", "parameters": object{"username": "alice", "password": "s3cret"}}, key("k1")),
		"another kind":     resumeAs(t, f, id, object{"info_request_id": asked, "input": "123456"}, "k1"),
	} {
		message, details := requireError(t, r, http.StatusUnprocessableEntity, "unprocessable-content")
		require.Contains(t, message, "Idempotency-Key", name)
		require.Equal(t, "Idempotency-Key", details["field"], name)
		require.Equal(t, "idempotency-key-reused", details["reason"], name)
	}
	require.Equal(t, "requested_more_info", f.Result(t, id)["status"])
}

func TestStart_WhenMadeManyTimesAtOnceUnderOneKey_StartsOne(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	bodies := make([]string, 12)
	var calls sync.WaitGroup
	for i := range bodies {
		calls.Go(func() { bodies[i] = post(t, f, object{"parameters": object{"username": "alice"}}, key("k1")).Body })
	}
	calls.Wait()
	for _, body := range bodies {
		require.Equal(t, bodies[0], body)
		require.Contains(t, body, `"started"`)
	}
}

func TestStart_WhenRefused_IsNotRemembered(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	live := f.Start(t, object{"id": "a"})
	r := post(t, f, object{"id": "a"}, key("k1"))
	require.Equal(t, http.StatusConflict, r.Status, r.Body)
	f.Fail(live, session.NewFailure(session.FailureSite, "x", "y"))
	r = post(t, f, object{"id": "a"}, key("k1"))
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
}

func TestIdempotencyKey_ThatCannotBeOne_Is400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, name := range []string{strings.Repeat("k", 256), "a b", "ключ"} {
		_, details := requireError(t, post(t, f, nil, key(name)), http.StatusBadRequest, "bad-request")
		require.Equal(t, "Idempotency-Key", details["field"], name)
	}
	require.Equal(t, http.StatusCreated, post(t, f, nil, key(strings.Repeat("k", 255))).Status)
	require.Equal(t, http.StatusCreated, post(t, f, nil, key(`"8e03978e-40d5-43e8-bc93-6894a57f9324"`)).Status)
}

func TestResume_WhenRepeatedUnderItsKey_IsAcceptedOnceAndAnsweredAsTheFirst(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	question := f.Ask(id, apitest.CodeQuestion(1))
	f.Engine.Told()
	body := object{"info_request_id": question, "input": "123456"}
	first := resumeAs(t, f, id, body, "k1")
	require.Equal(t, http.StatusAccepted, first.Status, first.Body)
	require.Equal(t, []string{"resume " + id + " " + question}, f.Engine.Told())
	for range 2 {
		again := resumeAs(t, f, id, body, "k1")
		require.Equal(t, http.StatusAccepted, again.Status, again.Body)
		require.Equal(t, first.Body, again.Body)
		f.Ask(id, apitest.CodeQuestion(2)) // however far the login got meanwhile
	}
	require.Empty(t, f.Engine.Told())

	other := object{"info_request_id": question, "input": "654321"}
	requireError(t, resumeAs(t, f, id, other, "k1"), http.StatusUnprocessableEntity, "unprocessable-content")
	_, details := requireError(t, resumeAs(t, f, id, body, "k2"), http.StatusBadRequest, "bad-request")
	require.Equal(t, "question-stale", details["reason"], "another request with the same answer")
}

func TestResume_WhenMadeManyTimesAtOnceUnderOneKey_IsAcceptedEachTime(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	body := object{"info_request_id": f.Ask(id, apitest.CodeQuestion(1)), "input": "123456"}
	f.Engine.Told()
	statuses := make([]int, 12)
	var calls sync.WaitGroup
	for i := range statuses {
		calls.Go(func() { statuses[i] = resumeAs(t, f, id, body, "k1").Status })
	}
	calls.Wait()
	for _, status := range statuses {
		require.Equal(t, http.StatusAccepted, status)
	}
	require.Len(t, f.Engine.Told(), 1)
}

func TestRequests_KeepNoSecretInTheirRow(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	post(t, f, object{"parameters": object{"username": "alice", "password": "c4n4ry-s3cret"}}, key("c4n4ry-key"))
	require.NotContains(t, f.Log.String(), "c4n4ry")
}
