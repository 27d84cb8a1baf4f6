package activities

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// PageStore is the part of the store that page work needs.
type PageStore interface {
	store.Operations
	store.Questions
	store.Pages
	store.Accounts
	store.Artefacts
	store.Ways
	GetProject(ctx context.Context, workspace, name string) (session.Project, error)
}

// Browsers gives the browsers of this process.
type Browsers interface {
	// Browser returns a running browser of the kind, starting one if need be. Errors: browser.ErrNotFound,
	// browser.ErrNoSandbox.
	Browser(ctx context.Context, kind session.BrowserKind) (Browser, error)
	// Held returns the running browser with this id. The error is browser.ErrBrowserLost when it is known to be gone; any
	// other means that it cannot be told or reached now.
	Held(ctx context.Context, id string) (Browser, error)
	// Connected are the browsers that this process uses now.
	Connected() []Browser
	// MaxPages is how many pages the browser with this id lends.
	MaxPages(id string) int
}

// Pages are the activities that use a page of a browser. They run in a process that is connected to the browser; a page that
// another such process made is adopted.
type Pages struct {
	Store    PageStore
	Vault    Vault
	Browsers Browsers
	Now      func() time.Time
	Logger   *slog.Logger
	// OnPageLost tells the login that the page of an attempt is gone from a browser that lives on. It may be repeated.
	OnPageLost func(ctx context.Context, ref store.Ref, attempt int) error
	// FreezeAfter is how long a page that waits for a person goes on before it is frozen; 0: for ever.
	FreezeAfter time.Duration

	lent      registry
	strangers strangers
	proofs    room
	catchUps  room
}

// target reads the operation, which must be live, and its project.
func (p *Pages) target(ctx context.Context, ref store.Ref) (session.Operation, session.Project, error) {
	op, err := p.Store.GetOperation(ctx, ref)
	if err != nil {
		return session.Operation{}, session.Project{}, err
	}
	if op.State.Final() {
		return session.Operation{}, session.Project{}, store.ErrOperationOver
	}
	project, err := p.Store.GetProject(ctx, op.Workspace, op.Project)
	return op, project, err
}

// ClosePage gives the page back: its browser context is disposed of, its lease released.
func (p *Pages) ClosePage(ctx context.Context, in *workflows.ClosePageInput) error {
	return translate("close the page", p.dispose(ctx, refOf(in.Page), in.Page.Attempt))
}

// giveBackTimeout bounds GiveBack: a task of the workflow waits for it.
const giveBackTimeout = 3 * time.Second

// GiveBack is ClosePage for a page that this process holds: an activity of its own would cost more than closing the page. It reports
// false where another process has the page, or it could not be closed; then ClosePage does it.
func (p *Pages) GiveBack(ctx context.Context, page workflows.PageRef) bool {
	ref := refOf(page)
	if lent := p.lent.get(ref.Operation, page.Attempt); lent == nil || lent.page.Detached() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, giveBackTimeout)
	defer cancel()
	if err := p.dispose(ctx, ref, page.Attempt); err != nil {
		p.Logger.WarnContext(ctx, "page not given back; it is tried again", "operation", ref.Operation, "error", err)
		return false
	}
	return true
}

func (p *Pages) dispose(ctx context.Context, ref store.Ref, attempt int) error {
	lent := p.lent.take(ref.Operation, attempt)
	if lent != nil {
		lent.wanted()
		if err := lent.close(ctx); err != nil {
			p.Logger.WarnContext(ctx, "page not closed cleanly", "operation", ref.Operation, "error", err)
		}
	}
	if lent == nil || lent.page.Detached() {
		if err := p.disposeElsewhere(ctx, ref, attempt); err != nil {
			p.Logger.WarnContext(ctx, "page not closed; the janitor does it", "operation", ref.Operation, "error", err)
		}
	}
	return p.Store.ReleaseLease(ctx, ref, attempt, p.Now())
}

// disposeElsewhere closes a page that this process does not hold, where it uses the page's browser.
func (p *Pages) disposeElsewhere(ctx context.Context, ref store.Ref, attempt int) error {
	lease, err := p.Store.GetLease(ctx, ref, attempt)
	if errors.Is(err, store.ErrNotFound) || (err == nil && lease.ContextID == "") {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := p.Browsers.Held(ctx, lease.BrowserID)
	if errors.Is(err, browser.ErrBrowserLost) {
		return nil
	}
	if err != nil {
		return err
	}
	return b.DisposeOf(lease.ContextID)
}

func pageRef(l store.Lease) *workflows.PageRef {
	return &workflows.PageRef{
		Workspace: l.Workspace, Operation: l.Operation, Attempt: l.Attempt,
		BrowserID: l.BrowserID, TaskQueue: l.TaskQueue,
	}
}

func refOf(page workflows.PageRef) store.Ref {
	return store.Ref{Workspace: page.Workspace, Operation: page.Operation}
}
