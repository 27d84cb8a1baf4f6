//go:build e2e

package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func TestWaiting_WhenNobodyAnswers_ExpiresTyped(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := newApp(t, srv, session.Project{LoginURL: l.loginURL("code"), OTP: session.OTPSettings{Wait: "1s"}})
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	a.state(op, session.OperationExpired)
	f := a.failed(op, session.FailureNeedsUser)
	require.Equal(t, "question_expired", f.Code)
	err := srv.client.Resume(t.Context(), a.project, op, q.ID, params("code", "123456"))
	var refused *client.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusBadRequest, refused.Status)
	require.Zero(t, l.Count(loginlab.KindCodeSubmit, "code", ""))
}

func TestWaiting_WhenCanceled_EndsAndClosesThePage(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	a.asked(op)
	r := srv.call(t, http.MethodPost, "/api/v1/workspace/"+workspace+"/operations/"+op+"/cancel", nil)
	require.Equal(t, http.StatusAccepted, r.Status, "%s", r.Body)
	a.state(op, session.OperationCanceled)
	require.Equal(t, client.Failed, a.next(op).Status)
	again := srv.call(t, http.MethodPost, "/api/v1/workspace/"+workspace+"/operations/"+op+"/cancel", nil)
	require.Equal(t, http.StatusConflict, again.Status)
	workflowEnds(t, everything.temporal.Address, op)
}

func TestRunning_WhenCanceled_EndsWithinSeconds(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{SlowDelay: 4 * time.Second})
	a := onSite(t, srv, l, "slow")
	op := a.startAs("ada", l.Password())
	a.state(op, session.OperationRunning)
	_, err := srv.client.Cancel(t.Context(), op)
	require.NoError(t, err)
	began := time.Now()
	a.state(op, session.OperationCanceled)
	require.Less(t, time.Since(began), 20*time.Second)
	workflowEnds(t, everything.temporal.Address, op)
	require.Zero(t, l.Count(loginlab.KindLogin, "slow", ""))
}

func TestWaiting_WhenItsWorkflowIsTerminated_ClosesAsEngineWithin30Seconds(t *testing.T) {
	t.Parallel()
	srv, l := sharedServer(t), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	a.asked(op)
	c := dialTemporal(t, everything.temporal.Address, sdk.Options{})
	require.NoError(t, c.TerminateWorkflow(t.Context(), op, "", "a test wants it"))
	began := time.Now()
	a.state(op, session.OperationFailed)
	require.Less(t, time.Since(began), 30*time.Second)
	f := a.failed(op, session.FailureEngine)
	require.Equal(t, "workflow_terminated", f.Code)

	// The page is given back, and nothing stands in the way of a new login.
	again := a.startAs("ada", l.Password())
	a.asked(again)
	a.answered(again, l.code(t, "code", "ada"))
	a.done(again)
}
