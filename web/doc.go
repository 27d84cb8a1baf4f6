// Package web holds the pages that people see: the answer page, on which who got a link answers the question of a login.
//
//	GET  /a/{token}          what is asked, or what became of it   never changes anything: mail scanners and previews open links
//	POST /a/{token}          the answer ─▶ 303 to the receipt
//	GET  /a/{receipt}        checking… ─▶ logged in | failed | 303 to the next question
//	GET  /a/{token}/picture  the picture of the page that is asked about
//
// Pages are plain HTML that works without scripts. Whether an answer is right in form, and whether it came in time, api/service
// decides; everything a site said is shown as text.
//
// The package imports session, api/service and Gin; never chromedp.
package web
