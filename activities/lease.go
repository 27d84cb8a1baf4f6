package activities

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// lentPage is a page of this process that is lent to an attempt.
type lentPage struct {
	ref     store.Ref
	attempt int
	browser Browser
	page    Page
	// proxyURL is the forwarding proxy to the caller's; empty when there is none.
	proxyURL string
	since    time.Time
	// hasPasskeys is true when the page was made with passkeys, whose counters must be remembered.
	hasPasskeys bool
	// used is true once the engine worked on the page: it is read then, not opened anew.
	used atomic.Bool
	// turn holds one token while an execution uses the page: one that the server took for dead stops at its next act, and
	// until then its successor waits.
	turn chan struct{}

	// mu guards everything below.
	mu sync.Mutex
	// leave ends the watch that has the page; nil when none has.
	leave context.CancelCauseFunc
	// spent are the pages of proofs. They are closed with the page, so that nobody waits for it.
	spent  []Page
	closed bool
	// freezeAt is from when on the page may be frozen; zero while it may not, or is.
	freezeAt time.Time
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
	closeUpstream(l.browser, l.proxyURL)
	return errors.Join(errs...)
}

// registry holds the lent pages of this process.
type registry struct {
	// mu guards everything below.
	mu    sync.Mutex
	pages map[string]*lentPage
	// adoptions holds what is closed when the adoption of a page ends.
	adoptions map[string]chan struct{}
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

// drop takes out a page, unless another one took its place.
func (r *registry) drop(l *lentPage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key := registryKey(l.ref.Operation, l.attempt); r.pages[key] == l {
		delete(r.pages, key)
	}
}

// adopting waits until nobody else adopts the page of an attempt; the caller must call done.
func (r *registry) adopting(ctx context.Context, operation string, attempt int) (done func(), err error) {
	key := registryKey(operation, attempt)
	for {
		r.mu.Lock()
		other := r.adoptions[key]
		if other == nil {
			if r.adoptions == nil {
				r.adoptions = map[string]chan struct{}{}
			}
			ended := make(chan struct{})
			r.adoptions[key] = ended
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				defer r.mu.Unlock()
				delete(r.adoptions, key)
				close(ended)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
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
	// done is called when the step is over.
	done func()
}

// attach raises the lease's epoch and returns the page, thawed, once nobody else uses it; the caller must leave it. A page that this
// process does not hold is adopted; one of a browser that is gone is lost.
func (p *Pages) attach(ctx context.Context, page workflows.PageRef) (*heldPage, error) {
	if p.lent.get(page.Operation, page.Attempt) != nil {
		return p.attachNow(ctx, page, func() {})
	}
	done, err := p.catchUpRoom(ctx)
	if err != nil {
		return nil, err
	}
	held, err := p.attachNow(ctx, page, done)
	if err != nil {
		done()
	}
	return held, err
}

// attachNow is attach for a step whose turn it is; done is called when it is over.
func (p *Pages) attachNow(ctx context.Context, page workflows.PageRef, done func()) (*heldPage, error) {
	lease, err := p.Store.GetLease(ctx, refOf(page), page.Attempt)
	if err != nil {
		return nil, err
	}
	if lease, err = p.Store.AttachLease(ctx, lease); err != nil {
		return nil, err
	}
	lent, err := p.lentOf(ctx, lease)
	if err != nil {
		return nil, err
	}
	lent.wanted()
	select {
	case lent.turn <- struct{}{}:
		if err := lent.use(ctx); err != nil {
			<-lent.turn
			return nil, err
		}
		return &heldPage{Page: lent.page, lent: lent, store: p.Store, lease: lease, done: done}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// found returns a page for reading, which takes no new epoch where this process holds the page. Otherwise it is adopted, if
// nobody attached to it since lease was read.
func (p *Pages) found(ctx context.Context, lease store.Lease) (*lentPage, error) {
	if lent := p.lent.get(lease.Operation, lease.Attempt); lent != nil && !lent.page.Detached() {
		return lent, nil
	}
	lease, err := p.Store.AttachLease(ctx, lease)
	if err != nil {
		return nil, err
	}
	return p.lentOf(ctx, lease)
}

// lentOf returns the page of a lease: the one that this process holds, or the one that it adopts.
func (p *Pages) lentOf(ctx context.Context, lease store.Lease) (*lentPage, error) {
	done, err := p.lent.adopting(ctx, lease.Operation, lease.Attempt)
	if err != nil {
		return nil, err
	}
	defer done()
	lent := p.lent.get(lease.Operation, lease.Attempt)
	if lent != nil && !lent.page.Detached() {
		return lent, nil
	}
	if lent != nil {
		p.letGo(ctx, lent)
	}
	lent, err = p.adopt(ctx, lease)
	if err == nil && !p.lent.put(lent) {
		lent.page.Leave()
		return nil, fmt.Errorf("two executions adopt the page: %w", store.ErrLeaseStale)
	}
	return lent, err
}

// leave lets the next execution have the page.
func (h *heldPage) leave() {
	<-h.lent.turn
	h.done()
}

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
