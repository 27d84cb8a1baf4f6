package browser

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// route is how a listener's traffic reaches sites.
type route interface {
	// check returns nil when the target ("host:port") may be asked for over this route.
	check(ctx context.Context, target string) error
	// dial returns a connection that ends at target.
	dial(ctx context.Context, target string) (net.Conn, error)
	// transport carries plain http requests.
	transport() http.RoundTripper
	close()
}

// responseTimeout bounds the wait for a site's response header.
const responseTimeout = 90 * time.Second

// newTransport makes a transport whose every connection is made by g.
func newTransport(g *guard) *http.Transport {
	return &http.Transport{
		DialContext:           g.DialContext,
		DisableCompression:    true, // pass on what the browser asked for
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: responseTimeout,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   8,
	}
}

// viaListener makes a transport that uses a listener of ours as its proxy.
func viaListener(proxyURL string) (*http.Transport, error) {
	u, err := url.Parse(proxyURL)
	if err != nil {
		return nil, fmt.Errorf("read the proxy's URL: %w", err)
	}
	return &http.Transport{
		Proxy: http.ProxyURL(u), TLSHandshakeTimeout: connectTimeout, ResponseHeaderTimeout: responseTimeout,
		IdleConnTimeout: 30 * time.Second,
	}, nil
}

// directRoute connects to the sites themselves.
type directRoute struct {
	guard *guard
	plain *http.Transport
}

func newDirectRoute(g *guard) *directRoute { return &directRoute{guard: g, plain: newTransport(g)} }

// check leaves the decision to the moment of connecting.
func (d *directRoute) check(context.Context, string) error { return nil }

func (d *directRoute) dial(ctx context.Context, target string) (net.Conn, error) {
	return d.guard.DialContext(ctx, "tcp", target)
}

func (d *directRoute) transport() http.RoundTripper { return d.plain }

func (d *directRoute) close() { d.plain.CloseIdleConnections() }
