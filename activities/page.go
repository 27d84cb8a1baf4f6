package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// PageStore is the part of the store that page work needs.
type PageStore interface {
	store.Operations
	store.Questions
	store.Pages
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

// OpenPage lends a page to an attempt: first the intent in the store, then the page, then both ids of it, so that
// nothing is open that no row names.
func (p *Pages) OpenPage(ctx context.Context, in *workflows.OpenPageInput) (*workflows.PageRef, error) {
	stop := heartbeat(ctx)
	defer stop()
	ref := store.Ref{Workspace: in.Workspace, Operation: in.Operation}
	op, project, err := p.target(ctx, ref)
	if err != nil {
		return nil, whenStopped(ctx, translate("open a page", err))
	}
	b, err := p.Browsers.Browser(ctx, project.Browser)
	if err != nil {
		return nil, whenStopped(ctx, noBrowser(err))
	}
	lease := store.Lease{
		Ref: ref, Attempt: in.Attempt, BrowserID: b.ID(), TaskQueue: workflows.BrowserTaskQueue(b.ID()), LentAt: p.Now(),
	}
	lease, err = p.Store.LendPage(ctx, lease, p.Browsers.MaxPages())
	if errors.Is(err, store.ErrLeaseStale) {
		return p.lentAlready(ctx, ref, in.Attempt)
	}
	if err != nil {
		return nil, whenStopped(ctx, translate("lend a page", err))
	}
	if err := p.makePage(ctx, b, op, lease); err != nil {
		return nil, whenStopped(ctx, translate("open a page", unmade(err)))
	}
	return pageRef(lease), nil
}

// lentAlready answers a repeated OpenPage whose first execution got as far as the page.
func (p *Pages) lentAlready(ctx context.Context, ref store.Ref, attempt int) (*workflows.PageRef, error) {
	lease, err := p.Store.GetLease(ctx, ref, attempt)
	if err != nil {
		return nil, translate("read the lease", err)
	}
	return pageRef(lease), nil
}

// makePage opens the page of a lease. An execution that the server took for dead may do so at the same time: the first one's
// page stays.
func (p *Pages) makePage(ctx context.Context, b Browser, op session.Operation, lease store.Lease) error {
	if p.lent.get(lease.Operation, lease.Attempt) != nil {
		return nil
	}
	proxyURL, upstream, err := p.openUpstream(ctx, op)
	if err != nil {
		return err
	}
	page, err := b.NewPage(ctx, browser.PageOptions{ProxyURL: proxyURL})
	if err != nil {
		closeUpstream(upstream)
		return err
	}
	lent := &lentPage{
		ref: lease.Ref, attempt: lease.Attempt, browser: b, page: page,
		proxyURL: proxyURL, upstream: upstream, since: p.Now(), turn: make(chan struct{}, 1),
	}
	if !p.lent.put(lent) {
		return lent.close(context.WithoutCancel(ctx))
	}
	lease.ContextID, lease.TargetID = page.IDs()
	if err := p.Store.CompleteLease(ctx, lease); err != nil {
		p.lent.take(lease.Operation, lease.Attempt)
		return errors.Join(err, lent.close(context.WithoutCancel(ctx)))
	}
	return nil
}

// unmade hides the loss of a page that was never used: opening another costs nothing, and is no attempt.
func unmade(err error) error {
	if errors.Is(err, login.ErrPageLost) {
		return fmt.Errorf("the page was lost while it was made: %v", err) //nolint:errorlint // hidden on purpose
	}
	return err
}

// openUpstream opens the caller's own proxy, if one was given.
func (p *Pages) openUpstream(ctx context.Context, op session.Operation) (string, io.Closer, error) {
	secrets, err := p.secrets(ctx, op)
	if err != nil || secrets.proxy.IsZero() {
		return "", nil, err
	}
	return p.Upstreams.Open(ctx, secrets.proxy)
}

func closeUpstream(c io.Closer) {
	if c != nil {
		_ = c.Close()
	}
}

// Advance lets the login engine go on with the page until it is logged in, asks or gives up.
func (p *Pages) Advance(ctx context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	stop := heartbeat(ctx)
	defer stop()
	out, err := p.advance(ctx, in)
	return out, whenStopped(ctx, translate("advance the login", err))
}

// pageLostError is the loss of a page on which the engine had got somewhere.
type pageLostError struct {
	error

	// rejected is true when the site had refused something: then nothing may be submitted anew.
	rejected bool
}

func (e *pageLostError) Unwrap() error { return e.error }

func (p *Pages) advance(ctx context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	ref := refOf(in.Page)
	op, project, err := p.target(ctx, ref)
	if err != nil {
		return nil, err
	}
	held, err := p.attach(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	defer held.leave()
	input, err := p.engineInput(ctx, op, project, in)
	if err != nil {
		return nil, err
	}
	input.Resumed = held.lent.used.Swap(true)
	reporter := &stepReporter{ctx: ctx, store: p.Store, in: in, now: p.Now}
	res, err := login.Run(ctx, held, &claimGate{held: held, store: p.Store, now: p.Now}, reporter, input)
	if errors.Is(err, login.ErrPageLost) {
		return nil, &pageLostError{error: err, rejected: rejected(res)}
	}
	if err != nil {
		return nil, err
	}
	return advanced(res)
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
		if err := lent.close(ctx); err != nil {
			p.Logger.WarnContext(ctx, "page not closed cleanly", "operation", ref.Operation, "error", err)
		}
	}
	return p.Store.ReleaseLease(ctx, ref, attempt, p.Now())
}

// advanced is the engine's outcome in the workflow's terms.
func advanced(res login.Outcome) (*workflows.AdvanceOutput, error) {
	progress, err := json.Marshal(res.Progress)
	if err != nil {
		return nil, fmt.Errorf("encode the engine's progress: %w", err)
	}
	out := &workflows.AdvanceOutput{Progress: progress, Failure: res.Failed, Rejected: rejected(res)}
	if res.LoggedIn != nil {
		out.LoggedIn, out.Landing, out.Verdict = true, res.LoggedIn.LandingURL, &res.LoggedIn.Verdict
	}
	if q := res.Question; q != nil {
		out.Question = &session.InfoRequest{
			Kind: q.Kind, Message: q.Message, Fields: q.Fields, Choices: []session.Choice{}, MaskedTarget: q.MaskedTarget,
			Attempt: q.Attempt, Reason: q.Reason, SiteError: q.SiteError,
			Allow: []session.Action{session.ActionAnswer, session.ActionCancel},
		}
	}
	return out, nil
}

// rejected reports that the site refused something, so that nothing is submitted anew after a lost browser.
func rejected(res login.Outcome) bool {
	refused := res.Progress.CodeRefusals > 0 || res.Progress.TOTPRefusals > 0
	return refused || (res.Failed != nil && res.Failed.Class.OpensBreaker())
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

// noBrowser tells apart what waiting cannot mend.
func noBrowser(err error) error {
	if errors.Is(err, browser.ErrNotFound) || errors.Is(err, browser.ErrNoSandbox) {
		return temporal.NewNonRetryableApplicationError(err.Error(), workflows.ErrorNoBrowser, nil)
	}
	return translate("get a browser", err)
}
