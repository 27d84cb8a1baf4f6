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

// RunJanitor disposes of the pages of this process that no live operation uses, until ctx ends.
func (p *Pages) RunJanitor(ctx context.Context) {
	tick := time.NewTicker(janitorInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Tidy(ctx)
		}
	}
}

// Tidy looks once at every page of this process.
func (p *Pages) Tidy(ctx context.Context) {
	for _, lent := range p.lent.all() {
		if p.Now().Sub(lent.since) < janitorInterval || !p.abandoned(ctx, lent) {
			continue
		}
		if err := p.dispose(ctx, lent.ref, lent.attempt); err != nil {
			p.Logger.WarnContext(ctx, "janitor: dispose of a page", "operation", lent.ref.Operation, "error", err)
		}
	}
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
