package browser

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"

	"github.com/anteroom/anteroom/session"
)

// Capture returns the cookies of the page's browser context, HttpOnly and partitioned ones too, and the local storage
// and IndexedDB of every origin that the page visited, in Playwright's format; 20 s at most. Parts of IndexedDB that are too
// large, have no JSON form or do not answer are left out and counted in the log. The page itself is not disturbed. The result
// is a secret: keep it sealed.
func (p *Page) Capture(ctx context.Context) (session.StorageState, error) {
	ctx, cancel := context.WithTimeout(ctx, storageTimeout)
	defer cancel()
	state := session.StorageState{Cookies: []session.Cookie{}, Origins: []session.Origin{}}
	// Side by side: each asks another process and waits for it.
	var asking sync.WaitGroup
	var cookieErr, storageErr error
	asking.Go(func() { state.Cookies, cookieErr = p.captureCookies(ctx) })
	state.Origins, storageErr = p.captureStorage(ctx)
	asking.Wait()
	switch {
	case cookieErr != nil:
		return state, fmt.Errorf("capture the cookies: %w", cookieErr)
	case storageErr != nil:
		return state, fmt.Errorf("capture the storage: %w", storageErr)
	}
	return state, nil
}

func (p *Page) captureCookies(ctx context.Context) ([]session.Cookie, error) {
	cookies := []session.Cookie{}
	res, err := callBrowser(ctx, p.browser, storage.GetCookies,
		storage.GetCookiesParams{BrowserContextID: p.contextID}, DefaultCallTimeout)
	if err != nil {
		return cookies, p.own.orLost(err)
	}
	for _, c := range res.Cookies {
		cookies = append(cookies, newCookie(c))
	}
	return cookies, nil
}

// captureStorage reads the present document's origin in place and the others in an empty page of their own.
func (p *Page) captureStorage(ctx context.Context) ([]session.Origin, error) {
	p.pulse.mu.Lock()
	here, origins := p.own.activity.origin, slices.Clone(p.pulse.origins)
	p.pulse.mu.Unlock()
	databases := newDatabaseReader()
	found := map[string]session.Origin{}
	elsewhere := origins
	if slices.Contains(origins, here) && p.readHere(ctx, databases, here, found) {
		elsewhere = slices.DeleteFunc(slices.Clone(origins), func(o string) bool { return o == here })
	}
	if len(elsewhere) > 0 {
		if err := p.readElsewhere(ctx, databases, elsewhere, found); err != nil {
			return nil, err
		}
	}
	databases.report(p.browser)
	out := []session.Origin{}
	for _, o := range origins {
		if f := found[o]; len(f.LocalStorage) > 0 || len(f.IndexedDB) > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// readHere reads the storage of the present document; false when it has none to read.
func (p *Page) readHere(ctx context.Context, databases *databaseReader, origin string, found map[string]session.Origin) bool {
	w, ok := p.own.knownWorld(p.own.activity.main)
	return ok && readStorage(ctx, p.own, w, databases, origin, found) == nil
}

// readElsewhere reads the storage of other origins in a further page of the same browser context.
func (p *Page) readElsewhere(ctx context.Context, databases *databaseReader, origins []string, found map[string]session.Origin) error {
	t, err := p.openTab(ctx)
	if err != nil {
		return err
	}
	defer t.closeTab(ctx)
	return t.impersonate(ctx, origins, func(ctx context.Context, origin string, w world) error {
		return readStorage(ctx, t, w, databases, origin, found)
	})
}

// readStorage reads the storage of one document's origin.
func readStorage(ctx context.Context, t *tab, w world, databases *databaseReader, origin string, found map[string]session.Origin) error {
	read := session.Origin{Origin: origin}
	var asking sync.WaitGroup
	asking.Go(func() { read.IndexedDB = databases.read(ctx, t, w) })
	var err error
	read.LocalStorage, err = invoke[[]session.StorageItem](ctx, t, w, "readStorage")
	asking.Wait()
	if err == nil {
		found[origin] = read
	}
	return err
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
