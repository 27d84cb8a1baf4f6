package browser

import (
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/session"
)

// flag is one command line switch of Chromium. A value of true gives a bare switch.
type flag struct {
	name  string
	value any
	// why says what the flag is for, and source where that is written down.
	why, source string
}

// Where the flags are described. Short names keep the table readable.
const (
	srcPuppeteer  = "puppeteer ChromeLauncher.ts defaultArgs"
	srcPlaywright = "playwright-core chromiumSwitches.ts"
	srcContent    = "chromium content/public/common/content_switches.cc"
	srcNet        = "chromium net/docs/proxy.md"
	srcHeadless   = "chromium components/headless"
	srcMeasured   = "measured: engineering facts 3.4"
)

// The size of a page's window, in CSS pixels.
const (
	windowWidth  = 1280
	windowHeight = 900
)

// commonFlags are given to both kinds of browser.
var commonFlags = []flag{
	{"headless", true, "no display", srcHeadless},
	{"hide-scrollbars", true, "boxes do not depend on scrollbars", srcPuppeteer},
	{"mute-audio", true, "no audio service", srcPuppeteer},
	{"no-first-run", true, "no welcome page", srcPuppeteer},
	{"no-default-browser-check", true, "no question at start", srcPuppeteer},
	{"window-size", strconv.Itoa(windowWidth) + "," + strconv.Itoa(windowHeight), "a desktop layout", "DESIGN: desktop login pages"},

	// Nothing may leave the machine except through the forwarding proxy.
	{"proxy-bypass-list", "<-loopback>", "loopback also goes through the proxy, so that policy decides", srcNet},
	{"disable-quic", true, "QUIC is UDP and would not pass an HTTP proxy", srcContent},
	{"force-webrtc-ip-handling-policy", "disable_non_proxied_udp", "WebRTC would send UDP around the proxy", srcContent},
	{"webrtc-ip-handling-policy", "disable_non_proxied_udp", "the same, by the name that the full browser has for it", srcMeasured},
	{"disable-background-networking", true, "no update, no field trial, no safe browsing traffic", srcPuppeteer},
	{"disable-component-update", true, "no component download", srcPuppeteer},
	{"disable-client-side-phishing-detection", true, "no model download", srcPuppeteer},
	{"disable-domain-reliability", true, "no reports about connections", srcPlaywright},
	{"disable-sync", true, "no account traffic", srcPuppeteer},
	{"disable-default-apps", true, "no app download", srcPuppeteer},
	{"disable-extensions", true, "no code of others in pages", srcPuppeteer},
	{"disable-breakpad", true, "no crash dumps: they hold page memory", srcPuppeteer},
	{"disable-crash-reporter", true, "the same, for the headless shell", srcHeadless},
	{"no-pings", true, "no hyperlink auditing requests", srcContent},
	{"metrics-recording-only", true, "metrics stay here", srcPuppeteer},
	{"safebrowsing-disable-auto-update", true, "no list download", srcPuppeteer},

	// A page must go on at full speed although nobody looks at it.
	{"disable-background-timer-throttling", true, "timers run in a hidden page", srcPuppeteer},
	{"disable-backgrounding-occluded-windows", true, "frames are drawn in a covered window", srcPuppeteer},
	{"disable-renderer-backgrounding", true, "full priority for every page", srcPuppeteer},
	{"disable-hang-monitor", true, "no question about a slow page", srcPuppeteer},
	{"disable-prompt-on-repost", true, "no question about a form sent again", srcPuppeteer},
	{"disable-ipc-flooding-protection", true, "no throttled navigations", srcPuppeteer},
	{"force-color-profile", "srgb", "same colours everywhere", srcPuppeteer},

	// Nothing of the machine is used.
	{"password-store", "basic", "no keyring of the host", srcPuppeteer},
	{"use-mock-keychain", true, "the same on macOS", srcPuppeteer},
	{"disable-gpu", true, "no GPU process start on servers", srcHeadless},
}

// disabledFeatures are the features that are off in both kinds.
var disabledFeatures = []string{
	"Translate",         // no translation bar and model: puppeteer
	"BackForwardCache",  // a document that was left must not come back to life: puppeteer (2022)
	"MediaRouter",       // no device discovery by multicast: playwright
	"OptimizationHints", // no hints download: puppeteer
	"AcceptCHFrame",     // no restart of the first navigation: puppeteer
	"HttpsUpgrades",     // an http login page is what the project says it is: playwright
	"RenderDocument",    // no new frame for each document of a site, a tenth of a navigation's CPU time: playwright
	"PaintHolding",      // nobody looks at the old document until the new one is painted: playwright
}

// disabledChromeFeatures are off in the full browser: each window starts two renderers for the omnibox
// (65 MB a page become 33 MB; both must be named), and a spare renderer for each profile (22 MB left).
var disabledChromeFeatures = []string{
	"WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess", // srcMeasured
}

// flagsFor returns the switches of kind, in order.
func flagsFor(kind session.BrowserKind, smallSharedMemory, noSandbox bool, proxyURL string) []flag {
	off := disabledFeatures
	if kind == session.BrowserChrome {
		off = append(append([]string{}, off...), disabledChromeFeatures...)
	}
	flags := append([]flag{}, commonFlags...)
	flags = append(flags,
		flag{"disable-features", strings.Join(off, ","), "see disabledFeatures", srcMeasured},
		// chromedp adds --no-sandbox as root unless the flag is set, to false too.
		flag{"no-sandbox", noSandbox, "the sandbox stays on unless the operator says so", "chromedp allocate.go"},
		flag{"disable-dev-shm-usage", smallSharedMemory, "a container's 64 MB of /dev/shm crash pages", srcPuppeteer},
	)
	if proxyURL != "" {
		flags = append(flags, flag{"proxy-server", proxyURL, "the browser's own traffic passes policy, too", srcNet})
	}
	return flags
}

func allocatorFlags(flags []flag) []chromedp.ExecAllocatorOption {
	opts := make([]chromedp.ExecAllocatorOption, 0, len(flags))
	for _, f := range flags {
		opts = append(opts, chromedp.Flag(f.name, f.value))
	}
	return opts
}
