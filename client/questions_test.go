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
	"github.com/anteroom/anteroom/store"
)

const proven = `{"cookies":[],"origins":[]}`

func approval(number int) session.InfoRequest {
	q := apitest.CodeQuestion(number)
	q.Kind, q.Fields, q.DisplayCode = session.AskApproval, nil, "42"
	q.Allow = []session.Action{session.ActionResend, session.ActionCancel}
	return q
}

func TestLogin_WhenTheSiteGoesOnByItself_EndsTheQuestion(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	asked := make(chan struct{})
	drive(t, f, func(id string) {
		f.Ask(id, approval(1))
		<-asked
		f.GoOn(id)
		f.Succeed(id, "s1", proven)
	})
	done, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		require.Equal(t, "42", q.DisplayCode)
		close(asked)
		<-ctx.Done() // a person who reads and types nothing
		return nil, ctx.Err()
	})
	require.NoError(t, err)
	require.Equal(t, "s1", done.SessionID)
}

func TestLogin_WhenTheAnswerIsToWait_AsksNoSecondTime(t *testing.T) {
	t.Parallel()
	for name, question := range map[string]session.InfoRequest{"approval": approval(1), "code": apitest.CodeQuestion(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, f := setup(t)
			asked := make(chan struct{}, 10)
			drive(t, f, func(id string) {
				f.Ask(id, question)
				<-asked
				f.GoOn(id)
				f.Succeed(id, "s1", proven)
			})
			_, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(context.Context, session.InfoRequest) (map[string]session.Secret, error) {
				asked <- struct{}{}
				return nil, client.ErrWait
			})
			require.NoError(t, err)
			require.Empty(t, asked)
		})
	}
}

func TestLogin_WhenAnActionAnswersAnApproval_SendsIt(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) {
		f.Ask(id, approval(1))
		answered(f)
		f.Succeed(id, "s1", proven)
	})
	_, err := c.Login(t.Context(), demo, client.StartRequest{ID: "s1"}, func(context.Context, session.InfoRequest) (map[string]session.Secret, error) {
		return secrets(session.AnswerAction, string(session.ActionResend)), nil
	})
	require.NoError(t, err)
}

func TestLogin_WhenTheWaitIsInterrupted_EndsWithTheContext(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	drive(t, f, func(id string) { f.Ask(id, approval(1)) })
	ctx, cancel := context.WithCancel(t.Context())
	_, err := c.Login(ctx, demo, client.StartRequest{}, func(context.Context, session.InfoRequest) (map[string]session.Secret, error) {
		cancel()
		return nil, client.ErrWait
	})
	require.ErrorIs(t, err, context.Canceled)
}

func TestResume_SendsChoicesActionsAndValuesApart(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	unknown := apitest.CodeQuestion(1)
	unknown.Kind, unknown.Fields[0] = session.AskUnknownPage, session.Field{Name: "f1", Type: "text", Optional: true}
	unknown.Choices = []session.Choice{{ID: "b1", Label: "Continue"}}
	unknown.Allow = []session.Action{session.ActionAnswer, session.ActionChoose}
	for _, answer := range []map[string]session.Secret{
		secrets("f1", "x", session.AnswerChoice, "b1"), secrets(session.AnswerChoice, "b1"), secrets("f1", "x"),
	} {
		id, err := c.Start(t.Context(), demo, client.StartRequest{})
		require.NoError(t, err)
		require.NoError(t, c.Resume(t.Context(), demo, id, f.Ask(id, unknown), answer))
	}
	id, err := c.Start(t.Context(), demo, client.StartRequest{})
	require.NoError(t, err)
	q := f.Ask(id, approval(1))
	requireCode(t, c.Resume(t.Context(), demo, id, q, secrets("code", "1")), http.StatusBadRequest, client.CodeNotAnswerable)
	requireCode(t, c.Resume(t.Context(), demo, id, q, secrets(session.AnswerAction, "shout")), http.StatusBadRequest, client.CodeInvalidField)
	requireCode(t, c.Resume(t.Context(), demo, id, q, nil), http.StatusBadRequest, client.CodeNotAnswerable)
}

func TestStart_OfAnAccountThatMayNot_SaysWhyAndResetHelps(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	ctx := t.Context()
	alice := func(sessionID string) client.StartRequest {
		return client.StartRequest{ID: sessionID, Parameters: secrets("username", "alice", "password", "p")}
	}
	id, err := c.Start(ctx, demo, alice("s1"))
	require.NoError(t, err)
	_, err = c.Start(ctx, demo, alice("s2"))
	busy := requireCode(t, err, http.StatusConflict, client.CodeAccountBusy)
	require.Equal(t, []string{id, "s1"}, []string{busy.OperationID, busy.SessionID})
	require.Nil(t, busy.Breaker)

	since := f.Clock.Now()
	f.Fail(id, session.NewFailure(session.FailureLockout, "locked", "Locked."))
	_, err = c.Start(ctx, demo, alice("s2"))
	open := requireCode(t, err, http.StatusConflict, client.CodeBreakerOpen)
	require.Equal(t, &client.Breaker{Class: session.FailureLockout, Since: since, Until: since.Add(store.LockoutCoolDown)}, open.Breaker)
	require.Equal(t, "s1", open.SessionID)

	wasOpen, err := c.ResetBreaker(ctx, demo, "s1")
	require.NoError(t, err)
	require.True(t, wasOpen)
	_, err = c.Start(ctx, demo, alice("s2"))
	require.NoError(t, err)
	_, err = c.ResetBreaker(ctx, demo, "nobody")
	requireCode(t, err, http.StatusNotFound, "session-not-found")
}

func TestArtefacts_AreListedAndRead(t *testing.T) {
	t.Parallel()
	c, f := setup(t)
	id, err := c.Start(t.Context(), demo, client.StartRequest{})
	require.NoError(t, err)
	sealed, err := f.Sealer.Seal([]byte("\x89PNG"), apitest.Workspace, session.SealedArtefact, session.ArtefactID(id, "page-1.png"))
	require.NoError(t, err)
	at := f.Clock.Now().Add(time.Minute)
	require.NoError(t, f.Store.SaveArtefact(t.Context(), store.Artefact{
		Ref: store.Ref{Workspace: apitest.Workspace, Operation: id}, Name: "page-1.png", MediaType: "image/png", Data: sealed, At: at,
	}))
	list, err := c.Artefacts(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, []client.Artefact{{Name: "page-1.png", MediaType: "image/png", CreatedAt: at}}, list)
	data, err := c.Artefact(t.Context(), id, "page-1.png")
	require.NoError(t, err)
	require.Equal(t, "\x89PNG", string(data))
	_, err = c.Artefact(t.Context(), id, "page-2.png")
	requireCode(t, err, http.StatusNotFound, "artefact-not-found")
	_, err = c.Artefacts(t.Context(), "op_nobody")
	requireCode(t, err, http.StatusNotFound, "operation-not-found")
}
