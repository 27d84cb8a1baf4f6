package intuned_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
)

func TestResult_WhileACodeIsAsked_HasTheContractsFieldsAndTheWholeQuestion(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	q := f.Ask(id, apitest.CodeQuestion(1))
	got := f.Result(t, id)
	require.Equal(t, object{
		"status": "requested_more_info", "id": q,
		"details": object{
			"requestType": "otp", "action": "request_more_info", "messageToUser": "Enter the code we texted you.",
			"infoRequest": object{
				"id": q, "number": 1.0, "kind": "code", "message": "Enter the code we texted you.", "maskedTarget": "•••• 42", "attempt": 1.0,
				"fields":  []any{object{"name": "code", "type": "code", "label": "Code", "length": 6.0, "pattern": "[0-9]+", "secret": false}},
				"choices": []any{}, "allow": []any{"answer", "cancel"},
				"askedAt": "2026-03-01T12:00:00.000Z", "expiresAt": "2026-03-01T12:10:00.000Z",
			},
		},
	}, got)
}

func TestResult_OfCredentialsQuestion_IsAnOTPRequest(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Ask(id, credentialsQuestion())
	details, _ := f.Result(t, id)["details"].(object)
	require.Equal(t, "otp", details["requestType"])
	require.NotContains(t, details, "choices")
}

func credentialsQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind = session.AskCredentials
	q.Fields = []session.Field{
		{Name: "username", Type: "text", Label: "User name"},
		{Name: "password", Type: "password", Label: "Password", Secret: true},
	}
	return q
}

func choiceQuestion() session.InfoRequest {
	q := apitest.CodeQuestion(1)
	q.Kind, q.Fields = "choice", nil
	q.Choices = []session.Choice{{ID: "c1", Label: "Text message"}, {ID: "c2", Label: "E-mail", Automatable: true}}
	q.Allow = []session.Action{session.ActionChoose, session.ActionCancel}
	return q
}

func TestResult_OfAChoice_IsAMultipleChoiceOfLabels(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Ask(id, choiceQuestion())
	details, _ := f.Result(t, id)["details"].(object)
	require.Equal(t, "multiple_choice", details["requestType"])
	require.Equal(t, []any{"Text message", "E-mail"}, details["choices"])
}

func TestResult_WhenDone_StaysReadable(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	for range 2 {
		require.Equal(t, object{"status": "done", "authSessionId": "s1"}, f.Result(t, id))
	}
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	require.Equal(t, "done", f.Result(t, id)["status"])
}

func TestResult_WhenFailed_HasAStringCodeAndASentence(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Fail(id, &session.Failure{
		Class: session.FailureCredential, Code: "wrong_password", Message: "The site refused the password.", SiteError: "Try again",
		Evidence: []session.Evidence{{Rule: "error_text", Weight: 40}},
	})
	require.Equal(t, object{
		"status": "failed", "error": "wrong_password", "message": "The site refused the password.",
		"details": object{"failure": object{
			"class": "credential", "code": "wrong_password", "message": "The site refused the password.", "siteError": "Try again",
			"evidence": []any{object{"rule": "error_text", "weight": 40.0}},
		}},
	}, f.Result(t, id))
}

func TestResult_WhenCanceledOrExpired_IsFailed(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	canceled := f.Start(t, object{"id": "s1"})
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	got := f.Result(t, canceled)
	require.Equal(t, "failed", got["status"])
	require.Equal(t, "canceled", got["error"])
	require.NotEmpty(t, got["message"])

	expired := f.Start(t, nil)
	f.Ask(expired, apitest.CodeQuestion(1))
	f.Expire(expired, session.NewFailure(session.FailureNeedsUser, "unanswered", "Nobody gave the code in time."))
	got = f.Result(t, expired)
	require.Equal(t, "failed", got["status"])
	require.Equal(t, "unanswered", got["error"])
}

func TestResult_OfUnknownOperationOrProject_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	_, _, err := f.Store.PutProject(t.Context(), session.Project{
		Workspace: apitest.Workspace, Name: "second", LoginURL: "http://localhost/"}, f.Clock.Now())
	require.NoError(t, err)
	for path, reason := range map[string]string{
		create + "/op_madeup/result": "operation-not-found",
		create + "/a%2Fb/result":     "operation-not-found",
		strings.Replace(create, "/demo/", "/second/", 1) + "/" + id + "/result":  "operation-not-found",
		strings.Replace(create, "/demo/", "/nowhere/", 1) + "/" + id + "/result": "project-not-found",
	} {
		_, details := requireError(t, f.Call(t, http.MethodGet, path, nil), http.StatusNotFound, "not-found")
		require.Equal(t, reason, details["reason"], path)
	}
}

func TestResult_IsNeverKeptByCaches(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodGet, create+"/"+f.Start(t, nil)+"/result", nil)
	require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
}

func TestResult_WaitThatIsNone_Is400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	for _, wait := range []string{"61s", "61", "-1", "-1s", "soon", "1h", "99999999999999999999", "1.5"} {
		message, details := requireError(t, f.Call(t, http.MethodGet, create+"/"+id+"/result?wait="+wait, nil), http.StatusBadRequest, "bad-request")
		require.Equal(t, "wait", details["field"], wait)
		require.Contains(t, message, "20s")
	}
}

// poll starts a long poll and returns where its result comes out.
func poll(ctx context.Context, t *testing.T, f *apitest.Fixture, id, wait string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL+create+"/"+id+"/result?wait="+wait, nil)
	require.NoError(t, err)
	req.Header.Set("X-Api-Key", apitest.Key)
	out := make(chan string, 1)
	go func() {
		defer close(out)
		resp, err := f.Transport.RoundTrip(req)
		if err != nil {
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		out <- string(body)
	}()
	return out
}

func TestResult_LongPoll_WakesWhenSomethingIsAsked(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	began := time.Now()
	out := poll(t.Context(), t, f, id, "50s")
	f.Begin(id) // still pending: the poll goes on
	q := f.Ask(id, apitest.CodeQuestion(1))
	require.Contains(t, <-out, q)
	require.Less(t, time.Since(began), 20*time.Second)
}

func TestResult_LongPoll_WakesWhenItIsOver(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	q := f.Ask(id, apitest.CodeQuestion(1))
	require.Contains(t, <-poll(t.Context(), t, f, id, "50s"), "requested_more_info", "at once")
	require.Equal(t, http.StatusAccepted, resume(t, f, id, object{"input": "123456", "info_request_id": q}).Status)
	f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	require.Contains(t, <-poll(t.Context(), t, f, id, "50s"), "done")
}

func TestResult_LongPoll_IsPendingWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	began := time.Now()
	require.JSONEq(t, `{"status":"pending"}`, <-poll(t.Context(), t, f, id, "1"))
	require.GreaterOrEqual(t, time.Since(began), time.Second)
}

func TestResult_LongPoll_IsAnsweredWhenTheProcessStops(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	f := apitest.New(t, func(d *api.Deps) { d.Stopping = stopping })
	id := f.Start(t, nil)
	out := poll(t.Context(), t, f, id, "60s")
	began := time.Now()
	close(stopping)
	require.JSONEq(t, `{"status":"pending"}`, <-out)
	require.Less(t, time.Since(began), 10*time.Second)
}

func TestResult_LongPoll_EndsWhenTheCallerGoes(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	out := poll(ctx, t, f, id, "60s")
	cancel()
	_, answered := <-out
	require.False(t, answered)
	// The handler ends, or the fixture's server would not close and goleak would find it.
}
