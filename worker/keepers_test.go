package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
)

// leasing is a store in which these pages of the browsers are lent.
type leasing struct {
	*sqlite.DB

	leases map[string][]store.Lease
	err    error
}

func (l leasing) OpenLeases(_ context.Context, browserID string) ([]store.Lease, error) {
	return l.leases[browserID], l.err
}

func lent(n int) []store.Lease { return make([]store.Lease, n) }

func TestBrowser_OfSeveralKeepers_IsTheOneWithMostRoom(t *testing.T) {
	t.Parallel()
	y := joined(t, shellAt("a"), shellAt("b"), shellAt("c"))
	leases := leasing{DB: y.db, leases: map[string][]store.Lease{"br_a_shell_1": lent(2), "br_b_shell_1": lent(1), "br_c_shell_1": lent(3)}}
	y.Store = leases
	require.Equal(t, "br_b_shell_1", y.browser(session.BrowserShell))
	leases.leases["br_b_shell_1"] = lent(5)
	require.Equal(t, "br_a_shell_1", y.browser(session.BrowserShell))
	for _, id := range []string{"br_a_shell_1", "br_b_shell_1", "br_c_shell_1"} {
		b, err := y.Held(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, id, b.ID())
	}
}

func TestBrowser_WhenAKeeperCannotStartOne_IsAnothers(t *testing.T) {
	t.Parallel()
	without, with := shellAt("a"), shellAt("b")
	y := joined(t, without, with)
	without.answers(browser.ErrNotFound)
	require.Equal(t, "br_b_chrome_2", y.browser(session.BrowserChrome))
	with.answers(browser.ErrNoKeeper)
	with.dies(1)
	_, err := y.Browser(t.Context(), session.BrowserChrome)
	require.ErrorIs(t, err, browser.ErrNotFound)
	require.ErrorIs(t, err, browser.ErrNoKeeper)
}

func TestJoin_WithOneKeeperAway_UsesTheOthers_AndThatOneOnceItIsThere(t *testing.T) {
	t.Parallel()
	away, there := shellAt("a"), shellAt("b")
	away.answers(browser.ErrNoKeeper)
	y := joined(t, away, there)
	require.Equal(t, "br_b_shell_1", y.browser(session.BrowserShell))
	require.NoError(t, y.Ready(t.Context()))
	_, err := y.Held(t.Context(), "br_a_shell_1")
	require.ErrorIs(t, err, browser.ErrBrowserLost)

	away.answers(errors.New("it takes its time"))
	_, err = y.Held(t.Context(), "br_a_shell_1")
	require.NotErrorIs(t, err, browser.ErrBrowserLost, "that is no evidence")
	b, err := y.Held(t.Context(), "br_b_shell_1")
	require.NoError(t, err)
	require.Equal(t, "br_b_shell_1", b.ID())
	away.answers(nil)
	b, err = y.Held(t.Context(), "br_a_shell_1")
	require.NoError(t, err)
	require.Equal(t, "br_a_shell_1", b.ID())
	require.Equal(t, []string{"br_a_shell_1"}, y.alive("a"))
}

func TestWanted_AreThePagesOfLiveLogins_UntilTheirLastDeadline(t *testing.T) {
	t.Parallel()
	y := joined(t, shellAt("a"))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	y.Now = func() time.Time { return at }
	leases := leasing{DB: y.db, leases: map[string][]store.Lease{"br_a_shell_1": {
		{OperationState: session.OperationWaiting, AnswerBy: at.Add(10 * time.Minute)},
		{OperationState: session.OperationWaiting, AnswerBy: at.Add(2 * time.Minute)},
		{OperationState: session.OperationSucceeded, AnswerBy: at.Add(time.Hour)},
	}}}
	y.Store = leases
	w, err := y.Wanted(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, browser.Wanted{Pages: 2, Until: at.Add(10 * time.Minute)}, w)

	leases.leases["br_a_shell_1"] = []store.Lease{{OperationState: session.OperationRunning}}
	w, err = y.Wanted(t.Context(), "a")
	require.NoError(t, err)
	require.Equal(t, browser.Wanted{Pages: 1, Until: at.Add(y.Patience)}, w, "a step waits for a worker")

	leases.err = errors.New("away")
	y.Store = leases
	_, err = y.Wanted(t.Context(), "a")
	require.ErrorIs(t, err, leases.err)
}

// quiet is a store of nothing but one browser with a page.
type quiet struct {
	worker.FleetStore

	answerBy time.Time

	mu   sync.Mutex
	lost []string
}

func (q *quiet) RegisterBrowser(context.Context, store.Browser) error { return nil }

func (q *quiet) MarkBrowserLost(_ context.Context, id string, _ time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lost = append(q.lost, id)
	return nil
}

// marked are the browsers that were marked as lost so far.
func (q *quiet) marked() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.lost)
}

func (q *quiet) ListBrowsers(context.Context, string) ([]store.Browser, error) {
	if len(q.marked()) > 0 {
		return nil, nil
	}
	return []store.Browser{{ID: "br_a_shell_1"}}, nil
}

func (q *quiet) OpenLeases(context.Context, string) ([]store.Lease, error) {
	return []store.Lease{{OperationState: session.OperationWaiting, AnswerBy: q.answerBy}}, nil
}

func TestFollow_TellsWhatIsWanted_WhenThatChanges_AndHasAKeeperThatIsGoneStarted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := shellAt("a")
		db := &quiet{answerBy: time.Now().Add(10 * time.Minute)}
		f := &worker.Fleet{
			Keepers: []worker.Keeper{k}, Poll: func(string) (func(), error) { return func() {}, nil },
			Store: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		}
		require.NoError(t, f.Join(t.Context()))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); f.Follow(ctx) }()
		<-time.After(11 * time.Second)
		want := browser.Wanted{Pages: 1, Until: db.answerBy}
		require.Equal(t, []browser.Wanted{want}, k.wanted(), "it is told once")

		k.comesBackEmpty()
		<-time.After(5 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"br_a_shell_1"}, db.marked())
		require.Equal(t, 2, k.starts(), "the fleet had one started")
		cancel()
		<-done
		f.Drain()
		require.NoError(t, f.Close(context.Background()))
	})
}
