//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// ends are the ways in which a login that waits for a code ends, after the page must be gone.
var ends = []struct {
	name string
	wait string
	end  func(t *testing.T, a *app, l *lab, op, temporal string)
}{
	{"success", "", func(t *testing.T, a *app, l *lab, op, _ string) {
		t.Helper()
		a.answered(op, l.code(t, "code", "ada"))
		a.done(op)
	}},
	{"failure", "", func(t *testing.T, a *app, l *lab, op, _ string) {
		t.Helper()
		right := l.code(t, "code", "ada")
		for n := range 3 {
			a.answered(op, wrongCode(right, n))
		}
		a.failed(op, session.FailureNeedsUser)
	}},
	{"nobody answers", "3s", func(t *testing.T, a *app, _ *lab, op, _ string) {
		t.Helper()
		a.state(op, session.OperationExpired)
	}},
	{"cancel", "", func(t *testing.T, a *app, _ *lab, op, _ string) {
		t.Helper()
		_, err := a.srv.client.Cancel(t.Context(), op)
		require.NoError(t, err)
		a.state(op, session.OperationCanceled)
	}},
	{"the session is deleted", "", func(t *testing.T, a *app, _ *lab, _, _ string) {
		t.Helper()
		require.NoError(t, a.srv.client.Delete(t.Context(), a.project, "ada"))
	}},
	{"terminated in Temporal", "", func(t *testing.T, a *app, _ *lab, op, temporal string) {
		t.Helper()
		require.NoError(t, dialTemporal(t, temporal, client.Options{}).TerminateWorkflow(t.Context(), op, "", "somebody's whim"))
		require.Equal(t, session.OperationFailed, a.state(op, session.OperationFailed).State)
	}},
}

func TestEnd_HoweverALoginEnds_LeavesNoPage(t *testing.T) { //nolint:tparallel // they count the pages of one browser
	t.Parallel()
	port, err := freePort()
	require.NoError(t, err)
	temporal := "127.0.0.1:" + port
	srv := up(t, dataDir(t), "--temporal-listen", temporal)
	k := keeperOf(t, srv)
	for _, end := range ends {
		t.Run(end.name, func(t *testing.T) {
			k := &keeper{k.Endpoint, t}
			k.onlyWarm(time.Minute)
			l := newLab(t, loginlab.Options{})
			a := newApp(t, srv, session.Project{LoginURL: l.loginURL("code"), OTP: session.OTPSettings{Wait: end.wait}})
			op := a.startAs("ada", l.Password())
			a.asked(op)
			require.Eventually(t, func() bool { return k.contexts() > warmContexts }, loginTimeout, pause, "it has a page")
			end.end(t, a, l, op, temporal)
			k.onlyWarm(time.Minute)
		})
	}
}

func TestEnd_WhenTheWorkerIsKilledRightBeforeItClosesThePage_TheJanitorOfTheNextOneDoes(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{})
	srv := up(t, dataDir(t))
	a := onSite(t, srv, l, "code")
	op := a.startAs("ada", l.Password())
	a.asked(op)
	_, err := srv.client.Cancel(t.Context(), op)
	require.NoError(t, err)
	require.NoError(t, srv.kill())
	srv = up(t, srv.dataDir)
	a.on(srv).state(op, session.OperationCanceled)
	keeperOf(t, srv).onlyWarm(3 * time.Minute)
}
