package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
)

const (
	// settleInterval is the time between two looks at the logins under way while the worker stops.
	settleInterval = 50 * time.Millisecond
	// noticeInterval is the time between two looks for browsers of this machine that are gone.
	noticeInterval = time.Second
)

// Settle waits until no login is in the middle of a step on a browser of this process, or until ctx ends. Openings must have
// stopped, and everything else must still run: a login has several steps, and one that ends now needs not begin anew
// elsewhere. Those that wait for a person are not waited for, and nothing is where a Keeper has the browsers.
func (f *Fleet) Settle(ctx context.Context) {
	if f.Keeper != nil {
		return // the pages stay, and others are in the middle of steps on the same browser
	}
	tick := time.NewTicker(settleInterval)
	defer tick.Stop()
	for f.busy(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// busy reports that a login uses a page; a store that cannot tell is not waited for.
func (f *Fleet) busy(ctx context.Context) bool {
	for _, id := range f.ids() {
		leases, err := f.Store.OpenLeases(ctx, id)
		if err != nil {
			f.Logger.WarnContext(ctx, "it is not known which logins are in the middle of a step; nothing waits for them", "browser", id, "error", err)
			return false
		}
		for _, l := range leases {
			if l.OperationState != session.OperationWaiting {
				return true
			}
		}
	}
	return false
}

// ids are those of the browsers that run.
func (f *Fleet) ids() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, b := range f.running {
		if !isGone(b) {
			ids = append(ids, b.ID())
		}
	}
	return ids
}

// Notice looks, until ctx ends, for browsers whose process was one of this machine and is gone.
func (f *Fleet) Notice(ctx context.Context) {
	tick := time.NewTicker(noticeInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := f.NoticeGone(ctx); err != nil && ctx.Err() == nil {
			f.Logger.WarnContext(ctx, "look for browsers that are gone", "error", err)
		}
	}
}

// NoticeGone marks the browsers as lost whose process was one of this machine and is gone: a worker that was killed tells
// nobody, and need not come back.
func (f *Fleet) NoticeGone(ctx context.Context) error {
	rows, err := f.Store.ListBrowsers(ctx, "")
	if err != nil {
		return fmt.Errorf("list the browsers: %w", err)
	}
	var errs []error
	for _, b := range rows {
		if !f.Machine.Gone(b.Process) {
			continue
		}
		f.Logger.WarnContext(ctx, "a browser of this machine is gone; the logins on its pages are told", "browser", b.ID)
		if err := f.markLost(ctx, b.ID); err != nil {
			errs = append(errs, fmt.Errorf("mark browser %s as lost: %w", b.ID, err))
		}
	}
	return errors.Join(errs...)
}
