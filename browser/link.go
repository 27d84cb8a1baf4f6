package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/login"
)

// link is one DevTools session of a window: its own, or that of a frame that Chromium keeps in a process of its own.
type link struct {
	// frame is the session's topmost frame.
	frame    cdp.FrameID
	target   *chromedp.Target
	detach   context.CancelFunc
	detached <-chan struct{}
}

// newLink attaches to a target. The link lives until its detach, whatever becomes of ctx.
func (t *tab) newLink(ctx context.Context, id target.ID) (*link, error) {
	l := &link{frame: cdp.FrameID(id)}
	linkCtx, cancel := context.WithCancel(t.browser.root)
	cdpCtx, detach := chromedp.NewContext(linkCtx,
		chromedp.WithTargetID(id), chromedp.WithDetachOnCancel(), chromedp.WithListener(func(ev any) { t.onEvent(l, ev) }))
	l.detach = func() { cancel(); detach() }
	stop := context.AfterFunc(ctx, cancel)
	err := chromedp.Do(cdpCtx) //nolint:contextcheck // the page outlives the context that made it
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		l.detached, err = chromedp.Detached(cdpCtx) //nolint:contextcheck // the page outlives the context that made it
	}
	if err != nil {
		l.detach()
		return nil, err
	}
	l.target = chromedp.FromContext(cdpCtx).Target //nolint:contextcheck // the page outlives the context that made it
	return l, nil
}

// prepareLink sets what belongs to each session.
func (t *tab) prepareLink(ctx context.Context, l *link) error {
	for _, step := range []func() error{
		func() error {
			return do(ctx, t, l, runtime.AddBinding,
				runtime.AddBindingParams{Name: mutationBinding, ExecutionContextName: worldName})
		},
		func() error {
			_, err := callOn(ctx, t, l, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
				Source: pageScript, WorldName: worldName, RunImmediately: new(true),
			}, DefaultCallTimeout)
			return err
		},
		// Focus and timers as in the foreground: nobody looks at the page, and focus events must come.
		func() error {
			return do(ctx, t, l, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		},
		func() error { return t.blockMedia(ctx, l, !t.media.Load()) },
		// chromedp asks for more than we need: every target of the browser, changes of the DOM and of styles, the
		// console and the stages of loading. Each would be sent and decoded for nothing.
		func() error {
			return do(ctx, t, l, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: false})
		},
		func() error { return do(ctx, t, l, css.Disable, cdp.Empty{}) },
		func() error { return do(ctx, t, l, dom.Disable, cdp.Empty{}) },
		func() error { return do(ctx, t, l, log.Disable, cdp.Empty{}) },
		func() error {
			return do(ctx, t, l, page.SetLifecycleEventsEnabled, page.SetLifecycleEventsEnabledParams{Enabled: false})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// mediaExtensions end the paths of what a login can do without.
var mediaExtensions = strings.Fields("PNG JPG JPEG GIF png jpg jpeg gif webp avif bmp ico svg woff woff2 ttf otf eot mp4 webm mov m4v mp3 ogg wav m3u8")

var mediaPatterns = func() []*network.BlockPattern {
	patterns := make([]*network.BlockPattern, 0, len(mediaExtensions))
	for _, e := range mediaExtensions {
		patterns = append(patterns, &network.BlockPattern{URLPattern: "*://*:*/*." + e, Block: true})
	}
	return patterns
}()

// blockMedia has images, media and fonts left out of what is loaded, or not.
func (t *tab) blockMedia(ctx context.Context, l *link, block bool) error {
	params := network.SetBlockedURLsParams{}
	if block {
		params.URLPatterns = mediaPatterns
	}
	return do(ctx, t, l, network.SetBlockedURLs, params)
}

// isolate hands a frame in a process of its own to attachFrames.
func (t *tab) isolate(id target.ID) {
	t.activity.begin()
	select {
	case t.isolated <- id:
	default:
		t.activity.end()
	}
}

// frameTimeout bounds attaching to one frame.
const frameTimeout = 5 * time.Second

// attachFrames attaches to frames in processes of their own until the window ends.
func (t *tab) attachFrames() {
	var links []*link
	defer func() {
		for _, l := range links {
			l.detach()
		}
	}()
	for {
		select {
		case <-t.life.Done():
			return
		case id := <-t.isolated:
			if l := t.attachFrame(id); l != nil {
				links = append(links, l)
			}
			t.activity.end()
			t.activity.notify()
		}
	}
}

func (t *tab) attachFrame(id target.ID) *link {
	ctx, cancel := context.WithTimeout(t.life, frameTimeout)
	defer cancel()
	l, err := t.newLink(ctx, id)
	if err == nil {
		if err = t.prepareLink(ctx, l); err != nil {
			l.detach()
		}
	}
	if err != nil { // it went away again
		t.browser.opts.Logger.Debug("did not attach to a frame", "browser", t.browser.id, "error", err)
		return nil
	}
	tree, err := callOn(ctx, t, l, page.GetFrameTree, cdp.Empty{}, DefaultCallTimeout)
	if err == nil {
		t.activity.mu.Lock()
		t.activity.adoptTree(l, tree.FrameTree)
		t.activity.mu.Unlock()
	}
	return l
}

// do is callOn for a command without a result.
func do[P any](ctx context.Context, t *tab, l *link, cmd cdp.Command[P, cdp.Empty], params P) error {
	_, err := callOn(ctx, t, l, cmd, params, DefaultCallTimeout)
	return err
}

// call sends a command to the window's own session with the default bound.
func call[P, R any](ctx context.Context, t *tab, cmd cdp.Command[P, R], params P) (R, error) {
	return callOn(ctx, t, t.own, cmd, params, DefaultCallTimeout)
}

// callOn sends a command. It fails at once with login.ErrPageLost when the window is lost, also while it waits; with
// login.ErrDocumentChanged when the frame of the session is gone.
func callOn[P, R any](ctx context.Context, t *tab, l *link, cmd cdp.Command[P, R], params P, limit time.Duration) (R, error) {
	var none R
	if t.gone() {
		return none, t.lostError(cmd.Method)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(t.life, cancel) //nolint:contextcheck // either end stops the call
	defer stop()
	res, err := cdp.Call(ctx, l.target, cmd, params)
	if errors.Is(err, chromedp.ErrTargetDetached) && l.frame == t.activity.main {
		t.lose(t.whyDetached())
	}
	switch {
	case err == nil:
		return res, nil
	case t.gone(), t.browser.isLost():
		return none, t.lostError(cmd.Method)
	case errors.Is(err, chromedp.ErrTargetDetached):
		return none, fmt.Errorf("%s: %w: the frame is gone", cmd.Method, login.ErrDocumentChanged)
	}
	return none, fmt.Errorf("%s: %w", cmd.Method, err)
}

// lostError is the end of a window: login.ErrPageLost, or ErrDetached when it lives on without us.
func (t *tab) lostError(what string) error {
	cause := context.Cause(t.life)
	if errors.Is(cause, ErrDetached) || (t.browser.kept != nil && !errors.Is(cause, errClosed) && t.browser.isLost() && !t.browser.wentAway()) {
		return fmt.Errorf("%s: %w", what, ErrDetached)
	}
	if cause != nil && !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("%s: %w: %w", what, login.ErrPageLost, cause)
	}
	return fmt.Errorf("%s: %w", what, login.ErrPageLost)
}

// interruptTimeout bounds stopping a script.
const interruptTimeout = 2 * time.Second

// interrupt stops the script that runs in the session's process: it is reached also while a script never ends.
func (t *tab) interrupt(l *link) {
	ctx, cancel := context.WithTimeout(t.life, interruptTimeout)
	defer cancel()
	if err := do(ctx, t, l, runtime.TerminateExecution, cdp.Empty{}); err != nil {
		t.browser.opts.Logger.Debug("did not stop a script", "browser", t.browser.id, "error", err)
	}
}

// documentGone are what Chromium answers to a command for a document that was left (v8_runtime_agent_impl.cc).
var documentGone = []string{"uniqueContextId not found", "Cannot find context", "Execution context was destroyed", "Inspected target navigated", "Promise was collected"}

func isDocumentGone(err error) bool {
	if err == nil || errors.Is(err, login.ErrPageLost) || errors.Is(err, ErrDetached) {
		return false
	}
	for _, text := range documentGone {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return errors.Is(err, login.ErrDocumentChanged)
}
