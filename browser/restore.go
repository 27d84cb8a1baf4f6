package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"

	"github.com/anteroom/anteroom/session"
)

// NewRestoredPage is NewPage with state in its browser context: cookies, local storage and IndexedDB are there before
// the first navigation, which is the caller's. It takes 30 s at most. A cookie, a database or a record that Chromium does not
// accept is left out and counted in the log. The caller must call Page.Close.
func (b *Browser) NewRestoredPage(ctx context.Context, o PageOptions, state session.StorageState) (*Page, error) {
	p, err := b.NewPage(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := p.restore(ctx, state); err != nil {
		_ = p.Close(ctx)
		return nil, fmt.Errorf("restore a storage state: %w", err)
	}
	return p, nil
}

func (p *Page) restore(ctx context.Context, state session.StorageState) error {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	if err := p.restoreCookies(ctx, state.Cookies); err != nil {
		return p.own.orLost(err)
	}
	return p.restoreStorage(ctx, state.Origins)
}

func (p *Page) restoreCookies(ctx context.Context, cookies []session.Cookie) error {
	params := make([]*network.CookieParam, 0, len(cookies))
	now := float64(time.Now().Unix())
	for _, c := range cookies {
		if c.Expires < 0 || c.Expires > now {
			params = append(params, cookieParam(c))
		}
	}
	if len(params) == 0 {
		return nil
	}
	err := p.setCookies(ctx, params)
	if err == nil || p.browser.isLost() || ctx.Err() != nil {
		return err
	}
	// One bad cookie refuses them all: set them one by one.
	left := 0
	for _, c := range params {
		if p.setCookies(ctx, []*network.CookieParam{c}) != nil {
			left++
		}
	}
	p.browser.opts.Logger.Warn("cookies of a storage state were not accepted", "browser", p.browser.id, "count", left, "of", len(params))
	return ctx.Err()
}

func (p *Page) setCookies(ctx context.Context, params []*network.CookieParam) error {
	_, err := callBrowser(ctx, p.browser, storage.SetCookies,
		storage.SetCookiesParams{Cookies: params, BrowserContextID: p.contextID}, DefaultCallTimeout)
	return err
}

func (p *Page) restoreStorage(ctx context.Context, origins []session.Origin) error {
	stored := map[string]session.Origin{}
	var order []string
	for _, o := range origins {
		if (len(o.LocalStorage) > 0 || len(o.IndexedDB) > 0) && isWebOrigin(o.Origin) {
			stored[o.Origin] = o
			order = append(order, o.Origin)
		}
	}
	if len(order) == 0 {
		return nil
	}
	databases := newDatabaseWriter()
	err := p.own.impersonate(ctx, order, func(ctx context.Context, origin string, w world) error {
		databases.write(ctx, p.own, w, stored[origin].IndexedDB)
		items := stored[origin].LocalStorage
		if len(items) == 0 {
			return nil
		}
		_, err := invoke[int](ctx, p.own, w, "writeStorage", items)
		return err
	})
	databases.report(p.browser)
	if err != nil {
		return err
	}
	// Leave no trace of it: an empty page without history, as after NewPage.
	res, err := call(ctx, p.own, page.Navigate, page.NavigateParams{URL: "about:blank"})
	if err != nil {
		return err
	}
	if err := p.own.awaitDocument(ctx, res.LoaderID); err != nil {
		return err
	}
	_, err = call(ctx, p.own, page.ResetNavigationHistory, cdp.Empty{})
	return err
}
