//go:build browser

package browser_test

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// kept is a keeper with what it needs, and the endpoint of it.
type keptBench struct {
	keeper   *browser.Keeper
	proxy    *browser.Proxy
	socket   string
	endpoint *browser.Endpoint
}

func startKeeper(t *testing.T) *keptBench {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "b.sock")
	loopback, err := browser.ParseAllow("127.0.0.0/8")
	require.NoError(t, err)
	var k *browser.Keeper
	p, err := browser.NewProxy(testContext(t), browser.ProxyOptions{
		Policy: browser.Policy{Allow: []browser.AllowRule{loopback}, OwnPorts: func() []uint16 {
			if k == nil {
				return nil
			}
			return k.OwnPorts()
		}},
		Resolver: resolver{}, Logger: silent(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(testContextOf(t)) })
	k, err = browser.NewKeeper(testContext(t), browser.KeeperOptions{Socket: socket, Host: "host_a", Proxy: p, Logger: silent()})
	require.NoError(t, err, "these tests need Chromium: apt-get install chromium-headless-shell")
	t.Cleanup(func() { require.NoError(t, k.Close(testContextOf(t))) })
	e := browser.NewEndpoint(socket)
	t.Cleanup(e.Close)
	return &keptBench{keeper: k, proxy: p, socket: socket, endpoint: e}
}

// connect is a client of the keeper's headless shell.
func (k *keptBench) connect(t *testing.T) *browser.Browser {
	t.Helper()
	b, err := k.endpoint.Connect(testContext(t), k.keeper.State().Browsers[0].ID, browser.ConnectOptions{WarmPages: -1, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close(testContextOf(t))) })
	return b
}

func TestKeeper_WhenAClientLeaves_KeepsItsPageForTheNextOne(t *testing.T) {
	t.Parallel()
	k := startKeeper(t)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1"})
		_, _ = w.Write([]byte(`<!doctype html><title>T</title><h1>Code</h1><form><input name=u><input name=code></form><script>window.mark = {n: 41}</script><button id=b onclick="document.title = 'mark ' + (window.mark.n + 1); document.querySelector('h1').textContent = document.title + ' ' + document.cookie">go</button>`))
	}))
	first := k.connect(t)
	p, err := first.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	m := open(t, p, at("a.test", "/"))
	allowed := origins(at("a.test", "/"))
	require.NoError(t, p.Fill(testContext(t), control(t, m, "u"), session.NewSecret("alice"), allowed))
	contextID, targetID := p.IDs()

	require.NoError(t, first.Close(testContext(t)))

	second := k.connect(t)
	begin := time.Now()
	again, err := second.Adopt(testContext(t), contextID, targetID, browser.PageOptions{})
	took := time.Since(begin)
	require.NoError(t, err)
	t.Logf("adopted in %s", took)
	m = model(t, again)
	require.True(t, control(t, m, "u").Filled, "what was typed stays")
	require.NoError(t, again.Fill(testContext(t), control(t, m, "code"), session.NewSecret("123456"), allowed))
	mark := again.Mark()
	require.NoError(t, again.Click(testContext(t), control(t, m, "b")))
	m = settle(t, again, mark)
	require.Equal(t, []string{"mark 42 sid=1"}, m.Headings)
	require.NoError(t, again.Close(testContext(t)))
	require.NoError(t, context.Cause(t.Context()))
}
