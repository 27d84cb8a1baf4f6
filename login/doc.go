// Package login finds the way through a login by meaning:
//
//	page model → classify → plan → act → settle → page model …
//
// until the page shows that it is logged in, asks a question, or must be given up
// with a typed failure. Classification is a pure function of a page model and needs
// no browser. What the engine needs of a browser page is the interface [Page]; what
// must happen at most once it asks a [Gate] for.
//
// The package imports session and nothing else of Anteroom; never Temporal, Gin, a
// store or chromedp. Of others it imports pquerna/otp, and golang.org/x/text below words/.
package login
