package client_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

func TestEvents_OfALogin_EndWithIt(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(0))
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	var kinds []client.EventKind
	for e, err := range u.client.Events(t.Context(), id, "") {
		require.NoError(t, err)
		kinds = append(kinds, e.Kind)
		switch {
		case e.Kind == client.EventState && e.State == session.OperationQueued:
			require.Equal(t, "1", e.ID)
			require.Equal(t, 1, e.Attempt)
			require.False(t, e.At.IsZero())
			u.Ask(id, apitest.CodeQuestion(1))
		case e.Kind == client.EventQuestion:
			require.Equal(t, session.AskCode, e.Question.Kind)
			u.GoOn(id)
			u.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
		case e.Kind == client.EventEnd:
			require.Equal(t, session.OperationFailed, e.Operation.State)
			require.Equal(t, "x", e.Operation.Failure.Code)
		}
	}
	require.Equal(t, []client.EventKind{"state", "state", "state", "question", "state", "state", "end"}, kinds)
	for range u.client.Events(t.Context(), id, "7") {
		require.Fail(t, "there is nothing left to tell")
	}
}

// cutting is a ResponseWriter whose connection breaks after some writes.
type cutting struct {
	http.ResponseWriter

	left int
}

func (c *cutting) Flush() { _ = http.NewResponseController(c.ResponseWriter).Flush() }

func (c *cutting) Write(p []byte) (int, error) {
	if c.left--; c.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(p)
}

func TestEvents_WhenConnectionsBreak_GoOnWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, func(n int32, w http.ResponseWriter, serve func(http.ResponseWriter)) bool {
		switch {
		case n == 1: // the start
			return false
		case n%3 == 0:
			w.WriteHeader(http.StatusBadGateway) // a proxy that has nobody to pass it on to
		default:
			serve(&cutting{w, 4})
		}
		return true
	})
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	for n := range 3 {
		u.Ask(id, apitest.CodeQuestion(n+1))
		u.GoOn(id)
	}
	u.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	var ids []string
	for e, err := range u.client.Events(t.Context(), id, "0") {
		require.NoError(t, err)
		ids = append(ids, e.ID)
	}
	require.Equal(t, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"}, ids)
}

func TestEvents_OfWhatIsNotThere_AreAnError(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(0))
	for _, err := range u.client.Events(t.Context(), "op_nobody", "") {
		requireCode(t, err, http.StatusNotFound, "operation-not-found")
	}
}

func TestEvents_WhoseContextEnds_EndWithItsError(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(0))
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range u.client.Events(ctx, id, "") {
		cancel()
		last = err
	}
	require.ErrorIs(t, last, context.Canceled)
}

func TestAwait_OfAPendingSession_ReturnsWhenItIsNotAnyMore(t *testing.T) {
	t.Parallel()
	u := withTrouble(t, away(0))
	id, err := u.client.Start(t.Context(), demo, client.StartRequest{ID: "s1"})
	require.NoError(t, err)
	s, err := u.client.One(t.Context(), demo, "s1")
	require.NoError(t, err)
	require.Equal(t, "PENDING", s.Status)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		u.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	}()
	s, err = u.client.Await(t.Context(), demo, "s1", 30*time.Second)
	require.NoError(t, err)
	require.Equal(t, "EXPIRED", s.Status)
	<-ended
}
