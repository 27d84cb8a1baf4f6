package activities

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// Page is a page in a browser context of its own, as activities use it: [browser.Page].
type Page interface { //nolint:interfacebloat // a page is one thing, as login.Page is
	login.Page
	// IDs name the page's browser context and target, for the lease.
	IDs() (browserContextID, targetID string)
	// Capture reads the state of the page's browser context.
	Capture(ctx context.Context) (session.StorageState, error)
	// Location is the page's whole URL: it may hold secrets of the site, and is for opening the page again only.
	Location(ctx context.Context) (string, error)
	// Passkeys reads the passkeys of the page back, with their counters; none when it was made without any.
	Passkeys(ctx context.Context) ([]session.Passkey, error)
	// Freeze stops the page until Thaw, unless it lived by itself within quiet: false. Adopting a frozen page thaws it.
	Freeze(ctx context.Context, quiet time.Duration) (bool, error)
	// Thaw lets a frozen page go on. It has no effect on another.
	Thaw(ctx context.Context) error
	// Close disposes of the page and its browser context. Repeats are harmless.
	Close(ctx context.Context) error
	// Leave lets the page of a browser that outlives this process live on, for whoever adopts it.
	Leave()
	// Detached reports that the page lives on without this process, which is not attached to it any more.
	Detached() bool
	// ProxyURL is the proxy of the page's browser context; empty for the browser's own.
	ProxyURL() string
}

// Browser makes pages: [Chromium].
type Browser interface {
	ID() string
	// NewPage makes a page in a fresh browser context; the caller must close it.
	NewPage(ctx context.Context, o browser.PageOptions) (Page, error)
	// NewRestoredPage is NewPage with state in the browser context; the caller must close it.
	NewRestoredPage(ctx context.Context, o browser.PageOptions, state session.StorageState) (Page, error)
	// Adopt attaches to a page that another process made in a browser that outlives it; the caller must close or leave it.
	// The error is login.ErrPageLost when there is no such page.
	Adopt(ctx context.Context, browserContextID, targetID string, o browser.PageOptions) (Page, error)
	// OpenUpstream opens a forwarding proxy where the browser is, which goes on through the proxy that a caller gave.
	OpenUpstream(ctx context.Context, upstream session.Secret) (proxyURL string, err error)
	// CloseUpstream ends such a proxy, also one that another process opened. Repeats are harmless.
	CloseUpstream(proxyURL string) error

	tended
}

// tended is what keeps a browser in order.
type tended interface {
	// CountLogin notes that a login began on a page of the browser.
	CountLogin()
	// Wakeful are the browser contexts whose process left and whose page is not frozen.
	Wakeful(ctx context.Context) ([]string, error)
	// DeadPages are the targets that crashed or closed themselves, as long as their browser context is not disposed of.
	DeadPages(ctx context.Context) ([]string, error)
	// Orphans are the browser contexts older than age whose process left.
	Orphans(ctx context.Context, age time.Duration) ([]string, error)
	// DisposeOf ends a browser context with its pages. One that is gone is no error.
	DisposeOf(browserContextID string) error
}

// Chromium is a browser.Browser whose pages are of our type.
type Chromium struct{ *browser.Browser }

// NewPage makes a page; see [browser.Browser.NewPage].
func (c Chromium) NewPage(ctx context.Context, o browser.PageOptions) (Page, error) {
	return asPage(c.Browser.NewPage(ctx, o))
}

// NewRestoredPage makes a page with state; see [browser.Browser.NewRestoredPage].
func (c Chromium) NewRestoredPage(ctx context.Context, o browser.PageOptions, state session.StorageState) (Page, error) {
	return asPage(c.Browser.NewRestoredPage(ctx, o, state))
}

// Adopt attaches to a page; see [browser.Browser.Adopt].
func (c Chromium) Adopt(ctx context.Context, browserContextID, targetID string, o browser.PageOptions) (Page, error) {
	return asPage(c.Browser.Adopt(ctx, browserContextID, targetID, o))
}

// asPage keeps a nil *browser.Page from becoming a Page that is not nil.
func asPage(p *browser.Page, err error) (Page, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}
