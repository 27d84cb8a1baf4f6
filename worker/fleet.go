package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// FleetStore is the part of the store that the fleet needs.
type FleetStore interface {
	RegisterBrowser(ctx context.Context, b store.Browser) error
	MarkBrowserLost(ctx context.Context, id string, at time.Time) error
	ListBrowsers(ctx context.Context, host string) ([]store.Browser, error)
	OpenLeases(ctx context.Context, browserID string) ([]store.Lease, error)
}

// Browser is this process's connection to a browser of a keeper: [activities.Chromium].
type Browser interface {
	activities.Browser
	// Lost is closed when the connection ended, also when it was closed.
	Lost() <-chan struct{}
	// Gone waits, after Lost, until it is known whether the browser itself is gone.
	Gone(ctx context.Context) bool
	// Retire gives up what is kept ready for new logins. Repeats are harmless.
	Retire(ctx context.Context)
	// ReportLogins tells the keeper of the logins that began since the last report.
	ReportLogins(ctx context.Context) error
	// Close disconnects; the pages stay. Repeats are harmless.
	Close(ctx context.Context) error
}

// lostPatience bounds the writes about a browser that is gone.
const lostPatience = 30 * time.Second

// Fleet has the browsers that this process uses. They belong to keepers, which outlive it. It has one of a kind started when that
// is first wanted, has the queues of their pages polled, notices when one is gone and tells the store, so that the operations
// on its pages are told.
type Fleet struct {
	// Keepers have the browsers. Call Join at the start, and run Follow.
	Keepers []Keeper
	// Poll starts polling a task queue of pages and returns what stops it.
	Poll func(taskQueue string) (stop func(), err error)
	// Kinds are the kinds of browsers on which logins are taken up here.
	Kinds []session.BrowserKind
	// Pages is how many pages a browser lends; 0 for as many as the memory takes where it runs.
	Pages int
	// Patience is how long a login in the middle of a step may wait for a worker.
	Patience time.Duration
	Store    FleetStore
	Now      func() time.Time
	Logger   *slog.Logger
	// OnLost is told of a browser that ended unasked; nil is nobody.
	OnLost func(kind session.BrowserKind)
	// OnMarked is called after the store was told that a browser is lost; nil is nobody.
	OnMarked func()

	// mu guards everything below.
	mu      sync.Mutex
	members []*member
	stops   []func()
	closed  bool
	// yards are the Keepers with what is known of them; see all.
	yards []*yard

	// life ends when the fleet drains, and with it a launch under way.
	lifeOnce sync.Once
	life     context.Context //nolint:containedctx // the fleet is its documented owner
	endLife  context.CancelFunc

	watches sync.WaitGroup
}

// member is a browser that this process is connected to.
type member struct {
	Browser

	kind session.BrowserKind
	yard *yard
	// draining is true once its keeper has another browser for new logins: it ends with its last page, and is not lost then.
	draining atomic.Bool
}

var errFleetClosed = errors.New("the worker is stopping: no browser is started any more")

// Browser is Running, for what makes pages.
func (f *Fleet) Browser(ctx context.Context, kind session.BrowserKind) (activities.Browser, error) {
	return f.Running(ctx, kind)
}

// Running returns a running browser of the kind, the one with most room, having it started if need be. One that is gone is
// replaced.
func (f *Fleet) Running(ctx context.Context, kind session.BrowserKind) (Browser, error) {
	if kind == "" {
		kind = session.BrowserShell
	}
	var errs []error
	for _, y := range f.byRoom(ctx, kind) {
		b, err := f.runningAt(ctx, y, kind)
		if err == nil {
			return b, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// runningAt is Running for one keeper.
func (f *Fleet) runningAt(ctx context.Context, y *yard, kind session.BrowserKind) (Browser, error) {
	if b := f.connected(y, kind); b != nil {
		return b, nil
	}
	y.connecting.Lock()
	defer y.connecting.Unlock()
	if b := f.connected(y, kind); b != nil {
		return b, nil
	}
	if f.isClosed() {
		return nil, errFleetClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(f.alive(), cancel)()
	info, err := y.keeper.Start(ctx, kind)
	if err != nil {
		return nil, err
	}
	return f.connect(ctx, y, info)
}

// connected is the browser of a kind for new logins that this process is connected to, the newest; nil when there is none.
func (f *Fleet) connected(y *yard, kind session.BrowserKind) Browser {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.members) - 1; i >= 0 && !f.closed; i-- {
		if m := f.members[i]; m.yard == y && m.kind == kind && !isGone(m) && !m.draining.Load() {
			return m.Browser
		}
	}
	return nil
}

func (f *Fleet) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

func (f *Fleet) alive() context.Context {
	f.lifeOnce.Do(func() { f.life, f.endLife = context.WithCancel(context.Background()) })
	return f.life
}

func isGone(b Browser) bool {
	select {
	case <-b.Lost():
		return true
	default:
		return false
	}
}

// use registers a browser and has its queue polled.
func (f *Fleet) use(ctx context.Context, m *member, row store.Browser) error {
	row.TaskQueue = workflows.BrowserTaskQueue(row.ID)
	if err := f.Store.RegisterBrowser(ctx, row); err != nil {
		return errors.Join(fmt.Errorf("register browser %s: %w", row.ID, err), m.Close(context.WithoutCancel(ctx)))
	}
	stop, err := f.Poll(row.TaskQueue)
	if err != nil {
		return errors.Join(fmt.Errorf("poll %s: %w", row.TaskQueue, err), m.Close(context.WithoutCancel(ctx)))
	}
	stop = sync.OnceFunc(stop)
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.members = append(f.members, m)
		f.stops = append(f.stops, stop)
		f.watches.Go(func() { f.watch(m, stop) })
	}
	f.mu.Unlock()
	if closed {
		stop()
		return errors.Join(errFleetClosed, m.Close(context.WithoutCancel(ctx)))
	}
	return nil
}

// markLost tells the store that a browser is gone.
func (f *Fleet) markLost(ctx context.Context, id string) error {
	err := f.Store.MarkBrowserLost(ctx, id, f.Now())
	if err == nil && f.OnMarked != nil {
		f.OnMarked()
	}
	return err
}

// watch waits for the end of a connection. The store is told when the browser is gone, not when it was only disconnected.
func (f *Fleet) watch(m *member, stop func()) {
	<-m.Lost()
	ctx, cancel := context.WithTimeout(context.Background(), lostPatience)
	defer cancel()
	gone := m.Gone(ctx)
	if gone {
		f.tellGone(m)
		if err := f.markLost(ctx, m.ID()); err != nil {
			f.Logger.Error("a browser is gone, but the store could not be told", "browser", m.ID(), "error", err)
		}
	}
	stop()
	_ = m.Close(ctx) // what is left of the connection
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return // it waits for what it holds
	}
	f.members = without(f.members, m)
	if gone && f.OnLost != nil && !m.draining.Load() {
		f.OnLost(m.kind)
	}
}

func (f *Fleet) tellGone(m *member) {
	if m.draining.Load() {
		f.Logger.Info("a browser that was replaced ended", "browser", m.ID())
		return
	}
	f.Logger.Warn("a browser is gone; the logins on its pages are told", "browser", m.ID())
}

func without(members []*member, gone *member) []*member {
	var rest []*member
	for _, m := range members {
		if m != gone {
			rest = append(rest, m)
		}
	}
	return rest
}

// Drain stops polling for work on pages, lets what is under way finish, and starts no browser any more.
func (f *Fleet) Drain() {
	f.alive()
	f.endLife()
	f.mu.Lock()
	f.closed = true
	stops := f.stops
	f.mu.Unlock()
	var wg sync.WaitGroup
	for _, stop := range stops {
		wg.Go(stop)
	}
	wg.Wait()
}

// Close disconnects from every browser, and waits for what watches them. Drain first.
func (f *Fleet) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	members := f.members
	f.mu.Unlock()
	var errs []error
	for _, m := range members {
		errs = append(errs, m.Close(ctx))
	}
	f.watches.Wait()
	return errors.Join(errs...)
}
