package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Keeper has browsers that outlive this process: [browser.Endpoint], with a type of ours for what it connects to.
type Keeper interface {
	// State tells which browsers there are. Errors: browser.ErrNoKeeper.
	State(ctx context.Context) (browser.KeeperState, error)
	// Memory tells how much memory the browsers take and how much is left there.
	Memory(ctx context.Context) (browser.KeeperMemory, error)
	// Start returns the browser of a kind, started if need be. A keeper of our own is started, too. Errors: browser.ErrNoKeeper,
	// browser.ErrNotFound, browser.ErrNoSandbox.
	Start(ctx context.Context, kind session.BrowserKind) (browser.KeptBrowser, error)
	// Connect attaches this process to a browser; the caller must close it. Errors: browser.ErrBrowserLost.
	Connect(ctx context.Context, info browser.KeptBrowser) (Browser, error)
	// Want tells which pages are still wanted when nobody is connected.
	Want(ctx context.Context, w browser.Wanted) error
}

// yard is a keeper, with what is known of it.
type yard struct {
	keeper Keeper
	// connecting is held while a browser is started or connected to, so that one of each is.
	connecting sync.Mutex
	// told is what the keeper was last told to stay for; only follow uses it.
	told browser.Wanted
	// capacity says how many pages the keeper's browsers lend.
	capacity Capacity

	mu sync.Mutex // guards host
	// host is the keeper's in the rows of its browsers; empty until it answered.
	host string
}

func (y *yard) name() string {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.host
}

func (y *yard) named(host string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.host = host
}

// all are the keepers.
func (f *Fleet) all() []*yard {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.yards == nil {
		for _, k := range f.Keepers {
			f.yards = append(f.yards, &yard{keeper: k, capacity: Capacity{Pages: f.Pages}})
		}
	}
	return f.yards
}

// byRoom are the keepers, the one with the most pages of the kind to lend first.
func (f *Fleet) byRoom(ctx context.Context, kind session.BrowserKind) []*yard {
	yards := f.all()
	if len(yards) < 2 {
		return yards
	}
	lent := map[*yard]int{}
	for _, y := range yards {
		lent[y] = -y.capacity.Of(kind)
	}
	for _, m := range f.list() {
		leases, err := f.Store.OpenLeases(ctx, m.ID())
		if err != nil { // whoever lends a page says so
			f.Logger.WarnContext(ctx, "it is not known how much room a browser has", "browser", m.ID(), "error", err)
		}
		lent[m.yard] += len(leases)
	}
	away := func(y *yard) int { // one that we are not connected to is tried last
		if slices.ContainsFunc(f.list(), func(m *member) bool { return m.yard == y }) {
			return 0
		}
		return 1
	}
	return slices.SortedStableFunc(slices.Values(yards), func(a, b *yard) int {
		return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(lent[a], lent[b]))
	})
}

// followInterval is how often a keeper is asked which browsers it has: other workers have some started. That one is gone
// shows at once, by the connection to it.
const followInterval = 2 * time.Second

// Join finds the keepers' browsers that are alive, uses them, and marks the others of their hosts as lost. A keeper that is
// away only keeps its logins waiting, as long as another one answers. Errors: browser.ErrNoKeeper.
func (f *Fleet) Join(ctx context.Context) error {
	var errs []error
	answered := false
	for _, y := range f.all() {
		err := f.catchUp(ctx, y)
		answered = answered || err == nil
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	if answered && err != nil {
		f.Logger.WarnContext(ctx, "a browser process is not reached; it is asked again", "error", err)
		return nil
	}
	return err
}

// Follow keeps up with the keepers until ctx ends.
func (f *Fleet) Follow(ctx context.Context) {
	var wg sync.WaitGroup
	for _, y := range f.all() {
		wg.Go(func() { f.follow(ctx, y) })
	}
	wg.Wait()
}

// follow keeps up with one keeper. One that does not answer now is asked again; one of our own that is gone is started.
func (f *Fleet) follow(ctx context.Context, y *yard) {
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := f.catchUp(ctx, y)
		if errors.Is(err, browser.ErrNoKeeper) {
			_, err = f.runningAt(ctx, y, session.BrowserShell)
		}
		if err == nil {
			err = errors.Join(f.want(ctx, y), f.reportLogins(ctx, y))
		}
		if err != nil && ctx.Err() == nil && !away {
			f.Logger.Warn("a browser process is not reached; it is asked again", "error", err)
		}
		away = err != nil
	}
}

// catchUp reads the rows before the keeper's state: a browser whose row was there and that the keeper does not have is gone, and
// so are all when nobody serves the keeper's socket.
func (f *Fleet) catchUp(ctx context.Context, y *yard) error {
	host := y.name()
	if host == "" {
		state, err := y.keeper.State(ctx)
		if err != nil {
			return err
		}
		host = state.Host
		y.named(host)
	}
	rows, err := f.Store.ListBrowsers(ctx, host)
	if err != nil {
		return fmt.Errorf("list the browsers of this host: %w", err)
	}
	state, err := y.keeper.State(ctx)
	if err != nil && !errors.Is(err, browser.ErrNoKeeper) {
		return err
	}
	if err == nil && state.Host != host {
		y.named(state.Host)
		rows = nil // another keeper took the place of the one that they belong to
	}
	for _, row := range rows {
		if !slices.ContainsFunc(state.Browsers, func(b browser.KeptBrowser) bool { return b.ID == row.ID }) {
			err = errors.Join(err, f.markLost(ctx, row.ID))
		}
	}
	y.connecting.Lock()
	defer y.connecting.Unlock()
	for _, info := range state.Browsers {
		if f.isClosed() {
			break
		}
		_, connectErr := f.connect(ctx, y, info)
		err = errors.Join(err, connectErr)
		if info.Draining {
			f.retire(ctx, info.ID)
		}
	}
	return err
}

// retire begins no new login on a browser: its keeper has another one for them.
func (f *Fleet) retire(ctx context.Context, id string) {
	for _, m := range f.list() {
		if m.ID() == id && !m.draining.Swap(true) {
			f.Logger.Info("a browser is being replaced; its pages stay until they are given back", "browser", id)
			m.Retire(ctx)
		}
	}
}

// reportLogins tells a keeper how many logins began on each of its browsers.
func (f *Fleet) reportLogins(ctx context.Context, y *yard) error {
	var errs []error
	for _, m := range f.list() {
		if m.yard != y {
			continue
		}
		if err := m.ReportLogins(ctx); !errors.Is(err, browser.ErrBrowserLost) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// connect attaches to a browser of a keeper and uses it. Call it with y.connecting held.
func (f *Fleet) connect(ctx context.Context, y *yard, info browser.KeptBrowser) (Browser, error) {
	if b := f.find(info.ID); b != nil {
		return b, nil
	}
	b, err := y.keeper.Connect(ctx, info)
	if err != nil {
		return nil, err
	}
	row := store.Browser{ID: info.ID, Host: y.name(), PID: info.PID, Kind: info.Kind, StartedAt: info.Since}
	if row.Host == "" {
		state, err := y.keeper.State(ctx)
		if err != nil {
			return nil, errors.Join(err, b.Close(context.WithoutCancel(ctx)))
		}
		y.named(state.Host)
		row.Host = state.Host
	}
	return b, f.use(ctx, &member{Browser: b, kind: info.Kind, yard: y}, row)
}

// find returns the browser with this id that this process is connected to; nil when it is not.
func (f *Fleet) find(id string) Browser {
	for _, m := range f.list() {
		if m.ID() == id {
			return m.Browser
		}
	}
	return nil
}

// list are the browsers that this process is connected to.
func (f *Fleet) list() []*member {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*member
	for _, m := range f.members {
		if !isGone(m) {
			all = append(all, m)
		}
	}
	return all
}

// Connected are the browsers that this process uses now.
func (f *Fleet) Connected() []activities.Browser {
	var all []activities.Browser
	for _, m := range f.list() {
		all = append(all, m.Browser)
	}
	return all
}

// Held returns the browser with this id; browser.ErrBrowserLost when it is known to be gone.
func (f *Fleet) Held(ctx context.Context, id string) (activities.Browser, error) {
	if b := f.find(id); b != nil {
		return b, nil
	}
	if f.isClosed() {
		return nil, errFleetClosed
	}
	var errs []error
	for _, y := range f.all() {
		b, err := f.heldAt(ctx, y, id)
		if b != nil {
			return b, nil
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil { // who does not answer may have it
		return nil, err
	}
	return nil, fmt.Errorf("browser %s: %w", id, browser.ErrBrowserLost)
}

// heldAt is Held for one keeper; nil when it has no such browser.
func (f *Fleet) heldAt(ctx context.Context, y *yard, id string) (activities.Browser, error) {
	y.connecting.Lock()
	defer y.connecting.Unlock()
	state, err := y.keeper.State(ctx)
	if errors.Is(err, browser.ErrNoKeeper) {
		return nil, nil //nolint:nilnil // its browsers are gone
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(state.Browsers, func(b browser.KeptBrowser) bool { return b.ID == id })
	if i < 0 {
		return nil, nil //nolint:nilnil // see above
	}
	y.named(state.Host)
	b, err := f.connect(ctx, y, state.Browsers[i])
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Wanted are the pages of a keeper's browsers that live logins use, and until when: an open question's deadline, or as long as a
// step may wait for a worker.
func (f *Fleet) Wanted(ctx context.Context, host string) (browser.Wanted, error) {
	var w browser.Wanted
	rows, err := f.Store.ListBrowsers(ctx, host)
	if err != nil {
		return w, fmt.Errorf("list the browsers of this host: %w", err)
	}
	for _, row := range rows {
		leases, err := f.Store.OpenLeases(ctx, row.ID)
		if err != nil {
			return w, err
		}
		for _, l := range leases {
			if l.OperationState.Final() {
				continue
			}
			w.Pages++
			until := l.AnswerBy
			if until.IsZero() {
				until = f.Now().Add(f.Patience)
			}
			if until.After(w.Until) {
				w.Until = until
			}
		}
	}
	return w, nil
}

// want tells a keeper which pages to stay for, in case this process is killed.
func (f *Fleet) want(ctx context.Context, y *yard) error {
	w, err := f.Wanted(ctx, y.name())
	if err != nil {
		return err
	}
	if w == y.told {
		return nil
	}
	if err := y.keeper.Want(ctx, w); err != nil {
		return err
	}
	y.told = w
	return nil
}
