package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/session"
)

// Freeze stops all scripts, timers and animations of the page and of its frames and windows until Thaw, and has it give back
// memory that it does not need for that. It returns false, and changes nothing, where the page lived by itself within quiet
// or is about to: it showed other text, asked or is asking its site for something, keeps a connection open, renews itself
// after a time, or runs workers, of which that cannot be told. A frozen page can be read; it must be thawed before anything
// is done with it. It stays frozen when this process leaves or dies; Adopt thaws it. Errors: as of every method.
func (p *Page) Freeze(ctx context.Context, quiet time.Duration) (bool, error) {
	p.pulse.mu.Lock()
	coming := p.pulse.coming > 0
	p.pulse.mu.Unlock()
	if coming { // a window or a frame
		return false, nil
	}
	tabs := p.tabs()
	for _, t := range tabs {
		still, err := t.isQuiet(ctx, quiet)
		if err != nil || !still {
			return false, p.outcome(t, ignoreDocumentChange(err))
		}
	}
	var renderers []int
	for _, t := range tabs {
		renderers = append(renderers, t.renderers(ctx)...)
	}
	for _, t := range tabs {
		if err := t.freeze(ctx); err != nil {
			return false, errors.Join(p.outcome(t, err), p.Thaw(ctx))
		}
	}
	p.suspend(ctx, renderers)
	return true, nil
}

// Thaw undoes Freeze: the page goes on, and what was due meanwhile happens at once. Settle waits for that. The page is the same
// one; whether it shows the same is for the caller to read. Thawing a page that is not frozen has no effect.
func (p *Page) Thaw(ctx context.Context) error {
	var errs []error
	for _, t := range p.tabs() {
		errs = append(errs, p.unlessClosed(t, t.thaw(ctx)))
	}
	return errors.Join(errs...)
}

// tabs are the page's windows, its own first.
func (p *Page) tabs() []*tab {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*tab{p.own}, p.popups...)
}

// isQuiet reports that the window neither lived by itself for so long nor is about to.
func (t *tab) isQuiet(ctx context.Context, limit time.Duration) (bool, error) {
	t.activity.mu.Lock()
	quiet := t.activity.life.quiet(limit) && t.activity.parsed && !t.activity.document.renewed && len(t.activity.navigating) == 0
	t.activity.mu.Unlock()
	if !quiet {
		return false, nil
	}
	w, err := t.worldOf(ctx, t.activity.main)
	if err != nil {
		return false, err
	}
	r, err := invoke[rest](ctx, t, w, "rest")
	return err == nil && r.RefreshIn < 0, err
}

// freeze takes the focus that keeps the page going in the background, and freezes it then: Chromium freezes nothing that
// counts as seen.
func (t *tab) freeze(ctx context.Context) error {
	t.frozen = true
	if err := t.emulateFocus(ctx, false); err != nil {
		return err
	}
	if err := t.setLifecycle(ctx, page.SetWebLifecycleStateStateFrozen); err != nil {
		return err
	}
	if err := t.shrink(ctx); err != nil {
		return err
	}
	if err := do(ctx, t, t.own, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil && t.gone() {
		return err
	}
	return nil
}

func (t *tab) thaw(ctx context.Context) error {
	if !t.frozen {
		return nil
	}
	if t.shrunk {
		if err := t.browser.setWindowSize(ctx, t.targetID, windowWidth, windowHeight); err != nil {
			return t.orLost(err)
		}
		t.shrunk = false
	}
	if err := t.setLifecycle(ctx, page.SetWebLifecycleStateStateActive); err != nil {
		return err
	}
	if err := t.emulateFocus(ctx, true); err != nil {
		return err
	}
	t.frozen = false
	t.activity.mu.Lock()
	t.activity.happened() // what was due happens now: Settle is to wait for it
	t.activity.mu.Unlock()
	return nil
}

func (t *tab) setLifecycle(ctx context.Context, state page.SetWebLifecycleStateState) error {
	return do(ctx, t, t.own, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
}

// emulateFocus has the window and its frames behave as if a person looked at them, or not.
func (t *tab) emulateFocus(ctx context.Context, enabled bool) error {
	for _, l := range t.links() {
		err := do(ctx, t, l, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: enabled})
		if err != nil && (l == t.own || t.gone()) { // a frame may go at any time
			return err
		}
	}
	return nil
}

// links are the sessions of the window and of its frames in processes of their own, the window's first.
func (t *tab) links() []*link {
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	links := []*link{t.own}
	for _, f := range t.activity.frames {
		if f.link != nil && !slices.Contains(links, f.link) {
			links = append(links, f.link)
		}
	}
	return links
}

// A frozen page's window: what is drawn into it takes 4.6 MB otherwise, in the process that draws for all.
const shrunkSize = 1

// shrink makes the window of a frozen page small. The page does not learn of it: its own size is held meanwhile. Only the
// headless shell has windows of any size, and of a window that the page opened the size is not known afterwards.
func (t *tab) shrink(ctx context.Context) error {
	if t.browser.opts.Kind != session.BrowserShell || t.options.popup {
		return nil
	}
	if err := t.holdSize(ctx); err != nil {
		return err
	}
	t.shrunk = true
	if err := t.browser.setWindowSize(ctx, t.targetID, shrunkSize, shrunkSize); err != nil {
		return t.orLost(err)
	}
	return nil
}

// holdSize holds the page's size for as long as this process is attached. It is not let go: the page would first see the size
// that its window had.
func (t *tab) holdSize(ctx context.Context) error {
	if t.held {
		return nil
	}
	if err := do(ctx, t, t.own, emulation.SetDeviceMetricsOverride, ownSize()); err != nil {
		return err
	}
	t.held = true
	return nil
}

// ownSize holds the page's size, whatever that of its window.
func ownSize() emulation.SetDeviceMetricsOverrideParams {
	return emulation.SetDeviceMetricsOverrideParams{Width: windowWidth, Height: windowHeight, DontSetVisibleSize: new(true)}
}

func (b *Browser) windowOf(ctx context.Context, id target.ID) (cdpbrowser.GetWindowForTargetResult, error) {
	return callBrowser(ctx, b, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{TargetID: id}, DefaultCallTimeout)
}

func (b *Browser) setWindowSize(ctx context.Context, id target.ID, width, height int64) error {
	window, err := b.windowOf(ctx, id)
	if err != nil {
		return err
	}
	_, err = callBrowser(ctx, b, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
		WindowID: window.WindowID, Bounds: &cdpbrowser.Bounds{Width: width, Height: height},
	}, DefaultCallTimeout)
	return err
}

// sendMessageToTarget sends a command to a session that was attached to without flatten. cdproto leaves it out, since the protocol
// prefers flatten; but chromedp has no session without all that it enables.
var sendMessageToTarget = cdp.Command[sendMessageParams, cdp.Empty]{Method: "Target.sendMessageToTarget"}

type sendMessageParams struct {
	Message   string           `json:"message"`
	SessionID target.SessionID `json:"sessionId"`
}

// takeOver ends the session by which the window was woken, once the window's own holds its size. Authenticators come after it:
// Chromium takes them away when any session to the page ends.
func (t *tab) takeOver(ctx context.Context, woken *rawSession) error {
	defer woken.release(t.browser.root) //nolint:contextcheck // it is released whatever became of ctx
	if !woken.resized {
		return nil
	}
	return t.holdSize(ctx)
}

// rawSession is a session to a target that nothing was asked of: chromedp's wait for answers that a frozen page does not give.
type rawSession struct {
	browser *Browser
	id      target.SessionID
	// resized is true where the target's window was small.
	resized bool
}

// wake thaws a window that another process may have left frozen, so that it can be attached to. The caller must release the
// session, or have takeOver do it.
func (b *Browser) wake(ctx context.Context, id target.ID, own bool) (*rawSession, error) {
	attached, err := callBrowser(ctx, b, target.AttachToTarget, target.AttachToTargetParams{TargetID: id}, DefaultCallTimeout)
	if err != nil {
		return nil, err
	}
	s := &rawSession{browser: b, id: attached.SessionID}
	if err = s.wake(ctx, id, own); err != nil {
		s.release(ctx)
		return nil, err
	}
	return s, nil
}

func (s *rawSession) wake(ctx context.Context, id target.ID, own bool) error {
	if own && s.browser.opts.Kind == session.BrowserShell {
		if err := s.unshrink(ctx, id); err != nil {
			return err
		}
	}
	return s.send(ctx, page.SetWebLifecycleState.Method, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive})
}

// unshrink gives the window back its size, if it was small.
func (s *rawSession) unshrink(ctx context.Context, id target.ID) error {
	window, err := s.browser.windowOf(ctx, id)
	if err != nil || window.Bounds.Width != shrunkSize {
		return err
	}
	s.resized = true
	if err := s.send(ctx, emulation.SetDeviceMetricsOverride.Method, ownSize()); err != nil {
		return err
	}
	return s.browser.setWindowSize(ctx, id, windowWidth, windowHeight)
}

// send sends a command to the target. Chromium takes it up before the next command of the connection; nobody waits for the answer.
func (s *rawSession) send(ctx context.Context, method string, params any) error {
	message, err := json.Marshal(struct {
		ID     int    `json:"id"`
		Method string `json:"method"`
		Params any    `json:"params"`
	}{1, method, params})
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	_, err = callBrowser(ctx, s.browser, sendMessageToTarget, sendMessageParams{Message: string(message), SessionID: s.id}, DefaultCallTimeout)
	return err
}

// release ends the session. The target may have gone before.
func (s *rawSession) release(ctx context.Context) {
	_, err := callBrowser(ctx, s.browser, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: s.id}, disposeTimeout)
	if err != nil {
		s.browser.opts.Logger.Debug("did not detach from a page", "browser", s.browser.id, "error", err)
	}
}
