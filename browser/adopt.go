package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/login"
)

// attachTimeout bounds adopting a page. One that does not answer for so long crashed or runs a script that never ends.
const attachTimeout = 10 * time.Second

// Adopt attaches to a page that another process, or an earlier connection of this one, made in a Keeper's browser, by the
// ids of its lease. What belongs to the connection is set again: overrides, observers, the passkeys of o. Documents, form
// values, cookies and the proxy are as they were left; o.ProxyURL has no effect. Whoever had the page is detached from it:
// its calls fail with ErrDetached. The error is login.ErrPageLost when the page is gone or does not answer. The caller must
// call Page.Close or Page.Leave.
func (b *Browser) Adopt(ctx context.Context, browserContextID, targetID string, o PageOptions) (*Page, error) {
	bounded, cancel := context.WithTimeout(ctx, attachTimeout)
	defer cancel()
	p, err := b.adopt(bounded, cdp.BrowserContextID(browserContextID), target.ID(targetID), o)
	if err == nil {
		return p, nil
	}
	if b.isLost() && !b.wentAway() {
		return nil, fmt.Errorf("adopt a page: %w", ErrDetached)
	}
	if ctx.Err() == nil && (errors.Is(err, context.DeadlineExceeded) || b.isLost() || isNoTarget(err)) {
		err = fmt.Errorf("%w: %w", login.ErrPageLost, err)
	}
	return nil, fmt.Errorf("adopt a page: %w", err)
}

func (b *Browser) adopt(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o PageOptions) (*Page, error) {
	if b.kept == nil {
		return nil, fmt.Errorf("%w: this browser's pages end with the process that made them", login.ErrPageLost)
	}
	proxyURL, err := b.proxyOf(ctx, id)
	if err != nil {
		return nil, err
	}
	o.ProxyURL = proxyURL
	b.mu.Lock()
	b.tenants[id] = &tenant{ours: []target.ID{targetID}}
	b.mu.Unlock()
	p, err := b.adoptPage(ctx, id, targetID, o)
	if err != nil {
		b.mu.Lock()
		delete(b.tenants, id)
		b.mu.Unlock()
	}
	return p, err
}

func (b *Browser) adoptPage(ctx context.Context, id cdp.BrowserContextID, targetID target.ID, o PageOptions) (*Page, error) {
	if err := b.refuseDownloads(ctx, id); err != nil {
		return nil, err
	}
	woken, err := b.wakeAll(ctx, id, targetID)
	if err != nil {
		return nil, err
	}
	p, err := b.attachPage(ctx, id, targetID, o, tabOptions{opened: true, woken: woken})
	if err != nil {
		woken.release(b.root) //nolint:contextcheck // if it is still there
		return nil, err
	}
	popups, err := b.popupsOf(ctx, id, targetID)
	if err != nil {
		p.Leave()
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, popup := range popups {
		b.admit(b.tenants[id], popup)
	}
	return p, nil
}

// wakeAll thaws a page and its windows, which cannot be attached to otherwise.
func (b *Browser) wakeAll(ctx context.Context, id cdp.BrowserContextID, targetID target.ID) (*rawSession, error) {
	popups, err := b.popupsOf(ctx, id, targetID)
	if err != nil {
		return nil, err
	}
	for _, popup := range popups {
		if s, err := b.wake(ctx, popup, false); err == nil { // one that closes needs nothing
			s.release(ctx)
		}
	}
	return b.wake(ctx, targetID, true)
}

// popupsOf lists the windows that a page opened before.
func (b *Browser) popupsOf(ctx context.Context, id cdp.BrowserContextID, targetID target.ID) ([]target.ID, error) {
	list, err := callBrowser(ctx, b, target.GetTargets, target.GetTargetsParams{}, DefaultCallTimeout)
	if err != nil {
		return nil, err
	}
	var popups []target.ID
	for _, info := range list.TargetInfos {
		if info.BrowserContextID == id && info.Type == "page" && info.Subtype != "prerender" && info.TargetID != targetID {
			popups = append(popups, info.TargetID)
		}
	}
	return popups, nil
}

// proxyOf is the proxy that a browser context was made with.
func (b *Browser) proxyOf(ctx context.Context, id cdp.BrowserContextID) (string, error) {
	contexts, err := b.kept.endpoint.Contexts(ctx, b.id)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(contexts, func(c KeptContext) bool { return c.ID == string(id) })
	if i < 0 {
		return "", fmt.Errorf("%w: its browser context was disposed of", login.ErrPageLost)
	}
	return contexts[i].ProxyURL, nil
}

// noTarget is Chromium's answer where there is none: target_handler.cc.
const noTarget = "No target with given id found"

func isNoTarget(err error) bool {
	said, ok := errors.AsType[*cdproto.Error](err)
	return ok && said.Message == noTarget
}

// Leave detaches from the page of a Keeper's browser, which stays as it is for whoever adopts it. The Page is of no use
// afterwards. Of a browser that we launched it has no effect on the page: use Close.
func (p *Page) Leave() {
	p.own.lose(ErrDetached)
	p.browser.mu.Lock()
	if t := p.browser.tenants[p.contextID]; t != nil && t.page == p {
		delete(p.browser.tenants, p.contextID)
	}
	p.browser.mu.Unlock()
	p.workers.Wait()
	p.own.release()
}

// Detached reports that this process is not attached to the page any more, which lives on.
func (p *Page) Detached() bool {
	if !p.own.gone() {
		return false
	}
	return errors.Is(p.own.lostError("look at the page"), ErrDetached)
}

// ProxyURL is the proxy of the page's browser context; empty for the browser's own.
func (p *Page) ProxyURL() string {
	if p.own.options.proxyURL == p.browser.opts.ProxyURL {
		return ""
	}
	return p.own.options.proxyURL
}

// whyDetached tells, of a window whose session ended, whether it is gone or somebody else has it now.
func (t *tab) whyDetached() error {
	b := t.browser
	if b.kept == nil {
		return errGone
	}
	_, err := callBrowser(b.root, b, target.GetTargetInfo, target.GetTargetInfoParams{TargetID: t.targetID}, disposeTimeout)
	switch {
	case err == nil:
		return ErrDetached
	case b.isLost():
		return ErrBrowserLost
	}
	return errGone
}
