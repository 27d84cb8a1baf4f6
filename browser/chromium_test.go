//go:build browser

package browser_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// bench is a browser behind a proxy that lets it reach the test servers.
type bench struct {
	browser *browser.Browser
	proxy   *browser.Proxy
	// keeper has the browser; nil for one of our own.
	keeper *browser.Keeper
}

var shared = sync.OnceValues(func() (*bench, error) {
	b, err := launch(context.Background(), browser.Options{})
	if err == nil {
		atEnd = append(atEnd, b.end)
	}
	return b, err
})

func launch(ctx context.Context, o browser.Options) (*bench, error) {
	quiet := slog.New(slog.DiscardHandler)
	loopback, err := browser.ParseAllow("127.0.0.0/8")
	if err != nil {
		return nil, err
	}
	p, err := browser.NewProxy(ctx, browser.ProxyOptions{
		Policy: browser.Policy{Allow: []browser.AllowRule{loopback}}, Resolver: resolver{}, Logger: quiet,
	})
	if err != nil {
		return nil, err
	}
	o.ProxyURL, o.Faults = p.URL(), p.Fault
	if o.Logger == nil {
		o.Logger = quiet
	}
	if path := os.Getenv("ANTEROOM_TEST_CHROME"); path != "" { // all of it against the full browser
		o.Kind, o.Path = session.BrowserChrome, path
	}
	if os.Getenv("ANTEROOM_TEST_KEPT") != "" && o.Kind == "" { // all of it through a keeper
		return launchKept(ctx, o, p)
	}
	b, err := browser.Launch(ctx, o)
	if err != nil {
		_ = p.Close(ctx)
		return nil, err
	}
	return &bench{browser: b, proxy: p}, nil
}

func launchKept(ctx context.Context, o browser.Options, p *browser.Proxy) (*bench, error) {
	dir, err := os.MkdirTemp("", "keeper")
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "b.sock")
	k, err := browser.NewKeeper(ctx, browser.KeeperOptions{Socket: socket, Host: "host_a", Shell: o, Proxy: p, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	b, err := browser.NewEndpoint(socket).Connect(ctx, k.State().Browsers[0].ID, browser.ConnectOptions{WarmPages: o.WarmPages, Logger: o.Logger})
	return &bench{browser: b, proxy: p, keeper: k}, err
}

func (b *bench) end() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = b.browser.Close(ctx)
	if b.keeper != nil {
		_ = b.keeper.Close(ctx)
	}
	_ = b.proxy.Close(ctx)
}

// own launches a browser for one test that will harm it.
func own(t *testing.T) *bench {
	t.Helper()
	b, err := launch(testContext(t), browser.Options{})
	require.NoError(t, err)
	t.Cleanup(b.end)
	return b
}

func newPage(t *testing.T) *browser.Page {
	t.Helper()
	b, err := shared()
	require.NoError(t, err, "these tests need Chromium: apt-get install chromium-headless-shell")
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	return p
}

// serve starts a site; the returned function gives the URL of a path under a host name of ours.
func serve(t *testing.T, h http.Handler) func(host, path string) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return func(host, path string) string { return "http://" + host + ":" + u.Port() + path }
}

// html serves documents by path.
type html map[string]string

func (h html) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, ok := h[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!doctype html><html lang=en><title>Test</title>"+body)
}

// open navigates, settles and models.
func open(t *testing.T, p *browser.Page, target string) *login.PageModel {
	t.Helper()
	require.NoError(t, p.Navigate(testContext(t), target))
	return settle(t, p, p.Mark())
}

func settle(t *testing.T, p *browser.Page, since login.Mark) *login.PageModel {
	t.Helper()
	require.NoError(t, p.Settle(testContext(t), since, 0, 10*time.Second))
	return model(t, p)
}

func model(t *testing.T, p *browser.Page) *login.PageModel {
	t.Helper()
	m, err := p.Model(testContext(t))
	require.NoError(t, err)
	return m
}

func control(t *testing.T, m *login.PageModel, name string) login.Control {
	t.Helper()
	i := slices.IndexFunc(m.Controls, func(c login.Control) bool { return c.Name == name || c.ElementID == name })
	require.GreaterOrEqual(t, i, 0, "the model has no control named %q", name)
	return m.Controls[i]
}

func origins(loginURL string, hosts ...string) session.Origins {
	return (&session.Project{LoginURL: loginURL, AllowedHosts: hosts}).SecretOrigins()
}
