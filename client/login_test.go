package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// drive runs the workflow's part of every login: work is called with the operation's id once it is started.
func drive(t *testing.T, f *apitest.Fixture, work func(id string)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(strings.TrimPrefix(<-f.Engine.Calls, "start "))
	}()
	t.Cleanup(func() { <-done })
}

// answered waits until the engine is told of an answer.
func answered(f *apitest.Fixture) { <-f.Engine.Calls }

func TestLogin_AnswersWhatIsAskedAndReturnsTheSession(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) {
		f.Ask(id, apitest.CodeQuestion(1))
		answered(f)
		again := apitest.CodeQuestion(2)
		again.Attempt, again.Reason = 2, "code_rejected"
		f.Ask(id, again)
		answered(f)
		f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	})
	var asked []string
	done, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(_ context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		asked = append(asked, q.Reason)
		return secrets("code", "123456"), nil
	})
	require.NoError(t, err)
	require.Equal(t, "s1", done.SessionID)
	require.NotEmpty(t, done.OperationID)
	require.Equal(t, []string{"", "code_rejected"}, asked)
}

func TestLogin_ThatFails_ReturnsTheFailure(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) {
		f.Fail(id, session.NewFailure(session.FailureCredential, "wrong_password", "Refused."))
	})
	done, err := c.Login(t.Context(), demo, client.StartRequest{}, nil)
	var failed *client.FailedError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "wrong_password", failed.Failure.Code)
	require.Equal(t, done.OperationID, failed.OperationID)
	var failure *session.Failure
	require.ErrorAs(t, err, &failure)
	require.ErrorContains(t, err, "Refused.")
}

func TestLogin_WithAnAnswerOfTheWrongForm_AsksAgainAndSaysWhy(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) {
		f.Ask(id, apitest.CodeQuestion(1))
		answered(f)
		f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	})
	codes := []string{"1", "123456"}
	_, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(_ context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		code := codes[0]
		codes = codes[1:]
		if code == "123456" {
			require.Equal(t, client.ReasonAnswerRefused, q.Reason)
			require.Contains(t, q.SiteError, "it must have 6")
		}
		return secrets("code", code), nil
	})
	require.NoError(t, err)
	require.Empty(t, codes)
}

func TestLogin_WithAnswersThatStayWrong_GivesUp(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) { f.Ask(id, apitest.CodeQuestion(1)) })
	var asked int
	done, err := c.Login(t.Context(), demo, client.StartRequest{}, func(context.Context, session.InfoRequest) (map[string]session.Secret, error) {
		asked++
		return secrets("code", "1"), nil
	})
	requireCode(t, err, http.StatusBadRequest, client.CodeInvalidField)
	require.Equal(t, 3, asked)
	require.Equal(t, client.RequestedMoreInfo, statusOf(t, c, done.OperationID), "the login lives on")
}

func statusOf(t *testing.T, c *client.Client, operationID string) client.Status {
	t.Helper()
	r, err := c.Result(t.Context(), demo, operationID, 0)
	require.NoError(t, err)
	return r.Status
}

func TestLogin_WhenSomebodyElseAnswers_GoesOn(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) {
		f.Ask(id, apitest.CodeQuestion(1))
		answered(f) // of the other
		f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	})
	var operation string
	done, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		page, _, err := c.Operations(ctx, client.OperationQuery{})
		require.NoError(t, err)
		operation = page[0].ID
		require.NoError(t, c.Resume(ctx, demo, operation, q.ID, secrets("code", "111111")))
		return secrets("code", "222222"), nil
	})
	require.NoError(t, err)
	require.Equal(t, operation, done.OperationID)
}

func TestLogin_WithoutAnAnswer_SaysWhatIsAsked(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) { f.Ask(id, apitest.CodeQuestion(1)) })
	_, err := c.Login(t.Context(), demo, client.StartRequest{}, nil)
	require.ErrorContains(t, err, "Enter the code we texted you.")

	id := f.Start(t, nil)
	answered(f) // its start
	f.Ask(id, apitest.CodeQuestion(1))
	why := errors.New("the person went home")
	_, err = c.Follow(t.Context(), demo, id, func(context.Context, session.InfoRequest) (map[string]session.Secret, error) { return nil, why })
	require.ErrorIs(t, err, why)
}

func TestFollow_WaitsForAServiceThatRestarts(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c := standIn(t, func(w http.ResponseWriter, _ *http.Request) {
		switch calls.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = w.Write([]byte(`{"status":"done","authSessionId":"s1"}`))
		}
	})
	done, err := c.Follow(t.Context(), demo, "op_x", nil)
	require.NoError(t, err)
	require.Equal(t, client.LoginDone{OperationID: "op_x", SessionID: "s1"}, done)
}

func TestFollow_OfAnUnknownOperation_EndsAtOnce(t *testing.T) {
	t.Parallel()
	c, _ := setup(t)
	_, err := c.Follow(t.Context(), demo, "op_x", nil)
	requireCode(t, err, http.StatusNotFound, "operation-not-found")
}

func TestFollow_OfAResultWithoutItsQuestion_IsAnError(t *testing.T) {
	t.Parallel()
	c := standIn(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"status":"requested_more_info","id":"q"}`))
	})
	_, err := c.Follow(t.Context(), demo, "op_x", nil)
	require.ErrorContains(t, err, "the question is missing")
}

func TestFollow_WhenItsContextEnds_ReturnsAndTheLoginLivesOn(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	id := f.Start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done, err := c.Follow(ctx, demo, id, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, id, done.OperationID)
	op, err := f.Store.GetOperation(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id})
	require.NoError(t, err)
	require.False(t, op.State.Final())
}
