package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"github.com/anteroom/anteroom/login"
)

// Bounds of a navigation.
const (
	navigateTimeout = 45 * time.Second
	// commitEventTimeout and responseEventTimeout: the events of a navigation that was answered are on their way.
	commitEventTimeout   = 2 * time.Second
	responseEventTimeout = time.Second
)

// navigate opens url and returns when the document was committed.
func (t *tab) navigate(ctx context.Context, url string) error {
	if t.activity.dialogCount() >= muteAt {
		t.mute(ctx)
	}
	res, err := callOn(ctx, t, t.own, page.Navigate, page.NavigateParams{URL: url}, navigateTimeout)
	if err == nil && res.ErrorText == "" && res.LoaderID == "" && t.renews.Swap(false) {
		// Only the fragment may differ, so that the document stayed.
		if err := t.navigate(ctx, "about:blank"); err != nil {
			return err
		}
		return t.navigate(ctx, url)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		_, _ = call(ctx, t, page.StopLoading, cdp.Empty{})
		return &login.LoadError{Reason: reasonTimedOut}
	case err != nil:
		return fmt.Errorf("open a page: %w", err)
	case res.ErrorText == "net::"+reasonCredentials:
		// The full browser shows nothing of a document that asks for HTTP authentication; it came all the same.
		return t.awaitDocument(ctx, res.LoaderID)
	case res.ErrorText != "":
		return t.loadError(strings.TrimPrefix(res.ErrorText, "net::"))
	case res.IsDownload:
		return &login.LoadError{Reason: "ERR_ABORTED"}
	}
	if err := t.awaitDocument(ctx, res.LoaderID); err != nil {
		return fmt.Errorf("open a page: %w", err)
	}
	return t.responseFault(ctx, res.LoaderID)
}

// awaitDocument waits until the events of a navigation that was answered have come, too: until then the page looks as
// before it. A document that replaces this one meanwhile is as good.
func (t *tab) awaitDocument(ctx context.Context, loader cdp.LoaderID) error {
	if loader == "" {
		return nil // within the document
	}
	deadline := time.Now().Add(commitEventTimeout)
	for seen := false; ; {
		t.activity.mu.Lock()
		seen = seen || t.activity.committed == loader
		_, ready := t.activity.worlds[t.activity.main]
		t.activity.mu.Unlock()
		left := time.Until(deadline)
		if (seen && ready) || left <= 0 {
			return nil
		}
		if err := t.awaitChange(ctx, left); err != nil {
			return err
		}
	}
}

// loadError says why a navigation failed. Behind a tunnel only the proxy knows.
func (t *tab) loadError(reason string) error {
	if fault, ok := t.proxyFault(); ok && (reason == "ERR_TUNNEL_CONNECTION_FAILED" || reason == "ERR_PROXY_CONNECTION_FAILED") {
		return &login.LoadError{Reason: fault.Reason, Refused: fault.Refused}
	}
	return &login.LoadError{Reason: reason}
}

func (t *tab) proxyFault() (Fault, bool) {
	if t.browser.opts.Faults == nil || t.proxyURL() == "" {
		return Fault{}, false
	}
	t.activity.mu.Lock()
	last := t.activity.document.url
	t.activity.mu.Unlock()
	return t.browser.opts.Faults(t.proxyURL(), hostPortOf(last))
}

// hostPortOf returns "host:port" of a URL, with the scheme's port where it names none.
func hostPortOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "wss": "443"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// responseFault reports the proxy's own answer to a plain http navigation as what it is: a failure to load.
func (t *tab) responseFault(ctx context.Context, loader cdp.LoaderID) error {
	if loader == "" {
		return nil // within the document
	}
	deadline := time.Now().Add(responseEventTimeout)
	for {
		doc := t.mainDocument()
		if doc.loader != loader || !strings.HasPrefix(doc.url, "http") {
			return nil // no network: about:, data:
		}
		if doc.faulted {
			return &login.LoadError{Reason: doc.fault.Reason, Refused: doc.fault.Refused}
		}
		left := time.Until(deadline)
		if doc.status != 0 || left <= 0 {
			return nil
		}
		if err := t.awaitChange(ctx, left); err != nil {
			return err
		}
	}
}

func (t *tab) mainDocument() mainDocument {
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	return t.activity.document
}

// acted notes that something is about to be done in a frame: statuses and downloads from now on belong to it.
func (t *tab) acted(frame cdp.FrameID) {
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	shared := t.activity.pulse
	shared.submitted, shared.downloaded, shared.acted, shared.messages = 0, false, "", nil
	if f, ok := t.activity.frames[frame]; ok {
		shared.acted = f.url
	}
}
