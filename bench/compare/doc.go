// Command compare compares logins, user name and password and then a code that was sent, between Anteroom behind its API and
// what people write instead: a bare chromedp script, Playwright scripts with a warm browser and with a browser for each login,
// and puppeteer-cluster. All use the same Chromium and the lab's site, and take turns in short batches, so that what disturbs
// the machine disturbs all of them.
//
//	make bench ARGS="-rounds 3 -batch 3s -parked 20 -settle 40s"
//
// Each contestant is a tree of processes of its own, whose CPU time and memory are what the contestant costs; the lab, the
// measuring and Anteroom's caller are in this process.
//
// A benchmark may import anything; beside package browser it alone may import chromedp.
package main
