package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

const thisHost = "host_1"

// fakeBrowser is a process that is none.
type fakeBrowser struct {
	id   string
	pid  int
	lost chan struct{}
	once sync.Once
	// lives is true while only the connection to it ended.
	lives bool
	// closed is called by the first Close.
	closed func()
}

func (b *fakeBrowser) ID() string                { return b.id }
func (b *fakeBrowser) PID() int                  { return b.pid }
func (b *fakeBrowser) Lost() <-chan struct{}     { return b.lost }
func (b *fakeBrowser) Gone(context.Context) bool { return !b.lives }
func (b *fakeBrowser) die()                      { b.once.Do(func() { close(b.lost) }) }

func (b *fakeBrowser) Close(context.Context) error {
	b.closed()
	b.die()
	return nil
}

func (b *fakeBrowser) NewPage(context.Context, browser.PageOptions) (activities.Page, error) {
	return nil, errors.New("no pages here")
}

func (b *fakeBrowser) Adopt(context.Context, string, string, browser.PageOptions) (activities.Page, error) {
	return nil, errors.New("no pages here")
}

func (b *fakeBrowser) Orphans(context.Context, time.Duration) ([]string, error) { return nil, nil }

func (b *fakeBrowser) DeadPages(context.Context) ([]string, error) { return nil, nil }

func (b *fakeBrowser) DisposeOf(string) error { return nil }

func (b *fakeBrowser) NewRestoredPage(context.Context, browser.PageOptions, session.StorageState) (activities.Page, error) {
	return nil, errors.New("no pages here")
}

// yard is a fleet over a real store, and what happened to it.
type yard struct {
	*worker.Fleet

	t  *testing.T
	db *sqlite.DB

	mu       sync.Mutex
	launched []*fakeBrowser
	events   []string
	launch   error
	// pid is the process id of what is launched.
	pid  int
	poll error
}

func (y *yard) eventf(format string, args ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.events = append(y.events, fmt.Sprintf(format, args...))
}

func (y *yard) seen() []string {
	y.mu.Lock()
	defer y.mu.Unlock()
	return append([]string{}, y.events...)
}

func (y *yard) started(_ context.Context, kind session.BrowserKind) (worker.Browser, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.launch != nil {
		return nil, y.launch
	}
	b := &fakeBrowser{id: fmt.Sprintf("br_%s_%d", kind, len(y.launched)+1), pid: y.pid, lost: make(chan struct{})}
	b.closed = func() { y.eventf("closed %s", b.id) }
	y.launched = append(y.launched, b)
	return b, nil
}

func (y *yard) polled(queue string) (func(), error) {
	if y.poll != nil {
		return nil, y.poll
	}
	y.eventf("polls %s", queue)
	return func() { y.eventf("stopped %s", queue) }, nil
}

func newYard(t *testing.T) *yard {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	y := &yard{t: t, db: db, pid: 4711}
	y.Fleet = &worker.Fleet{
		Launch: y.started, Poll: y.polled, Host: thisHost, Pages: 5, Store: db,
		Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
	t.Cleanup(func() {
		y.Drain()
		require.NoError(t, y.Close(context.Background()))
		require.NoError(t, db.Close())
	})
	return y
}

func (y *yard) browser(kind session.BrowserKind) string {
	y.t.Helper()
	b, err := y.Browser(y.t.Context(), kind)
	require.NoError(y.t, err)
	return b.ID()
}

// alive lists the browsers of this host that the store takes for alive.
func (y *yard) alive() []string {
	y.t.Helper()
	rows, err := y.db.ListBrowsers(y.t.Context(), thisHost)
	require.NoError(y.t, err)
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

func TestBrowser_UnderConcurrency_StartsOneOfAKind(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	kinds := []session.BrowserKind{"", session.BrowserShell, session.BrowserChrome}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			_, err := y.Browser(t.Context(), kinds[i%len(kinds)])
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Len(t, y.launched, 2, "no kind given is the shell")
	require.Equal(t, y.browser(""), y.browser(session.BrowserShell))
	require.NotEqual(t, y.browser(session.BrowserShell), y.browser(session.BrowserChrome))
	require.Equal(t, 5, y.MaxPages())
}

func TestBrowser_Started_IsRegisteredAndPolledFor(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	id := y.browser(session.BrowserShell)
	rows, err := y.db.ListBrowsers(t.Context(), thisHost)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, id, rows[0].ID)
	require.Equal(t, 4711, rows[0].PID)
	require.Equal(t, session.BrowserShell, rows[0].Kind)
	require.Equal(t, workflows.BrowserTaskQueue(id), rows[0].TaskQueue)
	require.Equal(t, []string{"polls " + workflows.BrowserTaskQueue(id)}, y.seen())
}

func TestBrowser_Lost_IsMarkedAtOnce_AndReplacedAtTheNextCall(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	first := y.browser(session.BrowserShell)
	y.launched[0].die()
	require.Eventually(t, func() bool { return len(y.alive()) == 0 }, 5*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool {
		seen := y.seen()
		return len(seen) == 3 && seen[1] == "stopped "+workflows.BrowserTaskQueue(first) && seen[2] == "closed "+first
	}, 5*time.Second, 5*time.Millisecond, "its queue has no worker any more, and its remains are removed")
	require.Len(t, y.launched, 1, "nobody wants one yet")

	second := y.browser(session.BrowserShell)
	require.NotEqual(t, first, second)
	require.Equal(t, []string{second}, y.alive())
}

func TestBrowser_ThatCannotBeStarted_LeavesNothing_AndIsTriedAgain(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.launch = errors.New("no sandbox")
	_, err := y.Browser(t.Context(), session.BrowserShell)
	require.ErrorIs(t, err, y.launch)
	require.Empty(t, y.alive())

	y.launch, y.poll = nil, errors.New("no Temporal")
	_, err = y.Browser(t.Context(), session.BrowserShell)
	require.ErrorIs(t, err, y.poll)
	require.Empty(t, y.alive(), "a browser that was closed is not alive")
	require.Equal(t, []string{"closed br_shell_1"}, y.seen())

	y.poll = nil
	require.Equal(t, []string{y.browser(session.BrowserShell)}, y.alive())
}

// refusing is a store that registers nothing.
type refusing struct{ *sqlite.DB }

func (refusing) RegisterBrowser(context.Context, store.Browser) error { return errors.New("disk full") }

func TestBrowser_ThatCannotBeRegistered_IsClosed(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.Store = refusing{y.db}
	_, err := y.Browser(t.Context(), session.BrowserShell)
	require.ErrorContains(t, err, "disk full")
	require.Equal(t, []string{"closed br_shell_1"}, y.seen())
}

func TestForgetOthers_MarksTheBrowsersOfThisHostAsLost(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	for id, host := range map[string]string{"br_old": thisHost, "br_older": thisHost, "br_elsewhere": "host_2"} {
		require.NoError(t, y.db.RegisterBrowser(t.Context(), store.Browser{ID: id, Host: host, StartedAt: time.Now()}))
	}
	require.NoError(t, y.ForgetOthers(t.Context()))
	require.Empty(t, y.alive())
	elsewhere, err := y.db.ListBrowsers(t.Context(), "host_2")
	require.NoError(t, err)
	require.Len(t, elsewhere, 1)
}

func TestFleet_DrainThenClose_StopsPollingBeforeBrowsersEnd(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	shell, chrome := y.browser(session.BrowserShell), y.browser(session.BrowserChrome)
	y.Drain()
	require.ElementsMatch(t, []string{
		"stopped " + workflows.BrowserTaskQueue(shell), "stopped " + workflows.BrowserTaskQueue(chrome),
	}, y.seen()[2:], "the browsers live while their work is drained")
	require.Len(t, y.alive(), 2)

	require.NoError(t, y.Close(t.Context()))
	seen := y.seen()
	require.Subset(t, seen[4:], []string{"closed " + shell, "closed " + chrome})
	for _, e := range seen[4:] {
		require.Contains(t, e, "closed ", "a queue is stopped once")
	}
	require.Empty(t, y.alive(), "whoever waits for their pages is told")
}

func TestFleet_AfterDrain_StartsNothing(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.browser(session.BrowserShell)
	y.Drain()
	for _, kind := range []session.BrowserKind{session.BrowserShell, session.BrowserChrome} {
		_, err := y.Browser(t.Context(), kind)
		require.ErrorContains(t, err, "the worker is stopping")
	}
	require.Len(t, y.launched, 1)
	require.NoError(t, y.Close(t.Context()))
	require.NoError(t, y.Close(t.Context()), "a repeat is harmless")
}
