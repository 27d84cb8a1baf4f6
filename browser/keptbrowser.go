package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
)

// keptBrowser is a Chromium that a Keeper owns.
type keptBrowser struct {
	KeptBrowser

	process *chromium
	profile profile
	mux     *multiplexer

	// The Keeper's mu guards what follows, and Draining: how many logins it served, what memory it took when that was measured last,
	// since when it is replaced, and whether it was told to end.
	logins    int
	memory    int64
	measured  MemoryUse
	drainedAt time.Time
	retired   bool
}

// keep starts a browser and returns when it answers.
func keep(ctx context.Context, o Options) (*keptBrowser, error) {
	path, who, dir, err := prepare(o)
	if err != nil {
		return nil, err
	}
	process, err := startChromium(context.WithoutCancel(ctx), path, launchFlags(o), dir, who)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the browser: %w", err), dir.remove())
	}
	b := &keptBrowser{process: process, profile: dir, mux: newMultiplexer(process.commands, o.Logger)}
	b.KeptBrowser = KeptBrowser{ID: session.NewID(session.BrowserPrefix), Kind: o.Kind, PID: process.pid(), Since: time.Now()}
	go b.mux.run(process.messages) // it ends with the process, which close waits for
	if err := b.greet(ctx, o.StartTimeout); err != nil {
		return nil, errors.Join(err, b.close(context.WithoutCancel(ctx)))
	}
	announceStart(o, who, b.KeptBrowser)
	return b, nil
}

// alive reports that nothing speaks for the browser's death.
func (b *keptBrowser) alive() bool {
	select {
	case <-b.mux.lost:
		return false
	case <-b.process.exited:
		return false
	default:
		return true
	}
}

// exitGrace is how long a browser that hung up while it started may take to exit, having printed why.
const exitGrace = 5 * time.Second

func (b *keptBrowser) greet(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var version struct {
		Product string `json:"product"`
	}
	err := b.mux.call(ctx, "Browser.getVersion", struct{}{}, &version)
	b.Version = version.Product
	if errors.Is(err, ErrBrowserLost) {
		select {
		case <-b.process.exited:
		case <-time.After(exitGrace):
		}
		return startError(fmt.Errorf("chromium failed to start:\n%s", &b.process.output))
	}
	if err != nil {
		return fmt.Errorf("start the browser: %w", err)
	}
	if err := b.mux.followPages(ctx); err != nil {
		return fmt.Errorf("start the browser: %w", err)
	}
	return nil
}

// close kills the browser with all its processes, removes its profile and waits until its clients know.
func (b *keptBrowser) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout)
	defer cancel()
	err := b.process.end(ctx)
	select {
	case <-b.mux.lost:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("close the browser: %w", ctx.Err()))
	}
	return errors.Join(err, b.profile.remove())
}
