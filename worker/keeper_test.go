package worker_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

// fakeKeeper is a process with browsers that are none.
type fakeKeeper struct {
	host string
	// closed is told of connections that are closed; nil is nobody.
	closed func(id string)

	mu        sync.Mutex
	browsers  []browser.KeptBrowser
	started   int
	connected []*fakeBrowser
	told      []browser.Wanted
	memory    browser.KeeperMemory
	// err is what every question is answered with; nil for an answer. revives clears it when a browser is started.
	err     error
	revives bool
}

func (k *fakeKeeper) State(context.Context) (browser.KeeperState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return browser.KeeperState{}, k.err
	}
	return browser.KeeperState{Host: k.host, Browsers: append([]browser.KeptBrowser{}, k.browsers...)}, nil
}

func (k *fakeKeeper) Memory(context.Context) (browser.KeeperMemory, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.memory, k.err
}

func (k *fakeKeeper) Want(_ context.Context, w browser.Wanted) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told = append(k.told, w)
	return k.err
}

func (k *fakeKeeper) Start(_ context.Context, kind session.BrowserKind) (browser.KeptBrowser, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.revives {
		k.err, k.revives = nil, false
	}
	if k.err != nil {
		return browser.KeptBrowser{}, k.err
	}
	for _, b := range k.browsers {
		if b.Kind == kind && !b.Draining {
			return b, nil
		}
	}
	k.started++
	b := browser.KeptBrowser{ID: fmt.Sprintf("br_%s_%s_%d", k.host, kind, k.started), Kind: kind, PID: 815, Since: time.Now()}
	k.browsers = append(k.browsers, b)
	return b, nil
}

func (k *fakeKeeper) Connect(_ context.Context, info browser.KeptBrowser) (worker.Browser, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b := &fakeBrowser{id: info.ID, lost: make(chan struct{}), lives: true, closed: func() {
		if k.closed != nil {
			k.closed(info.ID)
		}
	}}
	k.connected = append(k.connected, b)
	return b, nil
}

// dies ends a browser as its clients see it.
func (k *fakeKeeper) dies(i int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := k.browsers[i].ID
	k.browsers = append(k.browsers[:i], k.browsers[i+1:]...)
	for _, b := range k.connected {
		if b.id == id {
			b.lives = false
			b.die()
		}
	}
}

// comesBackEmpty has nobody answer until a browser is asked for: then there is another keeper.
func (k *fakeKeeper) comesBackEmpty() {
	k.dies(0)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err, k.revives = browser.ErrNoKeeper, true
}

func (k *fakeKeeper) answers(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (k *fakeKeeper) connections() []*fakeBrowser {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]*fakeBrowser{}, k.connected...)
}

func (k *fakeKeeper) starts() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.started
}

func (k *fakeKeeper) wanted() []browser.Wanted {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]browser.Wanted{}, k.told...)
}

// joined is a fleet that uses what keepers have.
func joined(t *testing.T, keepers ...*fakeKeeper) *yard {
	t.Helper()
	y := newYard(t, keepers...)
	require.NoError(t, y.Join(t.Context()))
	return y
}

func (y *yard) keptAlive() []string { y.t.Helper(); return y.alive("kept") }

func oneShell() *fakeKeeper { return shellAt("kept") }

// shellAt is a keeper with a headless shell.
func shellAt(host string) *fakeKeeper {
	k := &fakeKeeper{host: host}
	_, _ = k.Start(context.Background(), session.BrowserShell)
	return k
}

func TestJoin_UsesWhatTheKeeperHas_AndForgetsWhatItHasNotAnyMore(t *testing.T) {
	t.Parallel()
	k := oneShell()
	y := newYard(t, k)
	for _, id := range []string{"br_of_before", "br_kept_shell_1"} {
		require.NoError(t, y.db.RegisterBrowser(t.Context(), store.Browser{ID: id, Host: "kept", StartedAt: time.Now()}))
	}
	require.NoError(t, y.db.RegisterBrowser(t.Context(), store.Browser{ID: "br_other", Host: "other", StartedAt: time.Now()}))
	require.NoError(t, y.Join(t.Context()))
	require.Equal(t, []string{"br_kept_shell_1"}, y.keptAlive())
	require.Equal(t, []string{"br_other"}, y.alive("other"), "browsers of other hosts are none of its business")
	require.Equal(t, []string{"polls " + workflows.BrowserTaskQueue("br_kept_shell_1")}, y.seen())
	require.Equal(t, "br_kept_shell_1", y.browser(session.BrowserShell))
	require.Len(t, k.connections(), 1)
}

func TestJoin_WithoutAKeeper_SaysSo(t *testing.T) {
	t.Parallel()
	y := newYard(t, &fakeKeeper{err: browser.ErrNoKeeper})
	require.ErrorIs(t, y.Join(t.Context()), browser.ErrNoKeeper)
}

func TestFleet_OfAKeeper_WhenItStops_LeavesTheBrowserToTheOthers(t *testing.T) {
	t.Parallel()
	k := oneShell()
	one, other := joined(t, k), joined(t, k)
	one.Drain()
	require.NoError(t, one.Close(t.Context()))
	require.Equal(t, []string{"br_kept_shell_1"}, one.keptAlive())
	require.Len(t, other.Connected(), 1)
	require.Empty(t, one.Connected())
	_, err := one.Held(t.Context(), "br_kept_shell_1")
	require.ErrorContains(t, err, "stopping")
	require.NotErrorIs(t, err, browser.ErrBrowserLost)
}

func TestFleet_OfAKeeper_WhenABrowserDies_MarksItAtOnce_AndUsesTheNext(t *testing.T) {
	t.Parallel()
	k := oneShell()
	y := joined(t, k)
	k.dies(0)
	require.Eventually(t, func() bool { return len(y.keptAlive()) == 0 }, 2*time.Second, 5*time.Millisecond)
	_, err := y.Held(t.Context(), "br_kept_shell_1")
	require.ErrorIs(t, err, browser.ErrBrowserLost)
	require.Equal(t, "br_kept_shell_2", y.browser(session.BrowserShell))
	require.Equal(t, []string{"br_kept_shell_2"}, y.keptAlive())
}

func TestFleet_OfAKeeper_WhenOnlyTheConnectionEnds_LosesNothing(t *testing.T) {
	t.Parallel()
	k := oneShell()
	y := joined(t, k)
	k.connections()[0].die()
	b, err := y.Held(t.Context(), "br_kept_shell_1")
	require.NoError(t, err, "it connects again")
	require.Equal(t, "br_kept_shell_1", b.ID())
	require.Len(t, k.connections(), 2)
	require.Eventually(t, func() bool {
		for _, e := range y.seen() {
			if e == "stopped "+workflows.BrowserTaskQueue("br_kept_shell_1") {
				return true
			}
		}
		return false
	}, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"br_kept_shell_1"}, y.keptAlive())
}

func TestHeld_TellsWhatIsGoneFromWhatCannotBeReached(t *testing.T) {
	t.Parallel()
	k := oneShell()
	y := joined(t, k)
	k.connections()[0].die()
	k.answers(context.DeadlineExceeded)
	_, err := y.Held(t.Context(), "br_kept_shell_1")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, browser.ErrBrowserLost)
	k.answers(browser.ErrNoKeeper)
	_, err = y.Held(t.Context(), "br_kept_shell_1")
	require.ErrorIs(t, err, browser.ErrBrowserLost)
	k.answers(nil)
	_, err = y.Held(t.Context(), "br_unheard_of")
	require.ErrorIs(t, err, browser.ErrBrowserLost)
}

func TestFollow_PollsForBrowsersThatOtherWorkersHaveStarted(t *testing.T) {
	t.Parallel()
	k := oneShell()
	y := joined(t, k)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); y.Follow(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	_, err := k.Start(t.Context(), session.BrowserChrome)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(y.Connected()) == 2 }, 10*time.Second, 20*time.Millisecond)
	require.ElementsMatch(t, []string{"br_kept_shell_1", "br_kept_chrome_2"}, y.keptAlive())
}

func TestFollow_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		(&worker.Fleet{}).Follow(ctx)
	})
}
