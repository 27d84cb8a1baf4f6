package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
)

// adopt attaches to the page of a lease that another process held, or this one before its connection ended. The lease's epoch
// was raised for it.
func (p *Pages) adopt(ctx context.Context, lease store.Lease) (*lentPage, error) {
	if lease.TargetID == "" {
		return nil, fmt.Errorf("the page was never made: %w", login.ErrPageLost)
	}
	b, err := p.Browsers.Held(ctx, lease.BrowserID)
	if errors.Is(err, browser.ErrBrowserLost) {
		return nil, fmt.Errorf("%w: %w", login.ErrPageLost, err)
	}
	if err != nil {
		return nil, err
	}
	j, err := p.job(ctx, lease.Ref)
	if err != nil {
		return nil, err
	}
	options, failure, err := p.pageOptions(ctx, j, lease.Attempt)
	if err != nil {
		return nil, err
	}
	if failure != nil {
		return nil, fmt.Errorf("the page cannot be used any more: %s: %w", failure.Message, login.ErrPageLost)
	}
	for i := range options.Passkeys {
		options.Passkeys[i].SignCount += lostUses // who held the page may have used it without leaving a record
	}
	page, err := b.Adopt(ctx, lease.ContextID, lease.TargetID, options)
	if err != nil {
		return nil, err
	}
	lent := &lentPage{
		ref: lease.Ref, attempt: lease.Attempt, browser: b, page: page, hasPasskeys: len(options.Passkeys) > 0,
		proxyURL: page.ProxyURL(), since: p.Now(), turn: make(chan struct{}, 1),
	}
	location, err := page.Location(ctx)
	if err != nil {
		page.Leave()
		return nil, err
	}
	lent.used.Store(location != blank) // one that was never navigated is opened, not read
	p.Logger.InfoContext(ctx, "adopted a page", "operation", lease.Operation, "browser", lease.BrowserID, "epoch", lease.Epoch)
	return lent, nil
}

// blank is the address of a page that was never navigated.
const blank = "about:blank"

// letGo drops a page that somebody else adopted, or that was left behind by a connection that ended. The page stays; those
// of proofs, which nobody else knows, go.
func (p *Pages) letGo(ctx context.Context, lent *lentPage) {
	p.lent.drop(lent)
	lent.wanted()
	lent.page.Leave()
	lent.mu.Lock()
	spent := lent.spent
	lent.spent, lent.closed = nil, true
	lent.mu.Unlock()
	for _, page := range spent {
		if err := page.Close(ctx); err != nil {
			p.Logger.WarnContext(ctx, "the page of a proof was not closed; the janitor does it", "operation", lent.ref.Operation, "error", err)
		}
	}
}
