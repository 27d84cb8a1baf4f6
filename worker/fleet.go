package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
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

// Browser is a running browser: [activities.Chromium].
type Browser interface {
	activities.Browser
	// PID is the process id on this machine.
	PID() int
	// Lost is closed when the browser is gone, also when it was closed.
	Lost() <-chan struct{}
	// Close ends the browser and removes what it leaves. Repeats are harmless.
	Close(ctx context.Context) error
}

// lostPatience bounds the writes about a browser that is gone.
const lostPatience = 30 * time.Second

// Fleet owns the browsers of this process: it starts one of a kind when it is first wanted, has the queue of its pages
// polled, notices when it is gone and tells the store, so that the operations on its pages are told.
type Fleet struct {
	// Launch starts a browser; ctx bounds the start only.
	Launch func(ctx context.Context, kind session.BrowserKind) (Browser, error)
	// Poll starts polling a task queue of pages and returns what stops it.
	Poll func(taskQueue string) (stop func(), err error)
	// Host names this installation on this machine; only one process may use it at a time.
	Host string
	// Machine names the processes of our own browsers, so that other workers of the machine notice when they are gone.
	Machine Machine
	Pages   int
	Store   FleetStore
	Now     func() time.Time
	Logger  *slog.Logger
	// OnLost is told of a browser that ended unasked; nil is nobody.
	OnLost func(kind session.BrowserKind)

	// mu guards running and closed; it is held while a browser starts, so that one of a kind starts.
	mu      sync.Mutex
	running map[session.BrowserKind]Browser
	stops   []func()
	closed  bool

	// life ends when the fleet drains, and with it a launch under way.
	lifeOnce sync.Once
	life     context.Context //nolint:containedctx // the fleet is its documented owner
	endLife  context.CancelFunc

	watches sync.WaitGroup
}

// MaxPages is how many pages one browser lends.
func (f *Fleet) MaxPages() int { return f.Pages }

// ForgetOthers marks every browser that the store knows of this host as lost. A browser dies with the process that
// launched it, so when this process starts, none of them is alive.
func (f *Fleet) ForgetOthers(ctx context.Context) error {
	old, err := f.Store.ListBrowsers(ctx, f.Host)
	if err != nil {
		return fmt.Errorf("list the browsers of this host: %w", err)
	}
	for _, b := range old {
		if err := f.Store.MarkBrowserLost(ctx, b.ID, f.Now()); err != nil {
			return fmt.Errorf("mark browser %s as lost: %w", b.ID, err)
		}
	}
	return nil
}

var errFleetClosed = errors.New("the worker is stopping: no browser is started any more")

// Browser is Running, for what makes pages.
func (f *Fleet) Browser(ctx context.Context, kind session.BrowserKind) (activities.Browser, error) {
	return f.Running(ctx, kind)
}

// Running returns the running browser of the kind, starting one if need be. One that is gone is replaced.
func (f *Fleet) Running(ctx context.Context, kind session.BrowserKind) (Browser, error) {
	if kind == "" {
		kind = session.BrowserShell
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, errFleetClosed
	}
	if b := f.running[kind]; b != nil && !isGone(b) {
		return b, nil
	}
	return f.start(ctx, kind)
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

// start launches a browser, registers it and has its queue polled. Call it with mu held.
func (f *Fleet) start(ctx context.Context, kind session.BrowserKind) (Browser, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(f.alive(), cancel)()
	b, err := f.Launch(ctx, kind)
	if err != nil {
		return nil, err
	}
	queue := workflows.BrowserTaskQueue(b.ID())
	row := store.Browser{ID: b.ID(), Host: f.Host, PID: b.PID(), Kind: kind, TaskQueue: queue, StartedAt: f.Now()}
	row.Process = f.Machine.Process(row.PID)
	if err := f.Store.RegisterBrowser(ctx, row); err != nil {
		return nil, errors.Join(fmt.Errorf("register browser %s: %w", b.ID(), err), b.Close(context.WithoutCancel(ctx)))
	}
	stop, err := f.Poll(queue)
	if err != nil {
		ctx := context.WithoutCancel(ctx)
		return nil, errors.Join(fmt.Errorf("poll %s: %w", queue, err), b.Close(ctx), f.Store.MarkBrowserLost(ctx, b.ID(), f.Now()))
	}
	if f.running == nil {
		f.running = map[session.BrowserKind]Browser{}
	}
	stop = sync.OnceFunc(stop)
	f.running[kind] = b
	f.stops = append(f.stops, stop)
	f.watches.Go(func() {
		f.watch(b, stop)
		f.tellLost(kind)
	})
	return b, nil
}

// tellLost tells of a browser that ended, unless it was asked to.
func (f *Fleet) tellLost(kind session.BrowserKind) {
	f.mu.Lock()
	closed := f.closed
	f.mu.Unlock()
	if !closed && f.OnLost != nil {
		f.OnLost(kind)
	}
}

// watch waits for the end of a browser and tells the store.
func (f *Fleet) watch(b Browser, stop func()) {
	<-b.Lost()
	ctx, cancel := context.WithTimeout(context.Background(), lostPatience)
	defer cancel()
	if err := f.Store.MarkBrowserLost(ctx, b.ID(), f.Now()); err != nil {
		f.Logger.Error("a browser is gone, but the store could not be told", "browser", b.ID(), "error", err)
	}
	stop()
	_ = b.Close(ctx) // what is left: the profile, stray processes
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

// Close ends every browser and waits for what watches them. Drain first.
func (f *Fleet) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	running := f.running
	f.mu.Unlock()
	var errs []error
	for _, b := range running {
		errs = append(errs, b.Close(ctx))
	}
	f.watches.Wait()
	return errors.Join(errs...)
}
