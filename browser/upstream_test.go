package browser_test

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// corporate is somebody else's proxy: it wants a password, and keeps a list of what it was asked for. Every host is
// the one site.
type corporate struct {
	site string

	mu    sync.Mutex
	asked []string
}

func (c *corporate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:s3cr3t-pw"))
	if r.Header.Get("Proxy-Authorization") != want {
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	c.mu.Lock()
	c.asked = append(c.asked, r.Method+" "+r.Host)
	c.mu.Unlock()
	conn, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", c.site)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = conn.Close() }()
	if r.Method != http.MethodConnect {
		r.Header.Del("Proxy-Authorization")
		r.Close = true
		_ = r.Write(conn)
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	if r.Method == http.MethodConnect {
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(conn, client) }()
	}
	_, _ = io.Copy(client, conn)
}

func (c *corporate) seen() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{}, c.asked...)
}

func startCorporate(t *testing.T, site *httptest.Server) (*corporate, string) {
	t.Helper()
	c := &corporate{site: site.Listener.Addr().String()}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.Listener.Addr().String()
}

func openUpstream(t *testing.T, p *browser.Proxy, upstream string) *browser.Upstream {
	t.Helper()
	u, err := p.NewUpstream(testContext(t), session.NewSecret(upstream))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, u.Close(testContextOf(t))) })
	return u
}

func greeting() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "hello from "+r.Host+r.Header.Get("Proxy-Authorization"))
	})
}

func TestUpstream_WithCredentials_ForwardsPlainRequestsThroughIt(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(greeting())
	t.Cleanup(site.Close)
	corp, addr := startCorporate(t, site)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, addr), Resolver: resolver{"shop.example": {"93.184.216.34"}}})
	u := openUpstream(t, p, "http://ada:s3cr3t-pw@"+addr)

	_, body := get(t, through(t, u.URL()), "http://shop.example/x")

	require.Equal(t, "hello from shop.example", body)
	require.Equal(t, []string{"GET shop.example"}, corp.seen())
	require.NotContains(t, u.URL(), "s3cr3t")
}

func TestUpstream_WithCredentials_TunnelsThroughIt(t *testing.T) {
	t.Parallel()
	site := httptest.NewTLSServer(greeting())
	t.Cleanup(site.Close)
	corp, addr := startCorporate(t, site)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, addr), Resolver: resolver{"shop.example": {"93.184.216.34"}}})
	u := openUpstream(t, p, "http://ada:s3cr3t-pw@"+addr)

	_, body := get(t, through(t, u.URL()), "https://shop.example/x")
	require.Equal(t, "hello from shop.example", body)

	_, body = get(t, through(t, u.URL()), "https://only-there.example/x")
	require.Equal(t, "hello from only-there.example", body, "a name that only the upstream can resolve")
	require.Equal(t, []string{"CONNECT shop.example:443", "CONNECT only-there.example:443"}, corp.seen())
}

func TestUpstream_WithForbiddenTargets_RefusesThem(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(greeting())
	t.Cleanup(site.Close)
	corp, addr := startCorporate(t, site)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, addr), Resolver: resolver{
		"inner.example": {"10.0.0.7"}, "both.example": {"93.184.216.34", "10.0.0.7"},
	}})
	u := openUpstream(t, p, "http://ada:s3cr3t-pw@"+addr)

	for _, host := range []string{"169.254.169.254", "127.0.0.1", "inner.example", "both.example", "metadata.google.internal", "printer.local", "intranet"} {
		resp, _ := get(t, through(t, u.URL()), "http://"+host+"/")
		require.Equal(t, "policy", resp.Header.Get(browser.RefusedHeader), host)
	}
	require.Empty(t, corp.seen())
}

func TestUpstream_WithWrongPassword_FailsTheTunnelAndSaysWhose(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(greeting())
	t.Cleanup(site.Close)
	_, addr := startCorporate(t, site)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, addr)})
	u := openUpstream(t, p, "http://ada:wrong@"+addr)
	req, err := http.NewRequestWithContext(testContext(t), http.MethodGet, "https://shop.example/", nil)
	require.NoError(t, err)

	resp, err := through(t, u.URL()).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}

	require.Error(t, err)
	fault, ok := p.Fault(u.URL(), "shop.example:443")
	require.True(t, ok)
	require.Equal(t, browser.Fault{Reason: "ERR_PROXY_CONNECTION_FAILED"}, fault)
	resp, _ = get(t, through(t, u.URL()), "http://shop.example/")
	require.Equal(t, http.StatusBadGateway, resp.StatusCode, "not 407: the browser must not ask anybody for a password")
	require.Equal(t, "ERR_PROXY_CONNECTION_FAILED", resp.Header.Get(browser.FaultHeader))
}

func TestNewUpstream_ThatCannotBeUsed_SaysWhyWithoutTheSecret(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := ln.Addr().String()
	require.NoError(t, ln.Close())
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, closed)})
	for upstream, want := range map[string]string{
		"http://ada:s3cr3t-pw@" + closed:           "is not reachable: ERR_CONNECTION_REFUSED",
		"http://ada:s3cr3t-pw@10.0.0.1:3128":       "is not allowed",
		"http://ada:s3cr3t-pw@no.invalid:3128":     "is not reachable: ERR_NAME_NOT_RESOLVED",
		"ftp://ada:s3cr3t-pw@proxy.example:21":     "http, https or socks5",
		"http://ada:s3cr3t-pw@[::1:bad":            "not a URL",
		"ada:s3cr3t-pw@proxy.example:3128":         "",
		"":                                         "not a URL",
		p.URL():                                    "is not allowed",
		"socks5://ada:s3cr3t-pw@192.168.0.1:1080/": "is not allowed",
	} {
		_, err := p.NewUpstream(testContext(t), session.NewSecret(upstream))

		require.ErrorIs(t, err, browser.ErrUpstreamProxy)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "s3cr3t")
	}
}
