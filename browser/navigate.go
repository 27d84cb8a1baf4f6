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

// Navigate opens url and returns when the document was committed; 45 s at most. See login.Page.
func (p *Page) Navigate(ctx context.Context, url string) error {
	p.acted()
	res, err := callWithin(ctx, p, page.Navigate, page.NavigateParams{URL: url}, navigateTimeout)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		_, _ = call(ctx, p, page.StopLoading, cdp.Empty{})
		return &login.LoadError{Reason: "ERR_TIMED_OUT"}
	case err != nil:
		return fmt.Errorf("open a page: %w", err)
	case res.ErrorText != "":
		return p.loadError(strings.TrimPrefix(res.ErrorText, "net::"))
	case res.IsDownload:
		return &login.LoadError{Reason: "ERR_ABORTED"}
	}
	if err := p.awaitDocument(ctx, res.LoaderID); err != nil {
		return fmt.Errorf("open a page: %w", err)
	}
	return p.responseFault(ctx, res.LoaderID)
}

// awaitDocument waits until the events of a navigation that was answered have come, too: until then the page looks as
// before it. A document that replaces this one meanwhile is as good.
func (p *Page) awaitDocument(ctx context.Context, loader cdp.LoaderID) error {
	if loader == "" {
		return nil // within the document
	}
	deadline := time.Now().Add(commitEventTimeout)
	for seen := false; ; {
		p.activity.mu.Lock()
		seen = seen || p.activity.committed == loader
		_, ready := p.activity.worlds[p.activity.main]
		p.activity.mu.Unlock()
		left := time.Until(deadline)
		if (seen && ready) || left <= 0 {
			return nil
		}
		if err := p.awaitChange(ctx, left); err != nil {
			return err
		}
	}
}

// loadError says why a navigation failed. Behind a tunnel only the proxy knows.
func (p *Page) loadError(reason string) error {
	if fault, ok := p.proxyFault(); ok && (reason == "ERR_TUNNEL_CONNECTION_FAILED" || reason == "ERR_PROXY_CONNECTION_FAILED") {
		return &login.LoadError{Reason: fault.Reason, Refused: fault.Refused}
	}
	return &login.LoadError{Reason: reason}
}

func (p *Page) proxyFault() (Fault, bool) {
	if p.browser.opts.Faults == nil || p.proxyURL == "" {
		return Fault{}, false
	}
	p.activity.mu.Lock()
	last := p.activity.document.url
	p.activity.mu.Unlock()
	return p.browser.opts.Faults(p.proxyURL, hostPortOf(last))
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
func (p *Page) responseFault(ctx context.Context, loader cdp.LoaderID) error {
	if loader == "" {
		return nil // within the document
	}
	deadline := time.Now().Add(responseEventTimeout)
	for {
		doc := p.mainDocument()
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
		if err := p.awaitChange(ctx, left); err != nil {
			return err
		}
	}
}

func (p *Page) mainDocument() mainDocument {
	p.activity.mu.Lock()
	defer p.activity.mu.Unlock()
	return p.activity.document
}

// acted notes that something is about to be done to the page: statuses from now on belong to it.
func (p *Page) acted() {
	p.activity.mu.Lock()
	defer p.activity.mu.Unlock()
	p.activity.submitted = 0
}
