package activities

import (
	"context"
	"slices"
	"time"

	"github.com/anteroom/anteroom/session"
)

const (
	// freezeLook is the pause between two looks for pages to freeze.
	freezeLook = time.Second
	// freezeRetry is when a page is looked at again that lived by itself.
	freezeRetry = 5 * time.Second
	// freezeTimeout bounds freezing one page: whoever wants to use it waits for that.
	freezeTimeout = 5 * time.Second
)

// RunFreezer freezes the pages of this process whose login waits for a person, once nothing was heard of them for FreezeAfter,
// until ctx ends. It returns at once where FreezeAfter is zero.
func (p *Pages) RunFreezer(ctx context.Context) {
	if p.FreezeAfter <= 0 {
		return
	}
	tick := time.NewTicker(freezeLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Freeze(ctx)
		}
	}
}

// Freeze looks once at every page of this process.
func (p *Pages) Freeze(ctx context.Context) {
	for _, lent := range p.lent.all() {
		if !lent.mayFreeze(p.Now()) {
			continue
		}
		select {
		case lent.turn <- struct{}{}:
			p.freeze(ctx, lent)
			<-lent.turn
		default: // somebody uses it
		}
	}
}

// freeze freezes a page of which this execution has the turn. A page that is used meanwhile is not parked any more.
func (p *Pages) freeze(ctx context.Context, lent *lentPage) {
	if !lent.mayFreeze(p.Now()) || lent.page.Detached() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, freezeTimeout)
	defer cancel()
	frozen, err := lent.page.Freeze(ctx, p.FreezeAfter)
	switch {
	case err != nil && ctx.Err() == nil && !lent.page.Detached():
		p.Logger.WarnContext(ctx, "a page was not frozen", "operation", lent.ref.Operation, "error", err)
		lent.unpark()
	case frozen:
		p.Logger.DebugContext(ctx, "froze a page", "operation", lent.ref.Operation)
		lent.unpark()
	default:
		lent.park(p.Now().Add(freezeRetry))
	}
}

// maxPickUps is how many pages are picked up in one look: logins that run are not to notice it.
const maxPickUps = 10

// pickUp adopts pages that wait for a person and whose process left before it froze them, so that they are frozen. One that
// somebody attached to since its lease was read is that one's, as for a watch; an open question keeps every other execution away.
func (p *Pages) pickUp(ctx context.Context, b Browser) error {
	if p.FreezeAfter <= 0 {
		return nil
	}
	wakeful, err := b.Wakeful(ctx)
	if err != nil || len(wakeful) == 0 {
		return err
	}
	leases, err := p.Store.OpenLeases(ctx, b.ID())
	if err != nil {
		return err
	}
	picked := 0
	for _, lease := range leases {
		if lease.OperationState != session.OperationWaiting || !slices.Contains(wakeful, lease.ContextID) {
			continue
		}
		op, err := p.Store.GetOperation(ctx, lease.Ref)
		if err != nil {
			return err
		}
		if op.Question == nil || !standsStill(op.Question.Kind) {
			continue
		}
		lent, err := p.found(ctx, lease)
		if err != nil {
			p.Logger.DebugContext(ctx, "a page was not picked up", "operation", lease.Operation, "error", err)
			continue
		}
		p.parkedBy(lent, op.Question.Kind)
		if picked++; picked == maxPickUps {
			break
		}
	}
	return nil
}

// standsStill reports whether a page that asked this waits for nothing but the answer. Where the person may act elsewhere, or
// where the page was not understood, it may have to go on by itself.
func standsStill(kind session.InfoRequestKind) bool {
	switch kind { //nolint:exhaustive // see above
	case session.AskCode, session.AskCredentials, session.AskChoice, session.AskSecurityQuestion:
		return true
	}
	return false
}

// parkedBy notes that the page asked a question.
func (p *Pages) parkedBy(lent *lentPage, kind session.InfoRequestKind) {
	if p.FreezeAfter > 0 && standsStill(kind) {
		lent.park(p.Now().Add(p.FreezeAfter))
	}
}

// park says from when on the page may be frozen.
func (l *lentPage) park(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.freezeAt = at
}

func (l *lentPage) unpark() { l.park(time.Time{}) }

func (l *lentPage) mayFreeze(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.freezeAt.IsZero() && !now.Before(l.freezeAt) && !l.closed
}

// use takes the page, of which this execution has the turn, out of the cold.
func (l *lentPage) use(ctx context.Context) error {
	l.unpark()
	return l.page.Thaw(ctx)
}
