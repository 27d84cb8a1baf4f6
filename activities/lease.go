package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// lentPage is a page of this process that is lent to an attempt.
type lentPage struct {
	ref      store.Ref
	attempt  int
	browser  Browser
	page     Page
	proxyURL string
	upstream io.Closer
	since    time.Time
	// hasPasskeys is true when the page was made with passkeys, whose counters must be remembered.
	hasPasskeys bool
	// used is true once the engine worked on the page: it is read then, not opened anew.
	used atomic.Bool
	// turn holds one token while an execution uses the page: one that the server took for dead stops at its next act, and
	// until then its successor waits.
	turn chan struct{}

	// mu guards leave, spent and closed.
	mu sync.Mutex
	// leave ends the watch that has the page; nil when none has.
	leave context.CancelCauseFunc
	// spent are the pages of proofs. They are closed with the page, so that nobody waits for it.
	spent  []Page
	closed bool
}

// errWanted is why a watch ends whose page somebody else wants to use.
var errWanted = errors.New("the page is wanted")

// wanted asks a watch to leave the page. Whoever acts on a page goes first.
func (l *lentPage) wanted() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leave != nil {
		l.leave(errWanted)
	}
}

// watched says how a watch is asked to leave; nil when it left.
func (l *lentPage) watched(leave context.CancelCauseFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave = leave
}

// closeLater has a page closed together with the lent one, or at once when that is closed already.
func (l *lentPage) closeLater(ctx context.Context, page Page) error {
	l.mu.Lock()
	closed := l.closed
	if !closed {
		l.spent = append(l.spent, page)
	}
	l.mu.Unlock()
	if closed {
		return page.Close(ctx)
	}
	return nil
}

func (l *lentPage) close(ctx context.Context) error {
	l.mu.Lock()
	spent := l.spent
	l.spent, l.closed = nil, true
	l.mu.Unlock()
	errs := []error{l.page.Close(ctx)}
	for _, page := range spent {
		errs = append(errs, page.Close(ctx))
	}
	closeUpstream(l.upstream)
	return errors.Join(errs...)
}

// registry holds the lent pages of this process.
type registry struct {
	// mu guards pages.
	mu    sync.Mutex
	pages map[string]*lentPage
}

func registryKey(operation string, attempt int) string {
	return fmt.Sprintf("%s/%d", operation, attempt)
}

func (r *registry) get(operation string, attempt int) *lentPage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pages[registryKey(operation, attempt)]
}

// put adds a page, or reports false when the attempt has one already.
func (r *registry) put(l *lentPage) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pages == nil {
		r.pages = map[string]*lentPage{}
	}
	key := registryKey(l.ref.Operation, l.attempt)
	if r.pages[key] != nil {
		return false
	}
	r.pages[key] = l
	return true
}

func (r *registry) take(operation string, attempt int) *lentPage {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := registryKey(operation, attempt)
	l := r.pages[key]
	delete(r.pages, key)
	return l
}

func (r *registry) all() []*lentPage {
	r.mu.Lock()
	defer r.mu.Unlock()
	pages := make([]*lentPage, 0, len(r.pages))
	for _, l := range r.pages {
		pages = append(pages, l)
	}
	return pages
}

// heldPage is a page that this execution attached to. Every act first checks that nobody attached since: an execution
// that the server took for dead may still run.
type heldPage struct {
	login.Page

	lent  *lentPage
	store store.Pages
	lease store.Lease
}

// attach raises the lease's epoch and returns the page, once nobody else uses it; the caller must leave it. A page that this
// process, which owns the browser, does not have is lost.
func (p *Pages) attach(ctx context.Context, page workflows.PageRef) (*heldPage, error) {
	ref := refOf(page)
	lent, err := p.found(page)
	if err != nil {
		return nil, err
	}
	lease, err := p.Store.GetLease(ctx, ref, page.Attempt)
	if err != nil {
		return nil, err
	}
	if lease, err = p.Store.AttachLease(ctx, lease); err != nil {
		return nil, err
	}
	lent.wanted()
	select {
	case lent.turn <- struct{}{}:
		return &heldPage{Page: lent.page, lent: lent, store: p.Store, lease: lease}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// found returns the page, which this process has when it has the browser; otherwise it is lost.
func (p *Pages) found(page workflows.PageRef) (*lentPage, error) {
	if lent := p.lent.get(page.Operation, page.Attempt); lent != nil {
		return lent, nil
	}
	return nil, fmt.Errorf("this process has no such page: %w", login.ErrPageLost)
}

// leave lets the next execution have the page.
func (h *heldPage) leave() { <-h.lent.turn }

// check fails when somebody else attached, or when the activity was told to stop.
func (h *heldPage) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now, err := h.store.GetLease(ctx, h.lease.Ref, h.lease.Attempt)
	if err != nil {
		return err
	}
	if now.Epoch != h.lease.Epoch || !now.ReleasedAt.IsZero() {
		return store.ErrLeaseStale
	}
	return nil
}
