package browser

import (
	"fmt"
	"os/exec"

	"github.com/anteroom/anteroom/session"
)

// candidates are the names and paths tried for each kind, best first. Debian's /usr/bin/chromium is a shell
// script that adds flags and reads the environment: its binary comes first.
var candidates = map[session.BrowserKind][]string{
	session.BrowserShell: {
		"/usr/lib/chromium/chromium-headless-shell", // Debian's binary behind /usr/bin/chromium-headless-shell
		"/usr/lib/chromium/headless_shell",
		"chromium-headless-shell",
		"chrome-headless-shell", // Chrome for Testing
		"headless_shell",
		"headless-shell", // chromedp/docker-headless-shell
		"/headless-shell/headless-shell",
	},
	session.BrowserChrome: {
		"/usr/lib/chromium/chromium",
		"/usr/lib/chromium-browser/chromium-browser",
		"/opt/google/chrome/chrome", // the binary behind google-chrome
		"google-chrome-stable",
		"google-chrome",
		"chromium-browser",
		"chromium",
		"chrome",
	},
}

// packages are Debian's names of what to install.
var packages = map[session.BrowserKind]string{
	session.BrowserShell:  "chromium-headless-shell",
	session.BrowserChrome: "chromium",
}

// Find returns the path of the browser of kind; an empty kind is session.BrowserShell. A non-empty override (a path
// or a name on PATH) is the only candidate. The error is ErrNotFound with a sentence that says what to install.
func Find(kind session.BrowserKind, override string) (string, error) {
	if kind == "" {
		kind = session.BrowserShell
	}
	if override != "" {
		path, err := exec.LookPath(override)
		if err != nil {
			return "", fmt.Errorf("%w: the configured path %q is not an executable file", ErrNotFound, override)
		}
		return path, nil
	}
	return findAmong(kind, candidates[kind])
}

func findAmong(kind session.BrowserKind, names []string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	pkg, ok := packages[kind]
	if !ok {
		return "", fmt.Errorf("%w: the kind %q is unknown; it may be %q or %q",
			ErrNotFound, kind, session.BrowserShell, session.BrowserChrome)
	}
	return "", fmt.Errorf("%w: install the %s browser, on Debian with `apt-get install %s`, or name its path in the configuration",
		ErrNotFound, kind, pkg)
}
