package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// unreliable is a service with trouble on the way to it.
type unreliable struct {
	*apitest.Fixture

	client   *client.Client
	requests atomic.Int32
}

// withTrouble asks trouble what happens to request number n; where it returns false, the request is served.
func withTrouble(t *testing.T, trouble func(n int32, w http.ResponseWriter, serve func(w http.ResponseWriter)) bool) *unreliable {
	t.Helper()
	u := &unreliable{Fixture: apitest.New(t)}
	u.client = standIn(t, func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Api-Key", apitest.Key)
		serve := func(w http.ResponseWriter) { u.Handler.ServeHTTP(w, r) }
		if !trouble(u.requests.Add(1), w, serve) {
			serve(w)
		}
	})
	return u
}

// away answers the first n requests as a service whose database is away, before they have any effect.
func away(n int32) func(int32, http.ResponseWriter, func(http.ResponseWriter)) bool {
	return func(i int32, w http.ResponseWriter, _ func(http.ResponseWriter)) bool {
		if i > n {
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
}

// lost serves the request number n and breaks the connection off instead of answering.
func lost(n int32) func(int32, http.ResponseWriter, func(http.ResponseWriter)) bool {
	return func(i int32, _ http.ResponseWriter, serve func(http.ResponseWriter)) bool {
		if i != n {
			return false
		}
		serve(httptest.NewRecorder())
		panic(http.ErrAbortHandler)
	}
}

func TestACall_WhileTheServiceIsAway_IsRepeatedWhenTold(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(2))
	began := time.Now()
	_, created, err := u.client.PutProject(t.Context(), session.Project{Name: "new", LoginURL: "https://new.example.com/"})
	require.NoError(t, err)
	require.True(t, created)
	require.Equal(t, int32(3), u.requests.Load())
	require.GreaterOrEqual(t, time.Since(began), 2*time.Second, "Retry-After is heeded")
}

func TestACall_BeyondItsPatience_ReturnsWhatTheServiceSaid(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(100))
	_, err := u.client.WithPatience(1500 * time.Millisecond).ListProjects(t.Context())
	var e *client.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusServiceUnavailable, e.Status)
	require.Equal(t, int32(2), u.requests.Load())
	_, err = u.client.WithPatience(0).ListProjects(t.Context())
	require.ErrorAs(t, err, &e)
	require.Equal(t, int32(3), u.requests.Load(), "without patience nothing is repeated")
	require.ErrorAs(t, u.client.Ready(t.Context()), &e)
	require.Equal(t, int32(4), u.requests.Load(), "a probe is never repeated")
}

func TestACall_WhoseContextEndsBetweenTries_Returns(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(100))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := u.client.ListProjects(ctx)
	require.Error(t, err)
	require.Equal(t, int32(1), u.requests.Load())
}

func TestAStart_WhoseAnswerGetsLost_IsStartedOnce(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, lost(1))
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{Parameters: secrets("username", "alice", "password", "pw")})
	require.NoError(t, err)
	all, _, err := u.client.Operations(t.Context(), client.OperationQuery{})
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, all[0].ID, id)
}

func TestAStart_UnderAKeyOfTheCallers_IsStartedOnceHoweverOftenItIsCalled(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, lost(1))
	r := client.StartRequest{ID: "s1", IdempotencyKey: "mine", Parameters: secrets("username", "alice", "password", "pw")}
	id, err := u.client.Start(t.Context(), demo, r)
	require.NoError(t, err)
	again, err := u.client.Start(t.Context(), demo, r)
	require.NoError(t, err)
	require.Equal(t, id, again)
	r.Parameters = secrets("username", "alice", "password", "other")
	_, err = u.client.Start(t.Context(), demo, r)
	requireCode(t, err, http.StatusUnprocessableEntity, client.CodeKeyReused)
}

func TestADelete_WhoseAnswerGetsLost_IsDone(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, lost(2))
	_, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	require.NoError(t, u.client.Delete(t.Context(), demo, "s1"))
	requireCode(t, u.client.Delete(t.Context(), demo, "s1"), http.StatusNotFound, "session-not-found")
}

func TestAnAnswer_WhoseAnswerGetsLost_IsAcceptedOnce(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, lost(2))
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	question := u.Ask(id, apitest.CodeQuestion(1))
	require.NoError(t, u.client.Resume(t.Context(), demo, id, question, secrets("code", "123456")))
	err = u.client.Resume(t.Context(), demo, id, question, secrets("code", "123456"))
	requireCode(t, err, http.StatusBadRequest, client.CodeQuestionStale)
}

func TestARead_ThatBreaksOffHalfWay_IsRepeated(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, func(n int32, w http.ResponseWriter, _ func(http.ResponseWriter)) bool {
		if n > 1 {
			return false
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"projects":[`)
		panic(http.ErrAbortHandler)
	})
	all, err := u.client.ListProjects(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, int32(2), u.requests.Load())
}

func TestARefusal_IsNeverRepeated(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		var requests atomic.Int32
		c := standIn(t, func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			if status != http.StatusServiceUnavailable { // without Retry-After it is no promise to be back
				w.Header().Set("Retry-After", "1")
			}
			w.WriteHeader(status)
		})
		_, err := c.ListProjects(t.Context())
		var e *client.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, int32(1), requests.Load(), status)
	}
}
