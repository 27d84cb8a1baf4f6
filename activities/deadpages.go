package activities

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// deadInterval is the pause between two looks: a loss is noticed within two seconds, also where no step uses the page.
	deadInterval = time.Second
	// retellAfter is when a login is told again that its page is lost: the signal may not have arrived.
	retellAfter = 10 * time.Second
)

// leaseName names a lease.
type leaseName struct {
	ref     store.Ref
	attempt int
}

// deadWatch remembers which logins were told that their page is lost, and when.
type deadWatch map[leaseName]time.Time

// WatchPages looks, until ctx ends, for pages that crashed or closed themselves while their login waits, and tells the login. One
// in the middle of a step finds out by itself.
func (p *Pages) WatchPages(ctx context.Context) {
	told := deadWatch{}
	tick := time.NewTicker(deadInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, b := range p.Browsers.Connected() {
			if err := p.tellOfDeadPages(ctx, b, told); err != nil && ctx.Err() == nil {
				p.Logger.WarnContext(ctx, "look for pages that are lost", "browser", b.ID(), "error", err)
			}
		}
	}
}

func (p *Pages) tellOfDeadPages(ctx context.Context, b Browser, told deadWatch) error {
	dead, err := b.DeadPages(ctx)
	if err != nil || len(dead) == 0 {
		return err
	}
	leases, err := p.Store.OpenLeases(ctx, b.ID())
	if err != nil {
		return err
	}
	maps.DeleteFunc(told, func(_ leaseName, at time.Time) bool { return p.Now().Sub(at) >= retellAfter })
	var errs []error
	for _, l := range leases {
		name := leaseName{l.Ref, l.Attempt}
		if l.OperationState != session.OperationWaiting || !slices.Contains(dead, l.TargetID) || !told[name].IsZero() {
			continue
		}
		p.Logger.WarnContext(ctx, "the page of a login that waits is gone; the login is told", "operation", l.Operation, "browser", b.ID())
		if err := p.OnPageLost(ctx, l.Ref, l.Attempt); err != nil {
			errs = append(errs, err)
			continue
		}
		told[name] = p.Now()
	}
	return errors.Join(errs...)
}
