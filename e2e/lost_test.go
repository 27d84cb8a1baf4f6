//go:build e2e

package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// losses are the ways in which a page that waits for a code gets lost.
var losses = []struct {
	name string
	lose func(k *keeper, srv *server)
}{
	{"the browser dies", func(k *keeper, _ *server) {
		require.NoError(k.t, syscall.Kill(k.newest().PID, syscall.SIGKILL))
	}},
	{"its keeper dies", func(k *keeper, srv *server) {
		for _, pid := range keepersOn(srv.dataDir) {
			require.NoError(k.t, syscall.Kill(pid, syscall.SIGKILL))
		}
	}},
	{"only the page crashes", func(k *keeper, _ *server) { k.killRenderers() }},
}

// noticed waits until the operation is in another attempt, or over, and logs how long that took.
func (a *app) noticed(op string) session.Operation {
	a.t.Helper()
	began := time.Now()
	var now session.Operation
	require.Eventually(a.t, func() bool {
		now = a.operation(op)
		return now.Attempt > 1 || now.State.Final()
	}, loginTimeout, pause, "nobody noticed")
	a.t.Logf("noticed after %s", time.Since(began).Round(10*time.Millisecond))
	return now
}

func TestLost_WhileALoginWaits_IsNoticedAndTheNewQuestionSaysWhy(t *testing.T) { //nolint:tparallel // they share a browser that is lost
	t.Parallel()
	srv := up(t, dataDir(t))
	k := keeperOf(t, srv)
	for _, loss := range losses {
		t.Run(loss.name, func(t *testing.T) {
			l := newLab(t, loginlab.Options{})
			a := onSite(t, srv, l, "code")
			op := a.startAs("ada", l.Password())
			first := a.asked(op)
			code := l.code(t, "code", "ada")
			loss.lose(&keeper{k.Endpoint, t}, srv)
			require.Equal(t, 2, a.noticed(op).Attempt)
			second := a.asked(op)
			require.NotEqual(t, first.ID, second.ID)
			require.Equal(t, "browser_lost", second.Reason)
			require.Contains(t, second.Message, "browser of this login was lost")
			a.resume(op, second, l.code(t, "code", "ada", code))
			a.done(op)
			require.Equal(t, 2, l.submits("code", "ada"), "one submit per attempt")
			(&keeper{k.Endpoint, t}).onlyWarm(time.Minute)
		})
	}
}

func TestLost_WhereTheProjectSaysFail_EndsTheLogin(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{})
	srv := up(t, dataDir(t))
	a := newApp(t, srv, session.Project{LoginURL: l.loginURL("code"), OnBrowserLost: session.BrowserLostFail})
	op := a.startAs("ada", l.Password())
	a.asked(op)
	require.NoError(t, syscall.Kill(keeperOf(t, srv).newest().PID, syscall.SIGKILL))
	require.Equal(t, session.OperationFailed, a.noticed(op).State)
	f := a.failed(op, session.FailureEngine)
	require.Equal(t, "browser_lost", f.Code)
	require.Contains(t, f.Message, "start the login again")
	require.Equal(t, 1, l.submits("code", "ada"), "nobody is sent a second code")
}
