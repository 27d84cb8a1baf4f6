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
	// Lost is closed when the browser is gone, also when it was closed. Of one that a keeper has it tells that the connection
	// ended.
	Lost() <-chan struct{}
	// Gone waits, after Lost, until it is known whether the browser itself is gone.
	Gone(ctx context.Context) bool
	// Close ends the browser and removes what it leaves. Repeats are harmless.
	Close(ctx context.Context) error
}

// lostPatience bounds the writes about a browser that is gone.
const lostPatience = 30 * time.Second

// Fleet has the browsers that this process uses: its own, or those of a keeper. It starts one of a kind when it is first
// wanted, has the queue of its pages polled, notices when it is gone and tells the store, so that the operations on its pages
// are told.
type Fleet struct {
	// Launch starts a browser; ctx bounds the start only. It is not used with a Keeper.
	Launch func(ctx context.Context, kind session.BrowserKind) (Browser, error)
	// Keeper has the browsers, which outlive this process; nil when they are this process's own. Call Join at the start, and
	// run Follow.
	Keeper Keeper
	// Poll starts polling a task queue of pages and returns what stops it.
	Poll func(taskQueue string) (stop func(), err error)
	// Host names this installation on this machine; only one process may use it at a time. Join sets it to the Keeper's.
	Host string
	// Machine names the processes of our own browsers, so that other workers of the machine notice when they are gone.
	Machine Machine
	Pages   int
	Store   FleetStore
	Now     func() time.Time
	Logger  *slog.Logger
	// OnLost is told of a browser that ended unasked; nil is nobody.
	OnLost func(kind session.BrowserKind)
	// OnMarked is called after the store was told that a browser is lost; nil is nobody.
	OnMarked func()

	// mu guards Host, running, stops and closed; it is held while a browser starts, so that one of a kind starts.
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
		if err := f.markLost(ctx, b.ID); err != nil {
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

// start launches a browser, or connects to the keeper's. Call it with mu held.
func (f *Fleet) start(ctx context.Context, kind session.BrowserKind) (Browser, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(f.alive(), cancel)()
	if f.Keeper != nil {
		info, err := f.Keeper.Start(ctx, kind)
		if err != nil {
			return nil, err
		}
		return f.connect(ctx, info)
	}
	b, err := f.Launch(ctx, kind)
	if err != nil {
		return nil, err
	}
	return f.use(ctx, b, kind, f.Now())
}

// use registers a browser and has its queue polled. Call it with mu held.
func (f *Fleet) use(ctx context.Context, b Browser, kind session.BrowserKind, since time.Time) (Browser, error) {
	queue := workflows.BrowserTaskQueue(b.ID())
	row := store.Browser{ID: b.ID(), Host: f.Host, PID: b.PID(), Kind: kind, TaskQueue: queue, StartedAt: since}
	if f.Keeper == nil { // a keeper may count processes otherwise, and tells by itself what is gone
		row.Process = f.Machine.Process(row.PID)
	}
	if err := f.Store.RegisterBrowser(ctx, row); err != nil {
		return nil, errors.Join(fmt.Errorf("register browser %s: %w", b.ID(), err), b.Close(context.WithoutCancel(ctx)))
	}
	stop, err := f.Poll(queue)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("poll %s: %w", queue, err), f.abandon(context.WithoutCancel(ctx), b))
	}
	if f.running == nil {
		f.running = map[session.BrowserKind]Browser{}
	}
	stop = sync.OnceFunc(stop)
	f.running[kind] = b
	f.stops = append(f.stops, stop)
	f.watches.Go(func() {
		if f.watch(b, stop) {
			f.tellLost(kind)
		}
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

// abandon ends the use of a browser that was registered, and with it one of our own.
func (f *Fleet) abandon(ctx context.Context, b Browser) error {
	err := b.Close(ctx)
	if f.Keeper != nil {
		return err
	}
	return errors.Join(err, f.markLost(ctx, b.ID()))
}

// markLost tells the store that a browser is gone.
func (f *Fleet) markLost(ctx context.Context, id string) error {
	err := f.Store.MarkBrowserLost(ctx, id, f.Now())
	if err == nil && f.OnMarked != nil {
		f.OnMarked()
	}
	return err
}

// watch waits for the end of a browser and tells the store. One from which we were only disconnected is not lost.
func (f *Fleet) watch(b Browser, stop func()) (gone bool) {
	<-b.Lost()
	ctx, cancel := context.WithTimeout(context.Background(), lostPatience)
	defer cancel()
	if gone = b.Gone(ctx); gone {
		f.Logger.Warn("a browser is gone; the logins on its pages are told", "browser", b.ID())
		if err := f.markLost(ctx, b.ID()); err != nil {
			f.Logger.Error("a browser is gone, but the store could not be told", "browser", b.ID(), "error", err)
		}
	}
	stop()
	_ = b.Close(ctx) // what is left: the profile, stray processes
	return gone
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

// Close ends every browser of our own, disconnects from those of a Keeper, and waits for what watches them. Drain first.
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
