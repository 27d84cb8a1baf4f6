package browser

import (
	"context"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/session"
)

// Capture returns the cookies of the page's browser context, HttpOnly and partitioned ones too, and the local storage
// of every origin that the page visited, in Playwright's format; 20 s at most. The page itself is not disturbed. The
// result is a secret: keep it sealed.
func (p *Page) Capture(ctx context.Context) (session.StorageState, error) {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	state := session.StorageState{Cookies: []session.Cookie{}, Origins: []session.Origin{}}
	res, err := callBrowser(ctx, p.browser, storage.GetCookies,
		storage.GetCookiesParams{BrowserContextID: p.contextID}, DefaultCallTimeout)
	if err != nil {
		return state, fmt.Errorf("capture the cookies: %w", p.own.orLost(err))
	}
	for _, c := range res.Cookies {
		state.Cookies = append(state.Cookies, newCookie(c))
	}
	state.Origins, err = p.captureStorage(ctx)
	if err != nil {
		return state, fmt.Errorf("capture the local storage: %w", err)
	}
	return state, nil
}

// captureStorage reads the present document's origin in place and the others in an empty page of their own.
func (p *Page) captureStorage(ctx context.Context) ([]session.Origin, error) {
	p.pulse.mu.Lock()
	here, origins := p.own.activity.origin, slices.Clone(p.pulse.origins)
	p.pulse.mu.Unlock()
	found := map[string][]session.StorageItem{}
	elsewhere := origins
	if items, ok := p.readHere(ctx); ok && slices.Contains(origins, here) {
		found[here] = items
		elsewhere = slices.DeleteFunc(slices.Clone(origins), func(o string) bool { return o == here })
	}
	if len(elsewhere) > 0 {
		if err := p.readElsewhere(ctx, elsewhere, found); err != nil {
			return nil, err
		}
	}
	out := []session.Origin{}
	for _, o := range origins {
		if len(found[o]) > 0 {
			out = append(out, session.Origin{Origin: o, LocalStorage: found[o]})
		}
	}
	return out, nil
}

// readHere reads the storage of the present document; false when it has none to read.
func (p *Page) readHere(ctx context.Context) ([]session.StorageItem, bool) {
	w, ok := p.own.knownWorld(p.own.activity.main)
	if !ok {
		return nil, false
	}
	items, err := invoke[[]session.StorageItem](ctx, p.own, w, "readStorage")
	return items, err == nil
}

// readElsewhere reads the storage of other origins in a further page of the same browser context.
func (p *Page) readElsewhere(ctx context.Context, origins []string, found map[string][]session.StorageItem) error {
	t, err := p.openTab(ctx)
	if err != nil {
		return err
	}
	defer t.closeTab(ctx)
	return t.impersonate(ctx, origins, func(ctx context.Context, origin string, w world) error {
		items, err := invoke[[]session.StorageItem](ctx, t, w, "readStorage")
		found[origin] = items
		return err
	})
}

// openTab makes a further window in the page's browser context, which is none of its popups. End it with closeTab.
func (p *Page) openTab(ctx context.Context) (*tab, error) {
	id, err := p.browser.createTarget(ctx, p.contextID)
	if err != nil {
		return nil, p.own.orLost(err)
	}
	return p.browser.attach(ctx, p.contextID, id, tabOptions{pulse: newPulse(), proxyURL: p.own.proxyURL()})
}

func (t *tab) closeTab(ctx context.Context) {
	_, err := callBrowser(context.WithoutCancel(ctx), t.browser, target.CloseTarget,
		target.CloseTargetParams{TargetID: t.targetID}, disposeTimeout)
	if err != nil {
		t.browser.opts.Logger.Debug("a tab was not closed", "browser", t.browser.id, "error", err)
	}
	t.lose(errClosed)
	t.release()
}
