package activities

import (
	"context"
	"io"
	"log/slog"
	"time"

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
	// MaxPages is how many pages one browser lends.
	MaxPages() int
}

// Upstreams opens a forwarding proxy that goes on through the proxy that a caller gave.
type Upstreams interface {
	Open(ctx context.Context, upstream session.Secret) (proxyURL string, closer io.Closer, err error)
}

// Pages are the activities that use a page of a browser. They run in the process that holds the browser.
type Pages struct {
	Store     PageStore
	Vault     Vault
	Browsers  Browsers
	Upstreams Upstreams
	Now       func() time.Time
	Logger    *slog.Logger

	lent registry
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

func (p *Pages) dispose(ctx context.Context, ref store.Ref, attempt int) error {
	if lent := p.lent.take(ref.Operation, attempt); lent != nil {
		lent.wanted()
		if err := lent.close(ctx); err != nil {
			p.Logger.WarnContext(ctx, "page not closed cleanly", "operation", ref.Operation, "error", err)
		}
	}
	return p.Store.ReleaseLease(ctx, ref, attempt, p.Now())
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
