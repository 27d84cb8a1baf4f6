package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// Keeper has browsers that outlive this process: [browser.Endpoint], with a type of ours for what it connects to.
type Keeper interface {
	// State tells which browsers there are. Errors: browser.ErrNoKeeper.
	State(ctx context.Context) (browser.KeeperState, error)
	// Start returns the browser of a kind, started if need be.
	Start(ctx context.Context, kind session.BrowserKind) (browser.KeptBrowser, error)
	// Connect attaches this process to a browser; the caller must close it. Errors: browser.ErrBrowserLost.
	Connect(ctx context.Context, info browser.KeptBrowser) (Browser, error)
}

// followInterval is how often the keeper is asked which browsers it has: other workers have some started. That one is gone
// shows at once, by the connection to it.
const followInterval = 2 * time.Second

// Join finds the keeper's browsers that are alive, uses them, and marks the others of its host as lost. Errors:
// browser.ErrNoKeeper.
func (f *Fleet) Join(ctx context.Context) error {
	state, err := f.Keeper.State(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.Host = state.Host
	f.mu.Unlock()
	return f.catchUp(ctx)
}

// Follow keeps up with the keeper until ctx ends. A keeper that does not answer now is asked again.
func (f *Fleet) Follow(ctx context.Context) {
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := f.catchUp(ctx)
		if err != nil && ctx.Err() == nil && !away {
			f.Logger.Warn("the browser process is not reached; it is asked again", "error", err)
		}
		away = err != nil
	}
}

// catchUp reads the rows before the keeper's state: a browser whose row was there and that the keeper does not have is gone.
func (f *Fleet) catchUp(ctx context.Context) error {
	f.mu.Lock()
	host := f.Host
	f.mu.Unlock()
	rows, err := f.Store.ListBrowsers(ctx, host)
	if err != nil {
		return fmt.Errorf("list the browsers of this host: %w", err)
	}
	state, err := f.Keeper.State(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if state.Host == host && !slices.ContainsFunc(state.Browsers, func(b browser.KeptBrowser) bool { return b.ID == row.ID }) {
			err = errors.Join(err, f.markLost(ctx, row.ID))
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Host = state.Host
	for _, info := range state.Browsers {
		if f.closed {
			break
		}
		if b := f.running[info.Kind]; b == nil || b.ID() != info.ID || isGone(b) {
			_, connectErr := f.connect(ctx, info)
			err = errors.Join(err, connectErr)
		}
	}
	return err
}

// connect attaches to a browser of the keeper and uses it. Call it with mu held.
func (f *Fleet) connect(ctx context.Context, info browser.KeptBrowser) (Browser, error) {
	if b := f.running[info.Kind]; b != nil && b.ID() == info.ID && !isGone(b) {
		return b, nil
	}
	b, err := f.Keeper.Connect(ctx, info)
	if err != nil {
		return nil, err
	}
	return f.use(ctx, b, info.Kind, info.Since)
}

// Connected are the browsers that this process uses now.
func (f *Fleet) Connected() []activities.Browser {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []activities.Browser
	for _, b := range f.running {
		if !isGone(b) {
			all = append(all, b)
		}
	}
	return all
}

// Held returns the browser with this id; browser.ErrBrowserLost when it is known to be gone.
func (f *Fleet) Held(ctx context.Context, id string) (activities.Browser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.running {
		if b.ID() == id && !isGone(b) {
			return b, nil
		}
	}
	if f.Keeper == nil {
		return nil, fmt.Errorf("browser %s: %w", id, browser.ErrBrowserLost)
	}
	if f.closed {
		return nil, errFleetClosed
	}
	state, err := f.Keeper.State(ctx)
	if errors.Is(err, browser.ErrNoKeeper) {
		return nil, fmt.Errorf("browser %s: %w: %w", id, browser.ErrBrowserLost, err)
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(state.Browsers, func(b browser.KeptBrowser) bool { return b.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("browser %s: %w", id, browser.ErrBrowserLost)
	}
	return f.connect(ctx, state.Browsers[i])
}
