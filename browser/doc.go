// Package browser runs Chromium and is the only room that knows chromedp:
//
//	Launch ─▶ Browser ─▶ NewPage / NewRestoredPage ─▶ Page (a login.Page) ─▶ Capture
//	               │                                └─ windows that it opens, frames in processes of their own
//	               └─ every byte of traffic ─▶ Proxy (policy on the resolved address) ─▶ site
//
// A Keeper owns browsers for other processes and outlives them. They connect through an Endpoint, and adopt the pages that
// another one made:
//
//	NewKeeper ─▶ Chromium, its pipe ─▶ multiplexer ─▶ Unix socket ─▶ Endpoint.Connect ─▶ Browser ─▶ NewPage / Adopt ─▶ Page
//
// Each page has a browser context of its own: cookies, storage and proxy are never
// shared between logins. What runs inside a page runs in an isolated world, so that
// the page can neither see nor fake it.
//
// The package may import session, login, chromedp and cdproto; never Temporal, Gin or
// a store.
package browser
