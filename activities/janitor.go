package activities

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/store"
)

const (
	// janitorInterval is the pause between two looks.
	janitorInterval = 5 * time.Second
	// janitorSpares is the age under which a page without a lease is left alone: its lease may be on its way.
	janitorSpares = time.Minute
)

// RunJanitor disposes of the pages of this process that no live operation uses, and of what processes that left made in its
// browsers and no lease names, until ctx ends.
func (p *Pages) RunJanitor(ctx context.Context) {
	tick := time.NewTicker(janitorInterval)
	defer tick.Stop()
	p.clearBrowsers(ctx) // at once: where processes are killed again and again, none would come to it
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Tidy(ctx)
			p.TidyBrowsers(ctx)
		}
	}
}

// TidyBrowsers looks once at every browser that outlives its workers.
func (p *Pages) TidyBrowsers(ctx context.Context) {
	p.clearBrowsers(ctx)
	for _, b := range p.Browsers.Connected() {
		if err := p.pickUp(ctx, b); err != nil {
			p.Logger.WarnContext(ctx, "janitor: look for pages to freeze", "browser", b.ID(), "error", err)
		}
	}
}

// clearBrowsers disposes of what nobody uses in the browsers that outlive their workers.
func (p *Pages) clearBrowsers(ctx context.Context) {
	for _, b := range p.Browsers.Connected() {
		if err := p.disposeOfOrphans(ctx, b); err != nil {
			p.Logger.WarnContext(ctx, "janitor: look for pages that nobody uses", "browser", b.ID(), "error", err)
		}
	}
}

// disposeOfOrphans reads the leases last: one that was written before a browser context became an orphan is seen.
func (p *Pages) disposeOfOrphans(ctx context.Context, b Browser) error {
	orphans, err := b.Orphans(ctx, janitorSpares)
	if err != nil || len(orphans) == 0 {
		return err
	}
	leases, err := p.Store.OpenLeases(ctx, b.ID())
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, l := range leases {
		named[l.ContextID] = true
	}
	for _, id := range orphans {
		if !named[id] {
			err = errors.Join(err, b.DisposeOf(id))
		}
	}
	return err
}

// Tidy looks once at every page of this process.
func (p *Pages) Tidy(ctx context.Context) {
	live := map[string]map[leaseName]bool{} // by browser
	for _, lent := range p.lent.all() {
		if lent.page.Detached() {
			p.letGo(ctx, lent)
			continue
		}
		id := lent.browser.ID()
		if live[id] == nil {
			live[id] = p.liveLeases(ctx, id)
		}
		if p.Now().Sub(lent.since) < janitorInterval || live[id][leaseName{lent.ref, lent.attempt}] || !p.abandoned(ctx, lent) {
			continue
		}
		if err := p.dispose(ctx, lent.ref, lent.attempt); err != nil {
			p.Logger.WarnContext(ctx, "janitor: dispose of a page", "operation", lent.ref.Operation, "error", err)
		}
	}
}

// liveLeases are the leases of a browser whose operations go on, in one read: hundreds may wait. It is empty when the store is away;
// then each page is looked at by itself.
func (p *Pages) liveLeases(ctx context.Context, browserID string) map[leaseName]bool {
	live := map[leaseName]bool{}
	leases, err := p.Store.OpenLeases(ctx, browserID)
	if err != nil {
		return live
	}
	for _, l := range leases {
		if !l.OperationState.Final() {
			live[leaseName{l.Ref, l.Attempt}] = true
		}
	}
	return live
}

// abandoned reports that the operation of the page is over, or that no lease names the page any more.
func (p *Pages) abandoned(ctx context.Context, lent *lentPage) bool {
	op, err := p.Store.GetOperation(ctx, lent.ref)
	if err != nil {
		return false
	}
	if op.State.Final() && p.Now().Sub(op.FinishedAt) > 2*janitorInterval {
		return true
	}
	lease, err := p.Store.GetLease(ctx, lent.ref, lent.attempt)
	released := err == nil && !lease.ReleasedAt.IsZero()
	return (released || errors.Is(err, store.ErrNotFound)) && p.Now().Sub(lent.since) > janitorSpares
}
