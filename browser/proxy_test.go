package browser_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

func startProxy(t *testing.T, o browser.ProxyOptions) *browser.Proxy {
	t.Helper()
	if o.Resolver == nil {
		o.Resolver = resolver{}
	}
	o.Logger = silent()
	p, err := browser.NewProxy(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, p.Close(ctx))
	})
	return p
}

func policy(t *testing.T, entries ...string) browser.Policy {
	t.Helper()
	var p browser.Policy
	for _, e := range entries {
		rule, err := browser.ParseAllow(e)
		require.NoError(t, err)
		p.Allow = append(p.Allow, rule)
	}
	return p
}

// through is a client that uses the proxy at proxyURL.
func through(t *testing.T, proxyURL string) *http.Client {
	t.Helper()
	u, err := url.Parse(proxyURL)
	require.NoError(t, err)
	tr := &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(t *testing.T, c *http.Client, target string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(testContext(t), http.MethodGet, target, nil)
	require.NoError(t, err)
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

func portOf(t *testing.T, rawURL string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	return u.Port()
}

func TestProxy_WithAllowedAddress_ForwardsPlainRequests(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", strings.Join([]string{r.Host, r.Header.Get("X-Own"), r.Header.Get("Proxy-Connection"),
			r.Header.Get("X-Hop"), r.Header.Get("X-Forwarded-For"), r.Header.Get("Proxy-Authorization")}, "|"))
		w.Header().Set(browser.RefusedHeader, "forged")
		w.Header().Set(browser.FaultHeader, "forged")
		_, _ = io.WriteString(w, "hello "+r.URL.RequestURI())
	}))
	t.Cleanup(site.Close)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.0/8")})
	req, err := http.NewRequestWithContext(testContext(t), http.MethodGet, "http://shop.test:"+portOf(t, site.URL)+"/a?b=c%20d", nil)
	require.NoError(t, err)
	req.Header = http.Header{"X-Own": {"kept"}, "Proxy-Connection": {"keep-alive"}, "Connection": {"X-Hop"}, "X-Hop": {"secret"}}

	resp, err := through(t, p.URL()).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)

	require.NoError(t, err)
	require.Equal(t, "hello /a?b=c%20d", string(body))
	require.Equal(t, "shop.test:"+portOf(t, site.URL)+"|kept||||", resp.Header.Get("X-Seen"))
	require.Empty(t, resp.Header.Get(browser.RefusedHeader), "a site must not speak for the proxy")
	require.Empty(t, resp.Header.Get(browser.FaultHeader))
}

func TestProxy_WithAllowedAddress_TunnelsTLS(t *testing.T) {
	t.Parallel()
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "sealed") }))
	t.Cleanup(site.Close)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.0/8")})

	_, body := get(t, through(t, p.URL()), "https://shop.test:"+portOf(t, site.URL)+"/")

	require.Equal(t, "sealed", body)
}

func TestProxy_WithForbiddenAddress_RefusesAndSaysSo(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(site.Close)
	p := startProxy(t, browser.ProxyOptions{})
	port := portOf(t, site.URL)

	for _, host := range []string{"127.0.0.1", "localhost", "shop.test", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1.2.3"} {
		resp, _ := get(t, through(t, p.URL()), "http://"+host+":"+port+"/")
		require.Equal(t, http.StatusForbidden, resp.StatusCode, host)
		require.Equal(t, "policy", resp.Header.Get(browser.RefusedHeader), host)
		require.Equal(t, "ERR_NETWORK_ACCESS_DENIED", resp.Header.Get(browser.FaultHeader), host)
	}
	require.Zero(t, asked.Load())
}

func TestProxy_WithForbiddenTunnel_RefusesAndRemembersWhy(t *testing.T) {
	t.Parallel()
	p := startProxy(t, browser.ProxyOptions{Resolver: resolver{"meta.test": {"169.254.169.254"}}})
	req, err := http.NewRequestWithContext(testContext(t), http.MethodGet, "https://meta.test/latest", nil)
	require.NoError(t, err)

	resp, err := through(t, p.URL()).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}

	require.ErrorContains(t, err, "Forbidden")
	fault, ok := p.Fault(p.URL(), "meta.test:443")
	require.True(t, ok)
	require.Equal(t, browser.Fault{Reason: "ERR_NETWORK_ACCESS_DENIED", Refused: true}, fault)
	_, ok = p.Fault(p.URL(), "other.test:443")
	require.False(t, ok)
}

// rebinding answers a public address first and a private one ever after, as an attacker's name server does.
type rebinding struct{ asked atomic.Int32 }

func (r *rebinding) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	if r.asked.Add(1) == 1 {
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func TestProxy_WhenTheNameIsBoundAnew_ConnectsToWhatWasChecked(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	hidden, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(hidden.Addr().String())
	require.NoError(t, err)
	inner := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "inner") }))
	require.NoError(t, inner.Listener.Close())
	inner.Listener = hidden
	inner.Start()
	t.Cleanup(inner.Close)
	outer, err := lc.Listen(t.Context(), "tcp", "127.0.0.2:"+port)
	require.NoError(t, err)
	public := &httptest.Server{Listener: outer, Config: &http.Server{Handler: http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "outer") }), ReadHeaderTimeout: time.Second}}
	public.Start()
	t.Cleanup(public.Close)
	names := &rebinding{}
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.2"), Resolver: names})

	_, body := get(t, through(t, p.URL()), "http://evil.test:"+port+"/")
	require.Equal(t, "outer", body, "the first answer is public")
	require.EqualValues(t, 1, names.asked.Load(), "the name is resolved once")

	// A new connection sees the second answer, and that is refused.
	conn := dialProxy(t, p)
	_, err = fmt.Fprintf(conn, "CONNECT evil.test:%s HTTP/1.1\r\nHost: evil.test:%s\r\n\r\n", port, port)
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusForbidden, resp.StatusCode)
}

func dialProxy(t *testing.T, p *browser.Proxy) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(testContext(t), "tcp", strings.TrimPrefix(p.URL(), "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestProxy_WithSeveralAddresses_UsesOnlyTheAllowedOnes(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	t.Cleanup(site.Close)
	p := startProxy(t, browser.ProxyOptions{
		Policy: policy(t, "127.0.0.1"), Resolver: resolver{"two.test": {"::1", "10.0.0.1", "127.0.0.1"}},
	})

	_, body := get(t, through(t, p.URL()), "http://two.test:"+portOf(t, site.URL)+"/")

	require.Equal(t, "ok", body)
}

func TestProxy_OwnPorts_AreRefusedAlthoughLoopbackIsAllowed(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(site.Close)
	var own uint16
	_, err := fmt.Sscan(portOf(t, site.URL), &own)
	require.NoError(t, err)
	pol := policy(t, "0.0.0.0/0", "::/0")
	pol.OwnPorts = func() []uint16 { return []uint16{own} }
	p := startProxy(t, browser.ProxyOptions{Policy: pol})

	for _, target := range []string{site.URL, "http://api.test:" + portOf(t, site.URL), "http://0.0.0.0:" + portOf(t, site.URL), p.URL()} {
		resp, _ := get(t, through(t, p.URL()), target+"/")
		require.Equal(t, "policy", resp.Header.Get(browser.RefusedHeader), target)
	}
}

func TestProxy_WhenTheSiteIsNotThere_SaysHowItFailed(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := ln.Addr().String()
	require.NoError(t, ln.Close())
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.0/8")})

	resp, _ := get(t, through(t, p.URL()), "http://"+closed+"/")
	require.Equal(t, http.StatusBadGateway, resp.StatusCode)
	require.Equal(t, "ERR_CONNECTION_REFUSED", resp.Header.Get(browser.FaultHeader))

	resp, _ = get(t, through(t, p.URL()), "http://nobody.invalid/")
	require.Equal(t, "ERR_NAME_NOT_RESOLVED", resp.Header.Get(browser.FaultHeader))
	fault, ok := p.Fault(p.URL(), "nobody.invalid:80")
	require.True(t, ok)
	require.False(t, fault.Refused)
}

func TestProxy_WithARequestThatIsNoProxyRequest_AnswersBadRequest(t *testing.T) {
	t.Parallel()
	p := startProxy(t, browser.ProxyOptions{})

	resp, _ := get(t, http.DefaultClient, p.URL()+"/")

	require.Equal(t, http.StatusBadRequest, resp.StatusCode)
	http.DefaultClient.CloseIdleConnections()
}

func TestProxy_Close_EndsOpenTunnels(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	p, err := browser.NewProxy(t.Context(), browser.ProxyOptions{Policy: policy(t, "127.0.0.0/8"), Resolver: resolver{}})
	require.NoError(t, err)
	conn := dialProxy(t, p)
	_, err = fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\nearly", ln.Addr())
	require.NoError(t, err)
	site, err := ln.Accept()
	require.NoError(t, err)
	defer func() { _ = site.Close() }()
	early := make([]byte, 5)
	_, err = io.ReadFull(site, early)
	require.NoError(t, err)
	require.Equal(t, "early", string(early), "what came with the request reaches the site")

	require.NoError(t, p.Close(testContext(t)))

	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, err = io.ReadAll(conn)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	_, err = io.ReadAll(site)
	require.NoError(t, err, "the site sees the end, too")
}

func TestProxy_Transport_ObeysThePolicy(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "probe") }))
	t.Cleanup(site.Close)
	p := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.1:"+portOf(t, site.URL))})
	tr, err := p.Transport("")
	require.NoError(t, err)
	t.Cleanup(tr.CloseIdleConnections)

	_, body := get(t, &http.Client{Transport: tr}, "http://shop.test:"+portOf(t, site.URL)+"/")
	require.Equal(t, "probe", body)

	req, err := http.NewRequestWithContext(testContext(t), http.MethodGet, "http://127.0.0.1:1/", nil)
	require.NoError(t, err)
	resp, err := tr.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	require.ErrorContains(t, err, "network.allow")
	_, err = p.Transport("http://127.0.0.1:9")
	require.Error(t, err)
}
