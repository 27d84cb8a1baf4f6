package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// disposeTimeout bounds giving back a page after the execution that made it was stopped.
const disposeTimeout = 10 * time.Second

// OpenPage lends a page to an attempt: first the intent in the store, then the page, then both ids of it, so that
// nothing is open that no row names. The execution that made the page lets the engine begin on it at once.
func (p *Pages) OpenPage(ctx context.Context, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	stop := heartbeat(ctx, nil)
	defer stop()
	ref := store.Ref{Workspace: in.Workspace, Operation: in.Operation}
	out, err := p.openPage(ctx, ref, in)
	if err != nil && ctx.Err() != nil && p.unwanted(ctx, ref) {
		p.disposeOfOwn(ctx, ref, in.Attempt)
	}
	return out, whenStopped(ctx, err)
}

func (p *Pages) openPage(ctx context.Context, ref store.Ref, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	j, err := p.job(ctx, ref)
	if err != nil {
		return nil, translate("open a page", err)
	}
	options, failure, err := p.pageOptions(ctx, j, in.Attempt)
	if err != nil {
		return nil, translate("open a page", err)
	}
	if failure != nil {
		return &workflows.OpenPageOutput{Advanced: &workflows.AdvanceOutput{Failure: failure}}, nil //nolint:nilerr // the failure is the login's end
	}
	held, lease, err := p.lend(ctx, j, in.Attempt, options)
	if err != nil {
		return nil, err
	}
	out := &workflows.OpenPageOutput{PageRef: *pageRef(lease)}
	if held != nil {
		out.Advanced, err = p.begin(ctx, held, j, in, out.PageRef)
	}
	return out, err
}

// pageOptions say how the page of an attempt is made, but for its proxy; the failure says what cannot be done.
func (p *Pages) pageOptions(ctx context.Context, j *job, attempt int) (browser.PageOptions, *session.Failure, error) {
	options := browser.PageOptions{LoadMedia: j.project.LoadMedia}
	document, ok := j.secrets.parameters.Get(login.ParameterPasskey)
	if !ok {
		return options, nil, nil
	}
	key, err := session.ParsePasskey(document)
	if err != nil {
		return options, session.NewFailure(session.FailureUnsupported, "passkey_unreadable", err.Error()), nil
	}
	key.SignCount, err = p.nextSignCount(ctx, &j.op, key, attempt)
	options.Passkeys = []session.Passkey{key}
	return options, nil, err
}

// lend writes the lease and makes its page. The page is held when this execution made it, and nil when another one did.
func (p *Pages) lend(ctx context.Context, j *job, attempt int, options browser.PageOptions) (*heldPage, store.Lease, error) {
	b, err := p.Browsers.Browser(ctx, j.project.Browser)
	if err != nil {
		return nil, store.Lease{}, noBrowser(err)
	}
	ref := store.Ref{Workspace: j.op.Workspace, Operation: j.op.ID}
	lease := store.Lease{
		Ref: ref, Attempt: attempt, BrowserID: b.ID(), TaskQueue: workflows.BrowserTaskQueue(b.ID()), LentAt: p.Now(),
	}
	lease, err = p.Store.LendPage(ctx, lease, p.Browsers.MaxPages(b.ID()))
	if errors.Is(err, store.ErrLeaseStale) { // completed by an execution before this one
		lease, err = p.Store.GetLease(ctx, ref, attempt)
		return nil, lease, translate("read the lease", err)
	}
	if err != nil {
		return nil, store.Lease{}, translate("lend a page", err)
	}
	if lease.TargetID != "" { // made by an execution before this one, which may have begun on it: Advance reads what it left
		return nil, lease, nil
	}
	held, err := p.makePage(ctx, b, j, lease, options)
	if err != nil {
		return nil, store.Lease{}, translate("open a page", unmade(err))
	}
	return held, lease, nil
}

// makePage opens the page of a lease and holds it. An execution that the server took for dead may do so at the same time: the
// first one's page stays, and nothing is held.
func (p *Pages) makePage(ctx context.Context, b Browser, j *job, lease store.Lease, options browser.PageOptions) (*heldPage, error) {
	if p.lent.get(lease.Operation, lease.Attempt) != nil {
		return nil, nil //nolint:nilnil // nothing is held
	}
	proxyURL, err := openUpstream(ctx, b, j)
	if err != nil {
		return nil, err
	}
	options.ProxyURL = proxyURL
	page, err := b.NewPage(ctx, options)
	if err != nil {
		closeUpstream(b, proxyURL)
		return nil, err
	}
	lent := &lentPage{
		ref: lease.Ref, attempt: lease.Attempt, browser: b, page: page, hasPasskeys: len(options.Passkeys) > 0,
		proxyURL: proxyURL, since: p.Now(), turn: make(chan struct{}, 1),
	}
	lent.turn <- struct{}{}
	if !p.lent.put(lent) {
		return nil, lent.close(context.WithoutCancel(ctx))
	}
	lease.ContextID, lease.TargetID = page.IDs()
	if err := p.Store.CompleteLease(ctx, lease); err != nil {
		p.lent.take(lease.Operation, lease.Attempt)
		<-lent.turn // whoever attached meanwhile finds out that the page is lost
		return nil, errors.Join(err, lent.close(context.WithoutCancel(ctx)))
	}
	b.CountLogin()
	return &heldPage{Page: page, lent: lent, store: p.Store, lease: lease, done: func() {}}, nil
}

// begin lets the engine begin on a page that was just made. It returns nil for what Advance is to take up, with its own
// tries, where the page is; a page that was lost is disposed of.
func (p *Pages) begin(ctx context.Context, held *heldPage, j *job, in *workflows.OpenPageInput, page workflows.PageRef) (*workflows.AdvanceOutput, error) {
	defer held.leave()
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < workflows.EngineTimeout {
		return nil, nil //nolint:nilnil // it waited for so long that there is no time for more
	}
	out, err := p.goOn(ctx, held, j, &workflows.AdvanceInput{
		Page: page, Seq: in.Seq, RunID: in.RunID, Answers: in.Answers, Number: in.Number,
	})
	switch {
	case err == nil:
		return out, nil
	case errors.Is(err, login.ErrPageLost):
		p.disposeOfOwn(ctx, held.lease.Ref, in.Attempt)
		return nil, translate("begin the login", err)
	case ctx.Err() != nil:
		return nil, translate("begin the login", err)
	}
	p.Logger.WarnContext(ctx, "the login did not begin with its page; it is tried again", "operation", in.Operation, "error", err)
	return nil, nil //nolint:nilnil // see above
}

// unwanted reports that the page of a stopped execution is of no use to anybody: its operation is over or being canceled. One
// that the server only took for dead has a successor.
func (p *Pages) unwanted(ctx context.Context, ref store.Ref) bool {
	if temporal.IsCanceledError(context.Cause(ctx)) {
		return true
	}
	op, err := p.Store.GetOperation(context.WithoutCancel(ctx), ref)
	return err == nil && op.State.Final()
}

// disposeOfOwn gives back a page that the workflow never heard of. What it cannot do the janitor does.
func (p *Pages) disposeOfOwn(ctx context.Context, ref store.Ref, attempt int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), disposeTimeout)
	defer cancel()
	if err := p.dispose(ctx, ref, attempt); err != nil {
		p.Logger.WarnContext(ctx, "page not given back", "operation", ref.Operation, "error", err)
	}
}

// unmade hides the loss of a page that was never used: opening another costs nothing, and is no attempt.
func unmade(err error) error {
	if errors.Is(err, login.ErrPageLost) {
		return fmt.Errorf("the page was lost while it was made: %v", err) //nolint:errorlint // hidden on purpose
	}
	return err
}

// openUpstream opens the caller's own proxy, if one was given.
func openUpstream(ctx context.Context, b Browser, j *job) (string, error) {
	if j.secrets.proxy.IsZero() {
		return "", nil
	}
	return b.OpenUpstream(ctx, j.secrets.proxy)
}

// closeUpstream ends what openUpstream opened. What cannot be closed now the keeper closes once no page uses it.
func closeUpstream(b Browser, proxyURL string) {
	if proxyURL != "" {
		_ = b.CloseUpstream(proxyURL)
	}
}

// noBrowser tells apart what waiting cannot mend.
func noBrowser(err error) error {
	if errors.Is(err, browser.ErrNotFound) || errors.Is(err, browser.ErrNoSandbox) {
		return temporal.NewNonRetryableApplicationError(err.Error(), workflows.ErrorNoBrowser, nil)
	}
	return translate("get a browser", err)
}
