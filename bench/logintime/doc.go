// Command logintime compares the time of one login, password and authenticator's code, between the engine behind its API, a
// bare chromedp script and a Playwright script. All three use the same headless shell, a warm browser and a new browser
// context for each login, and take turns, so that what disturbs the machine disturbs all of them. It prints medians, the
// ratios, and the engine's time by step.
//
//	go run ./bench/logintime -n 40
//
// It needs bin/anteroom-standalone (make build), a headless shell, and for Playwright node and npm.
//
// A benchmark may import anything; it alone may import chromedp beside package browser.
package main
