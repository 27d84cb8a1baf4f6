package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/login"
)

// Page is one page in a browser context of its own. It implements login.Page; as every login.Page it is used by one
// goroutine, except Close and Lost.
type Page struct {
	browser   *Browser
	contextID cdp.BrowserContextID
	targetID  target.ID
	proxyURL  string

	target *chromedp.Target
	detach context.CancelFunc
	// life ends when the page is lost or closed.
	life context.Context //nolint:containedctx // the documented owner of the page's life
	lose context.CancelCauseFunc

	activity *activity
	// dialogs carries JavaScript dialogs from the listener to the goroutine that may answer them.
	dialogs chan page.DialogType
	// chains holds, for each document that was modelled, the origins from its frame up to the top.
	chains map[string][]string

	workers   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

var _ login.Page = (*Page)(nil)

// errClosed is why a page that was closed is lost.
var errClosed = errors.New("the page was closed")

// attach makes the Page of a target of ours. The chromedp context is a child of the browser's, never of a caller's.
func (b *Browser) attach(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o PageOptions) (*Page, error) {
	p := &Page{
		browser: b, contextID: id, targetID: targetID, proxyURL: o.ProxyURL,
		activity: newActivity(cdp.FrameID(targetID)), dialogs: make(chan page.DialogType, 16),
		chains: map[string][]string{},
	}
	if p.proxyURL == "" {
		p.proxyURL = b.opts.ProxyURL
	}
	p.life, p.lose = context.WithCancelCause(b.root)
	pageCtx, cancel := context.WithCancel(b.root)
	cdpCtx, detach := chromedp.NewContext(pageCtx,
		chromedp.WithTargetID(targetID), chromedp.WithDetachOnCancel(), chromedp.WithListener(p.onEvent))
	p.detach = func() { cancel(); detach() }
	stop := context.AfterFunc(ctx, cancel)
	err := chromedp.Do(cdpCtx) //nolint:contextcheck // the page outlives the context that made it
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		p.target = chromedp.FromContext(cdpCtx).Target //nolint:contextcheck // the page outlives the context that made it
		err = p.prepare(ctx)
	}
	if err != nil {
		p.lose(errClosed)
		p.detach()
		return nil, err
	}
	p.watch(cdpCtx) //nolint:contextcheck // the page outlives the context that made it
	return p, nil
}

// prepare sets what belongs to the session, and so must be set again after every attach.
func (p *Page) prepare(ctx context.Context) error {
	now := true
	for _, step := range []func() error{
		func() error {
			_, err := call(ctx, p, runtime.AddBinding,
				runtime.AddBindingParams{Name: mutationBinding, ExecutionContextName: worldName})
			return err
		},
		func() error {
			_, err := call(ctx, p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
				Source: pageScript, WorldName: worldName, RunImmediately: &now,
			})
			return err
		},
		func() error {
			// Focus and timers as in the foreground: nobody looks at the page, and focus events must come.
			_, err := call(ctx, p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
			return err
		},
		func() error {
			// chromedp asks for every target of the browser on each page; the browser's listener has them already.
			_, err := call(ctx, p, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: false})
			return err
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// onEvent runs on the target's reader: it must not block and may not send commands.
func (p *Page) onEvent(ev any) {
	switch ev := ev.(type) {
	case *inspector.EventTargetCrashed:
		p.lose(errors.New("the page crashed"))
	case *page.EventJavascriptDialogOpening:
		select {
		case p.dialogs <- ev.Type:
		default:
		}
	}
	p.activity.observe(ev)
}

// watch starts the goroutines that answer dialogs and notice the end.
func (p *Page) watch(cdpCtx context.Context) {
	detached, err := chromedp.Detached(cdpCtx)
	p.workers.Go(func() {
		if err != nil {
			return
		}
		select {
		case <-detached:
			p.lose(errors.New("the page is gone"))
		case <-p.browser.Lost():
			p.lose(ErrBrowserLost)
		case <-p.life.Done():
		}
	})
	p.workers.Go(p.answerDialogs)
}

// answerDialogs dismisses what a page asks; it lets the page go when it asks whether to leave.
func (p *Page) answerDialogs() {
	for {
		select {
		case <-p.life.Done():
			return
		case kind := <-p.dialogs:
			_, _ = call(p.life, p, page.HandleJavaScriptDialog,
				page.HandleJavaScriptDialogParams{Accept: kind == page.DialogTypeBeforeunload})
		}
	}
}

// IDs name the page's browser context and target, for the lease.
func (p *Page) IDs() (browserContextID, targetID string) {
	return string(p.contextID), string(p.targetID)
}

// Lost is closed when the page is lost or closed.
func (p *Page) Lost() <-chan struct{} { return p.life.Done() }

// Close disposes of the page and its browser context, within 2 s; what does not end in time makes the browser worn.
// Further calls return the first result.
func (p *Page) Close(context.Context) error {
	p.closeOnce.Do(func() {
		p.lose(errClosed)
		p.closeErr = p.browser.disposeContext(p.contextID)
		p.detach()
		p.workers.Wait()
	})
	return p.closeErr
}

// call sends a command to the page with the default bound. It fails at once with login.ErrPageLost when the page is
// lost, also while it waits.
func call[P, R any](ctx context.Context, p *Page, cmd cdp.Command[P, R], params P) (R, error) {
	return callWithin(ctx, p, cmd, params, DefaultCallTimeout)
}

func callWithin[P, R any](ctx context.Context, p *Page, cmd cdp.Command[P, R], params P, limit time.Duration) (R, error) {
	var none R
	if p.life.Err() != nil {
		return none, p.lostError(cmd.Method)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(p.life, cancel) //nolint:contextcheck // either end stops the call
	defer stop()
	res, err := cdp.Call(ctx, p.target, cmd, params)
	if err == nil {
		return res, nil
	}
	if errors.Is(err, chromedp.ErrTargetDetached) || p.life.Err() != nil || p.browser.isLost() {
		return none, p.lostError(cmd.Method)
	}
	return none, fmt.Errorf("%s: %w", cmd.Method, err)
}

func (p *Page) lostError(what string) error {
	if cause := context.Cause(p.life); cause != nil && !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("%s: %w: %w", what, login.ErrPageLost, cause)
	}
	return fmt.Errorf("%s: %w", what, login.ErrPageLost)
}

// documentGone are what Chromium answers to a command for a document that was left (v8_runtime_agent_impl.cc).
var documentGone = []string{"uniqueContextId not found", "Cannot find context", "Execution context was destroyed", "Inspected target navigated"}

func isDocumentGone(err error) bool {
	if err == nil || errors.Is(err, login.ErrPageLost) {
		return false
	}
	for _, text := range documentGone {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
