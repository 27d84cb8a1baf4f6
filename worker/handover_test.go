package worker_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
)

func TestNoticeGone_WhenAnotherWorkerOfTheMachineWasKilled_MarksItsBrowserAsLost(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	m := worker.ThisMachine()
	y.Machine = m
	pid, kill, wait := running(t)
	register := func(id, process string) {
		require.NoError(t, y.db.RegisterBrowser(t.Context(), store.Browser{
			ID: id, Host: thisHost, Process: process, StartedAt: time.Unix(int64(len(y.alive())), 0),
		}))
	}
	register("br_killed", m.Process(pid))
	register("br_alive", m.Process(os.Getpid()))
	register("br_elsewhere", "0123456789abcdef/2/3")
	register("br_unnamed", "")
	require.NoError(t, y.NoticeGone(t.Context()))
	require.Len(t, y.alive(), 4)
	kill()
	wait()
	require.NoError(t, y.NoticeGone(t.Context()))
	require.Equal(t, []string{"br_alive", "br_elsewhere", "br_unnamed"}, y.alive(), "an absent worker is no evidence")
}

func TestNotice_LooksEverySecond_UntilItIsEnded(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.Machine = worker.ThisMachine()
	pid, kill, wait := running(t)
	require.NoError(t, y.db.RegisterBrowser(t.Context(), store.Browser{ID: "br_1", Host: thisHost, Process: y.Machine.Process(pid), StartedAt: time.Now()}))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		y.Notice(ctx)
	}()
	kill()
	wait()
	require.Eventually(t, func() bool { return len(y.alive()) == 0 }, 10*time.Second, 10*time.Millisecond)
	cancel()
	<-done
}

func TestBrowser_Started_IsNamedForOtherWorkersOfTheMachine(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.Machine = worker.ThisMachine()
	y.pid = os.Getpid()
	y.browser(session.BrowserShell)
	rows, err := y.db.ListBrowsers(t.Context(), thisHost)
	require.NoError(t, err)
	require.Equal(t, y.Machine.Process(os.Getpid()), rows[0].Process)
	require.NotEmpty(t, rows[0].Process)
}

// leasing is a store in which the browsers' logins are in these states.
type leasing struct {
	*sqlite.DB

	states func() []session.OperationState
	err    error
}

func (l leasing) OpenLeases(context.Context, string) ([]store.Lease, error) {
	if l.err != nil {
		return nil, l.err
	}
	var leases []store.Lease
	for _, s := range l.states() {
		leases = append(leases, store.Lease{OperationState: s})
	}
	return leases, nil
}

func TestSettle_WaitsForLoginsInAStep_NotForThoseThatWait(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	looks := 0
	y.Store = leasing{DB: y.db, states: func() []session.OperationState {
		looks++
		if looks < 3 {
			return []session.OperationState{session.OperationWaiting, session.OperationRunning}
		}
		return []session.OperationState{session.OperationWaiting}
	}}
	y.Settle(t.Context())
	require.Zero(t, looks, "there is no browser, so nothing to wait for")
	y.browser(session.BrowserShell)
	y.Settle(t.Context())
	require.Equal(t, 3, looks)
}

func TestSettle_EndsWithItsTime_AndWhenTheStoreCannotTell(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	running := func() []session.OperationState { return []session.OperationState{session.OperationRunning} }
	y.Store = leasing{DB: y.db, states: running}
	y.browser(session.BrowserShell)
	ctx, cancel := context.WithTimeout(t.Context(), 120*time.Millisecond)
	defer cancel()
	began := time.Now()
	y.Settle(ctx)
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)
	y.Store = leasing{DB: y.db, err: errors.New("away")}
	y.Settle(t.Context())
}

func TestSettling_IsMostOfTheDrain_UnlessThePagesOutliveTheProcess(t *testing.T) {
	t.Parallel()
	w := worker.Workers{Drain: 6 * time.Second}
	require.Equal(t, 4*time.Second, w.Settling(), "the rest is for steps that take longer")
	w.PagesOutlive = true
	require.Zero(t, w.Settling(), "a step in hand has the whole drain")
}
