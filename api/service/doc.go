// Package service holds the use cases of Anteroom's API, free of HTTP routers and of any vocabulary: start a login, wait for
// its result, answer what it asks, list, read, export and delete sessions, keep projects, cancel operations.
//
//	api (native paths) ──┐
//	api/intuned ─────────┴▶ Service ─▶ Store     everything a caller is promised, in one transaction each
//	                                ├▶ Sealer    secrets are sealed before they reach the store
//	                                └▶ Engine    what drives the login; may be away: the reconciler repeats its calls
//
// Every method names a workspace; the caller has checked that the key belongs to it. Errors that a caller may
// see are *[Error]; everything else is logged and answered as [Internal].
//
// The package imports session and store; never Gin, chromedp or Temporal.
package service
