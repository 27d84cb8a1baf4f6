package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// DefaultCallTimeout bounds each command to the browser: a call may hang for ever otherwise (onsi/biloba#9).
const DefaultCallTimeout = 10 * time.Second

// closeTimeout bounds Close besides its context.
const closeTimeout = 10 * time.Second

// Browser is one running Chromium. It is safe for use by several goroutines.
type Browser struct {
	id, version string
	pid         int
	opts        Options
	profile     profile
	// kept is the keeper's end of a browser that is not ours; nil for one that we launched.
	kept *kept

	// root is the browser connection's chromedp context; every page's context is its child.
	root context.Context //nolint:containedctx // the documented owner of the browser's life
	// kill ends the process group and everything under root; waitAlloc and waitRoot, each called once, wait for it.
	kill, waitAlloc, waitRoot context.CancelFunc
	cdp                       *chromedp.Browser

	// mu guards tenants and what is in them.
	mu      sync.Mutex
	tenants map[cdp.BrowserContextID]*tenant
	// events carries targets to close from the event listener to the goroutine that may send commands.
	events chan target.ID

	// warm holds pages that are ready before they are asked for, passing those of a kept browser that end with this process;
	// nil where none are.
	warm, passing *warmPool

	worn atomic.Bool
	// logins began on its pages and were not yet reported.
	logins    atomic.Int64
	workers   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// ID names the browser: "br_…".
func (b *Browser) ID() string { return b.id }

// Version is the product and version the browser gives: "HeadlessChrome/156.0.8078.79".
func (b *Browser) Version() string { return b.version }

// PID is the process id of the browser process, which is also its process group.
func (b *Browser) PID() int { return b.pid }

// Lost is closed when the browser is gone, by Close or on its own. Of a browser of a Keeper it tells that the connection
// ended: Gone says whether the browser did.
func (b *Browser) Lost() <-chan struct{} { return b.cdp.LostConnection }

// Worn reports that the browser left something undone (a context it did not dispose of in time): drain it and launch
// another.
func (b *Browser) Worn() bool { return b.worn.Load() }

func (b *Browser) isLost() bool {
	select {
	case <-b.cdp.LostConnection:
		return true
	default:
		return false
	}
}

// Close kills the browser with all its processes and removes its profile. Pages of it are lost. It returns when
// nothing is left, or ctx or its own 10 s passed. Further calls return the first result. From a browser of a Keeper it only
// disconnects: its pages live on.
func (b *Browser) Close(ctx context.Context) error {
	b.closeOnce.Do(func() { b.closeErr = b.close(ctx) })
	return b.closeErr
}

func (b *Browser) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	if b.kept != nil {
		b.leaveKept(ctx)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.kill()
		b.waitAlloc()
		b.waitRoot()
		b.workers.Wait()
		b.closeWarm(ctx)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return fmt.Errorf("close the browser: %w", ctx.Err())
	}
	if b.kept != nil {
		return nil
	}
	err := reapGroup(ctx, b.pid)
	b.opts.Logger.Info("browser closed", "browser", b.id)
	return errors.Join(err, b.profile.remove())
}

// callBrowser sends a browser-level command with a bound. Browser contexts can only be handled at this level.
func callBrowser[P, R any](ctx context.Context, b *Browser, cmd cdp.Command[P, R], params P, limit time.Duration) (R, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	res, err := cdp.Call(ctx, b.cdp, cmd, params)
	if err != nil && b.isLost() {
		return res, fmt.Errorf("%s: %w", cmd.Method, ErrBrowserLost)
	}
	if err != nil {
		return res, fmt.Errorf("%s: %w", cmd.Method, err)
	}
	return res, nil
}
