package client_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func secrets(pairs ...string) map[string]session.Secret {
	m := map[string]session.Secret{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = session.NewSecret(pairs[i+1])
	}
	return m
}

func setup(t *testing.T) (*client.Client, *apitest.Fixture) {
	t.Helper()
	f := apitest.New(t)
	c, err := client.New(f.URL+"/", session.NewSecret(apitest.Key), &http.Client{Transport: f.Transport})
	require.NoError(t, err)
	return c, f
}

const demo = apitest.Project

func requireCode(t *testing.T, err error, status int, code string) *client.Error {
	t.Helper()
	var e *client.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.Status)
	require.Equal(t, code, e.Code)
	require.NotEmpty(t, e.Message)
	require.NotEmpty(t, e.CorrelationID)
	require.Contains(t, e.Error(), e.CorrelationID)
	return e
}

func TestNew_RefusesWhatIsNoBaseURLAndAnEmptyKey(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "localhost:8080", "ftp://h", "http://u:hunter2@h", "http://%zz", "/x"} {
		_, err := client.New(base, session.NewSecret("k"), nil)
		require.ErrorContains(t, err, "http://host:port", base)
		require.NotContains(t, err.Error(), "hunter2")
	}
	_, err := client.New("http://h", session.Secret{}, nil)
	require.ErrorContains(t, err, "key is empty")
}

func TestSessions_AreStartedAnsweredReadExportedAndDeleted(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	ctx := t.Context()
	id, err := c.Start(ctx, demo, client.StartRequest{
		ID: "s1", Name: "First", Parameters: secrets("username", "alice", "password", "pw"), Proxy: session.NewSecret("http://h:1"),
	})
	require.NoError(t, err)
	r, err := c.Result(ctx, demo, id, 0)
	require.NoError(t, err)
	require.Equal(t, client.Result{Status: client.Pending}, r)

	question := f.Ask(id, apitest.CodeQuestion(1))
	r, err = c.Result(ctx, demo, id, time.Second)
	require.NoError(t, err)
	require.Equal(t, client.RequestedMoreInfo, r.Status)
	want := apitest.CodeQuestion(1)
	want.ID, want.Choices, want.AskedAt, want.ExpiresAt = question, []session.Choice{}, f.Clock.Now(), f.Clock.Now().Add(apitest.AnswerWait)
	require.Equal(t, &want, r.Question)
	require.NoError(t, c.Resume(ctx, demo, id, question, secrets("code", "123456")))
	requireCode(t, c.Resume(ctx, demo, id, question, secrets("code", "123456")), http.StatusBadRequest, client.CodeQuestionStale)

	f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	r, err = c.Result(ctx, demo, id, 0)
	require.NoError(t, err)
	require.Equal(t, client.Result{Status: client.Done, SessionID: "s1"}, r)
	one, err := c.One(ctx, demo, "s1")
	require.NoError(t, err)
	require.Equal(t, client.AuthSession{ID: "s1", Name: "First", Type: "CREDENTIALS", Status: "READY"}, one)
	all, err := c.All(ctx, demo)
	require.NoError(t, err)
	require.Equal(t, []client.AuthSession{one}, all)
	state, err := c.StorageState(ctx, demo, "s1")
	require.NoError(t, err)
	require.JSONEq(t, `{"cookies":[],"origins":[]}`, state.Reveal())
	require.NoError(t, c.Delete(ctx, demo, "s1"))
	_, err = c.One(ctx, demo, "s1")
	requireCode(t, err, http.StatusNotFound, "session-not-found")
}

func TestStart_OnALiveSession_NamesItsOperation(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	id, err := c.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	_, err = c.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.Equal(t, id, requireCode(t, err, http.StatusConflict, client.CodeOperationLive).OperationID)
	require.ErrorIs(t, err, &client.Error{Code: client.CodeOperationLive})
	require.NotErrorIs(t, err, &client.Error{Code: client.CodeOperationLive, Status: http.StatusBadRequest})
}

func TestProjects_AreKeptReadListedAndDeleted(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	ctx := t.Context()
	p := session.Project{
		Workspace: apitest.Workspace, Name: "portal", LoginURL: "https://portal.example/login", OTP: session.OTPSettings{Wait: "5m"},
		AllowedHosts: []string{"h"}, Browser: session.BrowserChrome,
	}
	stored, created, err := c.PutProject(ctx, p)
	require.NoError(t, err)
	require.True(t, created)
	p.Version, p.UpdatedAt = 1, f.Clock.Now()
	require.Equal(t, p, stored)
	_, created, err = c.PutProject(ctx, stored)
	require.NoError(t, err)
	require.False(t, created)
	got, err := c.GetProject(ctx, "portal")
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
	list, err := c.ListProjects(ctx)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Contains(t, list, got)
	require.NoError(t, c.DeleteProject(ctx, "portal"))
	_, err = c.GetProject(ctx, "portal")
	requireCode(t, err, http.StatusNotFound, "project-not-found")
	_, _, err = c.PutProject(ctx, session.Project{Name: "a/b", LoginURL: "http://h"})
	require.Equal(t, "name", requireCode(t, err, http.StatusBadRequest, client.CodeInvalidField).Field)
}

func TestOperations_AreListedReadAndCanceled(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	ctx := t.Context()
	first, err := c.Start(ctx, demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	f.Clock.Move(time.Second)
	second, err := c.Start(ctx, demo, client.StartRequest{ID: "s2"})
	require.NoError(t, err)
	page, next, err := c.Operations(ctx, client.OperationQuery{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, second, page[0].ID)
	page, next, err = c.Operations(ctx, client.OperationQuery{Limit: 1, Cursor: next})
	require.NoError(t, err)
	require.Equal(t, first, page[0].ID)
	require.Empty(t, next)
	page, _, err = c.Operations(ctx, client.OperationQuery{Project: demo, SessionID: "s2", State: session.OperationQueued})
	require.NoError(t, err)
	require.Len(t, page, 1)

	op, err := c.Operation(ctx, first)
	require.NoError(t, err)
	require.Equal(t, session.OperationQueued, op.State)
	require.Equal(t, f.Clock.Now().Add(-time.Second), op.CreatedAt)
	op, err = c.Cancel(ctx, first)
	require.NoError(t, err)
	require.Equal(t, session.OperationCanceled, op.State)
	_, err = c.Cancel(ctx, first)
	requireCode(t, err, http.StatusConflict, client.CodeOperationOver)
}

func TestIn_CallsAnotherWorkspace(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	_, err := c.In(apitest.OtherWorkspace).All(t.Context(), demo)
	requireCode(t, err, http.StatusNotFound, "workspace-not-found")
	_, err = c.All(t.Context(), demo)
	require.NoError(t, err)
}

func TestProbes_NeedNothing(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	require.NoError(t, c.Ready(t.Context()))
	version, err := c.Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, "unknown", version)
}

func TestIDsWithSlashesAndDots_StayOneSegment(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	for _, id := range []string{"a/b", "..", "a b", "%2F"} {
		_, err := c.One(t.Context(), demo, id)
		requireCode(t, err, http.StatusBadRequest, client.CodeInvalidField)
	}
}

// standIn is a client of a server that is not Anteroom.
func standIn(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	c, err := client.New(server.URL, session.NewSecret("k3y"), &http.Client{Transport: transport})
	require.NoError(t, err)
	return c
}

func TestAnAnswerOfSomethingElse_IsAnErrorThatQuotesNothing(t *testing.T) {
	t.Parallel()
	c := standIn(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		if strings.HasSuffix(r.URL.Path, "/operations/bad") {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = w.Write([]byte("<html>hunter2"))
	})
	_, err := c.Operation(t.Context(), "good")
	require.ErrorContains(t, err, "not the JSON")
	require.NotContains(t, err.Error(), "hunter2")
	_, err = c.Operation(t.Context(), "bad")
	require.EqualError(t, err, "anteroom answered 502 Bad Gateway")
}

func TestARedirect_IsNotFollowedWithTheKey(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	c := standIn(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	var e *client.Error
	require.ErrorAs(t, c.Ready(t.Context()), &e)
	require.Equal(t, http.StatusFound, e.Status)
	require.Zero(t, elsewhere.Load())
}

func TestAServiceThatIsNotThere_IsAnErrorWithoutTheKey(t *testing.T) {
	t.Parallel()
	c, err := client.New("http://127.0.0.1:1", session.NewSecret("k3y"), nil)
	require.NoError(t, err)
	err = c.Ready(t.Context())
	require.ErrorContains(t, err, "call anteroom")
	require.NotContains(t, err.Error(), "k3y")
}

func TestAContextThatEnds_EndsTheCall(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	id := f.Start(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.Result(ctx, demo, id, time.Minute)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
