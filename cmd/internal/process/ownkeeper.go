package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

// ownKeeper is the browser process of this process's data directory: the one that is there, or one that is started. It outlives
// this process for as long as logins wait on its pages.
type ownKeeper struct {
	keptBrowsers

	config   *config.Config
	program  string
	settings string
	log      *slog.Logger

	mu sync.Mutex // guards child, and is held while one is started
	// child is the browser process that this process started last; nil when it started none.
	child *child
}

const (
	// startPatience is how long a browser process may take until it answers.
	startPatience = browser.DefaultStartTimeout + 5*time.Second
	startPause    = 20 * time.Millisecond
)

// Start returns the browser of a kind from the browser process, which is started if nobody serves its socket.
func (k *ownKeeper) Start(ctx context.Context, kind session.BrowserKind) (browser.KeptBrowser, error) {
	b, err := k.Endpoint.Start(ctx, kind)
	if !errors.Is(err, browser.ErrNoKeeper) {
		return b, err
	}
	if _, err := k.ensure(ctx); err != nil {
		return b, err
	}
	return k.Endpoint.Start(ctx, kind)
}

// ensure returns the state of the browser process, once it answers. It is started where nobody serves or holds its lock: whoever
// does is on its way up or down.
func (k *ownKeeper) ensure(ctx context.Context) (browser.KeeperState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	var child *child
	for {
		state, err := k.State(ctx)
		if err == nil {
			return state, nil
		}
		if errors.Is(err, browser.ErrNoKeeper) && child.hasEnded() && !isLocked(inDataDir(k.config, keeperLockFile)) {
			if child != nil {
				return state, child.explain()
			}
			if child, err = k.launch(); err != nil {
				return state, err
			}
			k.child = child
		}
		if child.hasEnded() && child != nil { // another one was faster
			child = nil
		}
		select {
		case <-ctx.Done():
			return state, fmt.Errorf("start the browser process: it did not answer in time: %w; its log is %s", err, inDataDir(k.config, keeperLog))
		case <-time.After(startPause):
		}
	}
}

// stop ends the browser process, whatever waits on its pages, and returns when nothing of it is left.
func (k *ownKeeper) stop(ctx context.Context) error {
	if err := k.Stop(ctx); err != nil {
		return err
	}
	return unlocked(ctx, k.config)
}

// unlocked waits until no browser process uses the data directory.
func unlocked(ctx context.Context, c *config.Config) error {
	for isLocked(inDataDir(c, keeperLockFile)) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the end of the browser process: %w", ctx.Err())
		case <-time.After(startPause):
		}
	}
	return nil
}

// StopKeeper ends the browser process that these settings name, with what waits on its pages. Errors: browser.ErrNoKeeper.
func StopKeeper(ctx context.Context, c *config.Config) (browser.KeeperState, error) {
	k := &ownKeeper{keptBrowsers: keptBrowsers{Endpoint: browser.NewEndpoint(Socket(c))}, config: c}
	defer k.Close()
	state, err := k.State(ctx)
	if err != nil {
		return state, err
	}
	return state, k.stop(ctx)
}

// Staying is a browser process that stays when the process ends that used it.
type Staying struct {
	browser.Wanted

	PID int
	// LeaveAfter is how long it stays after that; 0 is for ever.
	LeaveAfter time.Duration
}

// leaveOwn ends the browser process when no login waits on its pages.
func (p *Process) leaveOwn(ctx context.Context) error {
	state, err := p.own.State(ctx)
	if errors.Is(err, browser.ErrNoKeeper) {
		return nil
	}
	if err != nil {
		return err
	}
	if p.o.Stays == nil {
		return p.own.stop(ctx)
	}
	wanted, err := p.fleet.Wanted(ctx, state.Host)
	if err == nil {
		err = p.own.Want(ctx, wanted)
	}
	if err != nil {
		return err
	}
	ended, err := p.own.Depart(ctx)
	if err != nil {
		return err
	}
	if ended {
		return unlocked(ctx, p.o.Config)
	}
	p.o.Stays(Staying{Wanted: wanted, PID: state.PID, LeaveAfter: state.LeaveAfter})
	return nil
}

// replaceOutdated has a browser process of another version or with other settings replaced, if no login waits on its pages.
func (p *Process) replaceOutdated(ctx context.Context) error {
	state, err := p.own.State(ctx)
	if err != nil || state.Settings == p.own.settings {
		return nil //nolint:nilerr // there is none, or it is found out when it is used
	}
	wanted, err := p.fleet.Wanted(ctx, state.Host)
	if err != nil {
		return err
	}
	if wanted.Pages > 0 {
		p.logger.WarnContext(ctx, "the browser process is of another version or has other settings; it is replaced once no login waits on its pages",
			"pid", state.PID, "waiting", wanted.Pages, "its", state.Settings, "ours", p.own.settings)
		return nil
	}
	p.logger.InfoContext(ctx, "the browser process is of another version or has other settings; it is replaced", "pid", state.PID)
	return p.own.stop(ctx)
}

// replaceInterval is the pause between two looks at whether the browser process can be replaced.
const replaceInterval = 10 * time.Second

// replaceWhenQuiet replaces a browser process of another version or with other settings once no login is on its pages.
func (p *Process) replaceWhenQuiet(ctx context.Context) {
	tick := time.NewTicker(replaceInterval)
	defer tick.Stop()
	for {
		state, err := p.own.State(ctx)
		if err == nil && state.Settings == p.own.settings {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if wanted, err := p.fleet.Wanted(ctx, state.Host); err == nil && wanted.Pages == 0 && state.Host != "" {
			if err := p.replaceOutdated(ctx); err != nil {
				p.logger.WarnContext(ctx, "the browser process was not replaced", "error", err)
			}
		}
	}
}
