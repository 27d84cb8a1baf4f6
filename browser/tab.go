package browser

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
)

// tab is one window: a page's own, or a popup that it opened. As a Page it is used by one goroutine, except what says
// otherwise.
type tab struct {
	browser   *Browser
	contextID cdp.BrowserContextID
	targetID  target.ID
	options   tabOptions

	// own is the window's DevTools session; frames in processes of their own have further ones.
	own *link
	// life ends when the window is lost or closed.
	life context.Context //nolint:containedctx // the documented owner of the window's life
	lose context.CancelCauseFunc

	activity *activity
	// dialogs carries JavaScript dialogs, isolated the frames that moved to a process of their own, from the listener to
	// the goroutines that may send commands.
	dialogs  chan page.DialogType
	isolated chan target.ID
	// chains holds, for each document that was modelled, the origins from its frame up to the top.
	chains map[string][]string

	// passkeys are the options' keys; the listener reads them.
	passkeys atomic.Pointer[keyring]
	// media is true when images, media and fonts are loaded.
	media atomic.Bool
	// renews is true when the next navigation must load a document, even where that of the page would do.
	renews atomic.Bool

	// frozen is true while the window is frozen, shrunk while its window is small. held is true once its own size is held,
	// whatever that of its window. Only who uses the page uses them.
	frozen, shrunk, held bool

	workers sync.WaitGroup
}

// tabOptions say how a window is prepared.
type tabOptions struct {
	pulse *pulse
	// proxyURL is the proxy of its browser context.
	proxyURL string
	// media has images, media and fonts loaded.
	media bool
	// keys are the passkeys; nil for no authenticator. A warm page gets them late.
	keys *keyring
	// opened is true for a window that was there before us, with a document in it.
	opened bool
	// popup is true for a window that the page opened.
	popup bool
	// woken is the session by which the window was thawed before it was attached to; nil for none.
	woken *rawSession
}

// Why a window is lost.
var (
	errClosed = errors.New("the page was closed")
	errGone   = errors.New("the page is gone")
)

// attach makes the tab of a target of ours. Its chromedp context is a child of the browser's, never of a caller's.
func (b *Browser) attach(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o tabOptions) (*tab, error) {
	t := &tab{
		browser: b, contextID: id, targetID: targetID, options: o,
		activity: newActivity(o.pulse, cdp.FrameID(targetID)),
		dialogs:  make(chan page.DialogType, 16), isolated: make(chan target.ID, maxFrames),
		chains: map[string][]string{},
	}
	t.media.Store(o.media)
	if t.options.proxyURL == "" {
		t.options.proxyURL = b.opts.ProxyURL
	}
	t.life, t.lose = context.WithCancelCause(b.root)
	own, err := t.newLink(ctx, targetID)
	if err == nil {
		t.own = own
		err = t.prepare(ctx)
	}
	if err != nil {
		t.lose(errClosed)
		if own != nil {
			own.detach()
		}
		return nil, err
	}
	t.watch()
	return t, nil
}

// prepare sets what belongs to the session, and so must be set again after every attach.
func (t *tab) prepare(ctx context.Context) error {
	if err := t.prepareLink(ctx, t.own); err != nil {
		return err
	}
	if w := t.options.woken; w != nil {
		if err := t.takeOver(ctx, w); err != nil {
			return err
		}
	}
	if err := t.installKeys(ctx, t.options.keys); err != nil {
		return err
	}
	if t.options.opened {
		return t.readState(ctx)
	}
	return nil
}

// keys are the window's passkeys; nil for none.
func (t *tab) keys() *keyring { return t.passkeys.Load() }

// installKeys gives the window an authenticator with keys, if there are any.
func (t *tab) installKeys(ctx context.Context, keys *keyring) error {
	if keys == nil {
		return nil
	}
	t.passkeys.Store(keys)
	return keys.install(ctx, t)
}

// readState learns what happened in a window before we saw its events.
func (t *tab) readState(ctx context.Context) error {
	tree, err := callOn(ctx, t, t.own, page.GetFrameTree, cdp.Empty{}, DefaultCallTimeout)
	if err != nil {
		return err
	}
	t.activity.mu.Lock()
	t.activity.adoptTree(t.own, tree.FrameTree)
	t.activity.mu.Unlock()
	w, err := t.worldOf(ctx, t.activity.main)
	if err != nil {
		return ignoreDocumentChange(err)
	}
	r, err := invoke[rest](ctx, t, w, "rest")
	if err != nil {
		return ignoreDocumentChange(err)
	}
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	if t.activity.worlds[t.activity.main] == w {
		t.activity.parsed, t.activity.loaded = r.Ready != "loading", r.Ready == "complete"
		if !r.Empty {
			t.activity.mutated = t.activity.moved
		}
	}
	return nil
}

// onEvent runs on the session's reader: it must not block and may not send commands.
func (t *tab) onEvent(l *link, ev any) {
	switch ev := ev.(type) {
	case *inspector.EventTargetCrashed:
		if l.frame == t.activity.main {
			t.lose(errors.New("the page crashed"))
		}
	case *page.EventJavascriptDialogOpening:
		select {
		case t.dialogs <- ev.Type:
		default:
		}
	case *target.EventAttachedToTarget:
		if ev.TargetInfo.Type == "iframe" {
			t.isolate(ev.TargetInfo.TargetID)
		}
	}
	if k := t.keys(); k != nil {
		k.observe(ev)
	}
	t.activity.observe(l, ev)
}

// watch starts the goroutines that answer dialogs, attach to frames and notice the end.
func (t *tab) watch() {
	t.workers.Go(func() {
		select {
		case <-t.own.detached:
			t.lose(t.whyDetached())
		case <-t.browser.Lost():
			t.lose(ErrBrowserLost)
		case <-t.life.Done():
		}
		t.activity.notify()
	})
	t.workers.Go(t.answerDialogs)
	t.workers.Go(t.attachFrames)
}

// proxyURL is the proxy that the window's traffic passes.
func (t *tab) proxyURL() string { return t.options.proxyURL }

// release detaches from a window that was lost or closed, and waits for its goroutines.
func (t *tab) release() {
	t.workers.Wait()
	t.own.detach()
}

// gone reports that the window is lost or closed.
func (t *tab) gone() bool { return t.life.Err() != nil }

// orLost names the loss of the window where that is the reason.
func (t *tab) orLost(err error) error {
	if t.gone() || t.browser.isLost() {
		return t.lostError("ask the browser")
	}
	return err
}
