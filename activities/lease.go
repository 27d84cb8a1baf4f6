package activities

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
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
	// used is true once the engine worked on the page: it is read then, not opened anew.
	used atomic.Bool
	// turn holds one token while an execution uses the page: one that the server took for dead stops at its next act, and
	// until then its successor waits.
	turn chan struct{}
}

func (l *lentPage) close(ctx context.Context) error {
	err := l.page.Close(ctx)
	closeUpstream(l.upstream)
	return err
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

// attach raises the lease's epoch and returns the page, once nobody else uses it; the caller must leave it. A page that this process, which owns the browser, does not
// have is lost.
func (p *Pages) attach(ctx context.Context, page workflows.PageRef) (*heldPage, error) {
	ref := refOf(page)
	lent := p.lent.get(page.Operation, page.Attempt)
	if lent == nil {
		return nil, fmt.Errorf("attach: this process has no such page: %w", login.ErrPageLost)
	}
	lease, err := p.Store.GetLease(ctx, ref, page.Attempt)
	if err != nil {
		return nil, err
	}
	if lease, err = p.Store.AttachLease(ctx, lease); err != nil {
		return nil, err
	}
	select {
	case lent.turn <- struct{}{}:
		return &heldPage{Page: lent.page, lent: lent, store: p.Store, lease: lease}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
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

// Navigate checks the lease and opens url.
func (h *heldPage) Navigate(ctx context.Context, url string) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Navigate(ctx, url)
}

// Fill checks the lease and fills the field.
func (h *heldPage) Fill(ctx context.Context, c login.Control, value session.Secret, allowed session.Origins) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Fill(ctx, c, value, allowed)
}

// Click checks the lease and clicks.
func (h *heldPage) Click(ctx context.Context, c login.Control) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.Click(ctx, c)
}

// PressEnter checks the lease and presses Enter.
func (h *heldPage) PressEnter(ctx context.Context, c login.Control) error {
	if err := h.check(ctx); err != nil {
		return err
	}
	return h.Page.PressEnter(ctx, c)
}
