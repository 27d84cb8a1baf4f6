package process

import (
	"context"
	"io"
	"log/slog"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
)

// useEndpoint has the fleet use the browsers of another process, and their forwarding proxy.
func (p *Process) useEndpoint(path string) {
	e := browser.NewEndpoint(path)
	p.onStop("browser endpoint", func(context.Context) error { e.Close(); return nil })
	p.fleet.Keeper = keptBrowsers{Endpoint: e, ports: p.ownPorts, logger: p.logger.With("part", "browser")}
	p.pages.Upstreams = keptUpstreams{e}
}

// keptBrowsers connects workers to the browsers of another process.
type keptBrowsers struct {
	*browser.Endpoint

	ports  func() []uint16
	logger *slog.Logger
}

// Connect attaches to a browser. Warm pages are kept in the headless shell only; see warmPages.
func (k keptBrowsers) Connect(ctx context.Context, info browser.KeptBrowser) (worker.Browser, error) {
	o := browser.ConnectOptions{OwnPorts: k.ports(), Logger: k.logger}
	if info.Kind == session.BrowserShell {
		o.WarmPages = warmPages
	}
	b, err := k.Endpoint.Connect(ctx, info.ID, o)
	if err != nil {
		return nil, err
	}
	return activities.Chromium{Browser: b}, nil
}

// keptUpstreams opens callers' proxies where the browsers are.
type keptUpstreams struct{ endpoint *browser.Endpoint }

// Open opens a listener that goes on through the caller's proxy.
func (u keptUpstreams) Open(ctx context.Context, upstream session.Secret) (string, io.Closer, error) {
	url, err := u.endpoint.OpenUpstream(ctx, upstream)
	if err != nil {
		return "", nil, err
	}
	return url, u.Adopted(url), nil
}

// Adopted closes a listener that may have been opened by another process.
func (u keptUpstreams) Adopted(proxyURL string) io.Closer { return keptListener{u.endpoint, proxyURL} }

type keptListener struct {
	endpoint *browser.Endpoint
	url      string
}

// Close ends the listener. What cannot be closed now the keeper closes once no page uses it.
func (l keptListener) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainRequests)
	defer cancel()
	return l.endpoint.CloseUpstream(ctx, l.url)
}
