//go:build browser

package browser_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

// fenced is a browser whose policy allows one port of loopback, and a secret service that it must not reach.
type fenced struct {
	bench
	page *browser.Page
	// at gives a URL of the allowed site.
	at func(host, path string) string
	// secret is the forbidden service's host:port; asked counts its connections.
	secret string
	asked  *atomic.Int64
}

func fence(t *testing.T, names resolver, own bool, site func(f *fenced) http.Handler) *fenced {
	t.Helper()
	f := &fenced{asked: &atomic.Int64{}}
	inner := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "INNER") }))
	inner.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			f.asked.Add(1)
		}
	}
	inner.Start()
	t.Cleanup(inner.Close)
	f.secret = inner.Listener.Addr().String()
	f.at = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site(f).ServeHTTP(w, r) }))
	u, err := url.Parse(f.at("x", ""))
	require.NoError(t, err)
	pol := policy(t, "127.0.0.1:"+u.Port())
	if own {
		pol = policy(t, "127.0.0.0/8", "::/0")
		port, err := strconv.ParseUint(portOf(t, "http://"+f.secret), 10, 16)
		require.NoError(t, err)
		pol.OwnPorts = func() []uint16 { return []uint16{uint16(port)} }
	}
	f.proxy = startProxy(t, browser.ProxyOptions{Policy: pol, Resolver: names, Logger: silent()})
	f.browser, err = browser.Launch(testContext(t), browser.Options{ProxyURL: f.proxy.URL(), Faults: f.proxy.Fault, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.browser.Close(testContextOf(t))) })
	f.page, err = f.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	return f
}

func requireRefused(t *testing.T, err error) {
	t.Helper()
	var load *login.LoadError
	require.ErrorAs(t, err, &load)
	require.True(t, load.Refused, load.Reason)
	require.Equal(t, "ERR_NETWORK_ACCESS_DENIED", load.Reason)
}

func TestNavigate_ToForbiddenAddresses_IsRefused(t *testing.T) {
	t.Parallel()
	f := fence(t, resolver{"meta.test": {"169.254.169.254"}}, false, func(*fenced) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
		})
	})
	for _, target := range []string{
		"http://" + f.secret + "/", "https://" + f.secret + "/", "http://meta.test/latest/", "https://meta.test/",
		"http://localhost:" + portOf(t, "http://"+f.secret) + "/", "http://[::1]:1234/", "http://0x7f.1:" + portOf(t, "http://"+f.secret) + "/",
	} {
		requireRefused(t, f.page.Navigate(testContext(t), target))
		requireRefused(t, f.page.Navigate(testContext(t), f.at("a.test", "/?to="+url.QueryEscape(target))))
	}
	require.Zero(t, f.asked.Load())
}

func TestNavigate_ThatFails_NamesTheReason(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	p := newPage(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	_ = b
	for target, reason := range map[string]string{
		closed.URL:                     "ERR_CONNECTION_REFUSED",
		"https" + closed.URL[4:] + "/": "ERR_CONNECTION_REFUSED",
		"http://nobody.invalid/":       "ERR_NAME_NOT_RESOLVED",
		"https://nobody.invalid/":      "ERR_NAME_NOT_RESOLVED",
	} {
		var load *login.LoadError
		require.ErrorAs(t, p.Navigate(testContext(t), target), &load)
		require.Equal(t, reason, load.Reason, target)
		require.False(t, load.Refused)
	}
}

func TestPage_ReachingForForbiddenAddresses_GetsNothing(t *testing.T) {
	t.Parallel()
	for name, own := range map[string]bool{"not allowed": false, "our own port": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fence(t, resolver{}, own, func(f *fenced) http.Handler {
				return html{"/": fmt.Sprintf(`<iframe id=frame src="http://%[1]s/"></iframe><p id=out></p><script>
					const done = [], note = (what, how) => { done.push(what + ' ' + how); out.textContent = 'tried ' + done.length + ': ' + done.join(', ') };
					const ws = new WebSocket('ws://%[1]s/'); ws.onopen = () => note('ws', 'OPEN'); ws.onerror = () => note('ws', 'shut');
					fetch('http://%[1]s/').then(() => note('fetch', 'OPEN'), () => note('fetch', 'shut'));
					fetch('http://%[1]s/', {mode: 'no-cors', method: 'POST', body: 'x'}).then(r => note('no-cors', r.type), () => note('no-cors', 'shut'));
					const img = new Image(); img.onload = () => note('img', 'OPEN'); img.onerror = () => note('img', 'shut'); img.src = 'http://%[1]s/';
					frame.onload = () => note('frame', 'loaded')</script>`, f.secret)}
			})
			open(t, f.page, f.at("a.test", "/"))
			shows(t, f.page, "tried 5:")

			m := model(t, f.page)

			require.NotContains(t, m.Text, "OPEN")
			require.NotContains(t, m.Text, "INNER")
			require.Zero(t, f.asked.Load())
		})
	}
}

// flip changes its answer once the first page has been asked for.
type flip struct{ private atomic.Bool }

func (f *flip) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	if f.private.Load() {
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func TestNavigate_WhenDNSRebinds_IsRefused(t *testing.T) {
	t.Parallel()
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, "<!doctype html><h1>Public</h1>")
	}))
	names := &flip{}
	proxy := startProxy(t, browser.ProxyOptions{Policy: policy(t, "127.0.0.1"), Resolver: names, Logger: silent()})
	b, err := shared()
	require.NoError(t, err)
	own, err := browser.Launch(testContext(t), browser.Options{ProxyURL: proxy.URL(), Faults: proxy.Fault, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, own.Close(testContextOf(t))) })
	_ = b
	p, err := own.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	open(t, p, at("evil.test", "/"))

	names.private.Store(true)

	requireRefused(t, p.Navigate(testContext(t), at("evil.test", "/latest/meta-data")))
}

func TestPage_WithWebRTC_SendsNoUDPAroundTheProxy(t *testing.T) {
	t.Parallel()
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = udp.Close() })
	p := newPage(t)
	at := serve(t, html{"/": fmt.Sprintf(`<p id=out></p><script>
		const c = new RTCPeerConnection({iceServers: [{urls: 'stun:%s'}]}), found = [];
		c.createDataChannel('x'); c.onicecandidate = e => { if (e.candidate) found.push(e.candidate.candidate); else out.textContent = 'gathered ' + found.length };
		c.createOffer().then(o => c.setLocalDescription(o))</script>`, udp.LocalAddr())})
	open(t, p, at("localhost", "/"))

	shows(t, p, "gathered 0")

	require.NoError(t, udp.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, _, err = udp.ReadFrom(make([]byte, 100))
	require.ErrorContains(t, err, "timeout")
}

func TestNewPage_WithAnUpstreamProxy_UsesItForThatPageOnly(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "<!doctype html><h1>Via "+r.Host+"</h1>")
	}))
	t.Cleanup(site.Close)
	corp, addr := startCorporate(t, site)
	b, err := shared()
	require.NoError(t, err)
	u, err := b.proxy.NewUpstream(testContext(t), session.NewSecret("http://ada:s3cr3t-pw@"+addr))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, u.Close(testContextOf(t))) })
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{ProxyURL: u.URL()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })

	m := open(t, p, "http://far-away.example/")

	require.Equal(t, []string{"Via far-away.example"}, m.Headings)
	require.Contains(t, corp.seen(), "GET far-away.example")
	var load *login.LoadError
	require.ErrorAs(t, newPage(t).Navigate(testContext(t), "http://far-away.example/"), &load, "other pages do not use it")
}

func TestPage_WithADownload_KeepsNothing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=x.bin")
		_, _ = w.Write(make([]byte, 1000))
	}))

	var load *login.LoadError
	require.ErrorAs(t, p.Navigate(testContext(t), at("a.test", "/")), &load)
	require.Equal(t, "ERR_ABORTED", load.Reason)
}
