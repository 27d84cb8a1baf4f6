package worker

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
)

// How the purger goes about its work, so that nobody notices it.
const (
	// purgeInterval is the pause between two rounds, give or take purgeJitter: several processes purge, and need not meet.
	purgeInterval = time.Minute
	purgeJitter   = 15 * time.Second
	// purgeBatch is how many rows go at once, and purgeBatches how often that happens in a round. What is left waits for the next.
	purgeBatch   = 50
	purgeBatches = 40
	// purgePause lets others write between two batches.
	purgePause = 20 * time.Millisecond
	// leastSpent is how long a spent time step is remembered at least, however short the retention: its code is worth something
	// for minutes, and a clock may be wrong for hours.
	leastSpent = 24 * time.Hour
	// keepRequests is how long a request is remembered, whatever the retention: as long as callers repeat one.
	keepRequests = 24 * time.Hour
)

// Purger removes finished operations after the retention, and whatever else would pile up. Several may run at once.
type Purger struct {
	Store store.Retention
	// Retention is how long a finished operation is kept; 0 keeps all of them.
	Retention time.Duration
	Now       func() time.Time
	Logger    *slog.Logger
	// OnPurged is told how many rows of what were removed; nil is nobody.
	OnPurged func(what string, rows int)
}

// Run purges until ctx ends; the caller waits for its return.
func (p *Purger) Run(ctx context.Context) {
	for pauseFor(ctx, purgeInterval-purgeJitter+rand.N(2*purgeJitter)) { //nolint:gosec // chance, not secrecy, keeps processes apart
		p.Purge(ctx)
	}
}

// pauseFor waits for d; false when ctx ended first.
func pauseFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Purge does one round.
func (p *Purger) Purge(ctx context.Context) {
	p.all(ctx, "requests", func(ctx context.Context) (int, error) {
		return p.Store.PurgeRequests(ctx, p.Now().Add(-keepRequests), purgeBatch)
	})
	if p.Retention > 0 {
		p.purgeOld(ctx)
	}
}

// purgeOld removes what the retention bounds.
func (p *Purger) purgeOld(ctx context.Context) {
	before := p.Now().Add(-p.Retention)
	spentBefore := p.Now().Add(-max(p.Retention, leastSpent))
	p.all(ctx, "operations", func(ctx context.Context) (int, error) {
		return p.Store.PurgeOperations(ctx, before, purgeBatch)
	})
	p.all(ctx, "browsers", func(ctx context.Context) (int, error) { // after the operations, whose leases name them
		return p.Store.PurgeBrowsers(ctx, before, purgeBatch)
	})
	p.all(ctx, "breakers", func(ctx context.Context) (int, error) {
		return p.Store.PurgeBreakers(ctx, before, purgeBatch)
	})
	p.all(ctx, "time steps", func(ctx context.Context) (int, error) {
		return p.Store.PurgeSpends(ctx, string(login.SpendTOTPStep), spentBefore, purgeBatch)
	})
}

// all calls purge until nothing is left, it fails, or the round is full.
func (p *Purger) all(ctx context.Context, what string, purge func(ctx context.Context) (int, error)) {
	purged := 0
	for range purgeBatches {
		n, err := purge(ctx)
		purged += n
		if err != nil && ctx.Err() == nil {
			p.Logger.WarnContext(ctx, "purge", "what", what, "error", err)
		}
		if err != nil || n < purgeBatch || !pauseFor(ctx, purgePause) {
			break
		}
	}
	if purged > 0 && p.OnPurged != nil {
		p.OnPurged(what, purged)
	}
	if purged > 0 {
		p.Logger.InfoContext(ctx, "purged", "what", what, "count", purged)
	}
}
