package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/session"
)

// Bounds of making and ending a page.
const (
	createTimeout  = 10 * time.Second
	disposeTimeout = 2 * time.Second // duckduckgo/tracker-radar-collector#88: dispose may never answer
)

// PageOptions say how a page is made.
type PageOptions struct {
	// ProxyURL is the proxy of the page's browser context: Proxy.URL or Upstream.URL. Empty: the browser's own.
	ProxyURL string
	// Passkeys are put into a virtual authenticator before the first navigation. Without any there is no authenticator.
	Passkeys []session.Passkey
	// LoadMedia has images, media and fonts loaded. Otherwise they are left out, where the path says what they are.
	LoadMedia bool
	// Passing has the page end with the process that made it, however that ends: for pages that no lease names, such as those
	// of a proof.
	Passing bool
}

// NewPage makes a fresh browser context with one page in it, within 10 s; a warm page is taken where one is ready. ctx
// bounds the making only: the page lives until Close or the end of the browser. The caller must call Page.Close.
func (b *Browser) NewPage(ctx context.Context, o PageOptions) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, createTimeout)
	defer cancel()
	if w := b.warmFor(o); w != nil {
		if p := w.take(); p != nil {
			if err := p.dress(ctx, o); err == nil {
				return p, nil
			}
			_ = p.Close(ctx) // make another
		}
	}
	return b.makePage(ctx, o)
}

func (b *Browser) makePage(ctx context.Context, o PageOptions) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, createTimeout)
	defer cancel()
	id, err := b.newContext(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("make a browser context: %w", err)
	}
	targetID, err := b.createTarget(ctx, id)
	if err != nil {
		_ = b.disposeContext(id)
		return nil, fmt.Errorf("make a page: %w", err)
	}
	p, err := b.newPage(ctx, id, targetID, o)
	if err != nil {
		_ = b.disposeContext(id)
		return nil, fmt.Errorf("make a page: %w", err)
	}
	return p, nil
}

func (b *Browser) newContext(ctx context.Context, o PageOptions) (cdp.BrowserContextID, error) {
	dispose := b.kept == nil || o.Passing // what else is in a kept browser stays when we leave
	params := target.CreateBrowserContextParams{DisposeOnDetach: &dispose}
	if o.ProxyURL != "" {
		params.ProxyServer = o.ProxyURL
		params.ProxyBypassList = "<-loopback>" // loopback passes policy, too
	}
	res, err := callBrowser(ctx, b, target.CreateBrowserContext, params, DefaultCallTimeout)
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	b.tenants[res.BrowserContextID] = &tenant{}
	b.mu.Unlock()
	if err = b.refuseDownloads(ctx, res.BrowserContextID); err != nil {
		_ = b.disposeContext(res.BrowserContextID)
	}
	return res.BrowserContextID, err
}

// refuseDownloads has downloads of a browser context refused, and told of, for as long as we are connected.
func (b *Browser) refuseDownloads(ctx context.Context, id cdp.BrowserContextID) error {
	events := true
	_, err := callBrowser(ctx, b, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: id, EventsEnabled: &events,
	}, DefaultCallTimeout)
	return err
}

// disposeContext ends a browser context with everything in it. What does not end in time makes the browser worn.
func (b *Browser) disposeContext(id cdp.BrowserContextID) error {
	b.mu.Lock()
	delete(b.tenants, id)
	b.mu.Unlock()
	if b.isLost() {
		return nil // it went with the browser
	}
	_, err := callBrowser(b.root, b, target.DisposeBrowserContext,
		target.DisposeBrowserContextParams{BrowserContextID: id}, disposeTimeout)
	if err == nil || b.isLost() || isNoContext(err) {
		return nil
	}
	b.worn.Store(true)
	b.opts.Logger.Warn("browser context was not disposed of; the browser should be replaced", "browser", b.id, "error", err)
	return fmt.Errorf("dispose of a browser context: %w", err)
}

// isNoContext tells Chromium's answer where there is no such browser context (target_handler.cc): another process that uses
// the browser was first.
func isNoContext(err error) bool {
	said, ok := errors.AsType[*cdproto.Error](err)
	return ok && strings.HasPrefix(said.Message, "Failed to find context with id")
}
