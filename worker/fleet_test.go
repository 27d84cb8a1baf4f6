package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

// fakeBrowser is a connection to a browser, and is none.
type fakeBrowser struct {
	activities.Browser

	id   string
	lost chan struct{}
	once sync.Once
	// lives is true while only the connection to it ended.
	lives bool
	// closed is called by each Close.
	closed func()
	// retired counts calls of Retire.
	retired atomic.Int32
}

func (b *fakeBrowser) Retire(context.Context)             { b.retired.Add(1) }
func (b *fakeBrowser) ReportLogins(context.Context) error { return nil }

func (b *fakeBrowser) ID() string                { return b.id }
func (b *fakeBrowser) Lost() <-chan struct{}     { return b.lost }
func (b *fakeBrowser) Gone(context.Context) bool { return !b.lives }
func (b *fakeBrowser) die()                      { b.once.Do(func() { close(b.lost) }) }

func (b *fakeBrowser) Close(context.Context) error {
	b.closed()
	b.die()
	return nil
}

// yard is a fleet over a real store and fake keepers, and what happened to it.
type yard struct {
	*worker.Fleet

	t  *testing.T
	db *sqlite.DB

	mu     sync.Mutex
	events []string
	poll   error
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

func (y *yard) polled(queue string) (func(), error) {
	if y.poll != nil {
		return nil, y.poll
	}
	y.eventf("polls %s", queue)
	return func() { y.eventf("stopped %s", queue) }, nil
}

// newYard is a fleet that uses keepers, of which nothing is known yet.
func newYard(t *testing.T, keepers ...*fakeKeeper) *yard {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	y := &yard{t: t, db: db}
	y.Fleet = &worker.Fleet{
		Poll: y.polled, Pages: 5, Kinds: []session.BrowserKind{session.BrowserShell, session.BrowserChrome}, Patience: time.Hour, Store: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
	for _, k := range keepers {
		k.closed = func(id string) { y.eventf("closed %s", id) }
		y.Keepers = append(y.Keepers, k)
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

// alive lists the browsers of a host that the store takes for alive.
func (y *yard) alive(host string) []string {
	y.t.Helper()
	rows, err := y.db.ListBrowsers(y.t.Context(), host)
	require.NoError(y.t, err)
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

func TestBrowser_UnderConcurrency_StartsOneOfAKind(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "kept"}
	y := newYard(t, k)
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
	require.Equal(t, 2, k.starts(), "no kind given is the shell")
	require.Len(t, k.connections(), 2)
	require.Equal(t, y.browser(""), y.browser(session.BrowserShell))
	require.NotEqual(t, y.browser(session.BrowserShell), y.browser(session.BrowserChrome))
	require.Equal(t, 5, y.MaxPages(y.browser(session.BrowserShell)))
}

func TestBrowser_Started_IsRegisteredAndPolledFor(t *testing.T) {
	t.Parallel()
	y := newYard(t, &fakeKeeper{host: "kept"})
	id := y.browser(session.BrowserShell)
	rows, err := y.db.ListBrowsers(t.Context(), "kept")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, id, rows[0].ID)
	require.Equal(t, 815, rows[0].PID)
	require.Equal(t, session.BrowserShell, rows[0].Kind)
	require.Equal(t, workflows.BrowserTaskQueue(id), rows[0].TaskQueue)
	require.Equal(t, []string{"polls " + workflows.BrowserTaskQueue(id)}, y.seen())
}

func TestBrowser_ThatCannotBeStarted_LeavesNothing_AndIsTriedAgain(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "kept"}
	y := newYard(t, k)
	k.answers(errors.New("no sandbox"))
	_, err := y.Browser(t.Context(), session.BrowserShell)
	require.ErrorContains(t, err, "no sandbox")
	require.Empty(t, y.alive("kept"))

	k.answers(nil)
	y.poll = errors.New("no Temporal")
	_, err = y.Browser(t.Context(), session.BrowserShell)
	require.ErrorIs(t, err, y.poll)
	require.Equal(t, []string{"closed br_kept_shell_1"}, y.seen())

	y.poll = nil
	require.Equal(t, []string{y.browser(session.BrowserShell)}, y.alive("kept"))
}

// refusing is a store that registers nothing.
type refusing struct{ *sqlite.DB }

func (refusing) RegisterBrowser(context.Context, store.Browser) error { return errors.New("disk full") }

func TestBrowser_ThatCannotBeRegistered_IsClosed(t *testing.T) {
	t.Parallel()
	y := newYard(t, &fakeKeeper{host: "kept"})
	y.Store = refusing{y.db}
	_, err := y.Browser(t.Context(), session.BrowserShell)
	require.ErrorContains(t, err, "disk full")
	require.Equal(t, []string{"closed br_kept_shell_1"}, y.seen())
}

func TestFleet_DrainThenClose_StopsPollingBeforeBrowsersEnd(t *testing.T) {
	t.Parallel()
	y := newYard(t, &fakeKeeper{host: "kept"})
	shell, chrome := y.browser(session.BrowserShell), y.browser(session.BrowserChrome)
	y.Drain()
	require.ElementsMatch(t, []string{
		"stopped " + workflows.BrowserTaskQueue(shell), "stopped " + workflows.BrowserTaskQueue(chrome),
	}, y.seen()[2:], "the connections live while their work is drained")

	require.NoError(t, y.Close(t.Context()))
	seen := y.seen()
	require.Subset(t, seen[4:], []string{"closed " + shell, "closed " + chrome})
	for _, e := range seen[4:] {
		require.Contains(t, e, "closed ", "a queue is stopped once")
	}
	require.Len(t, y.alive("kept"), 2, "the browsers live on")
}

func TestFleet_AfterDrain_StartsNothing(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "kept"}
	y := newYard(t, k)
	y.browser(session.BrowserShell)
	y.Drain()
	for _, kind := range []session.BrowserKind{session.BrowserShell, session.BrowserChrome} {
		_, err := y.Browser(t.Context(), kind)
		require.ErrorContains(t, err, "the worker is stopping")
	}
	require.Equal(t, 1, k.starts())
	require.NoError(t, y.Close(t.Context()))
	require.NoError(t, y.Close(t.Context()), "a repeat is harmless")
}
