//go:build browser

package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// shop sets cookies of every kind and keeps something in local storage.
func shop(asked *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/show" {
			_, _ = io.WriteString(w, "<!doctype html><p>cookies "+html2text(r)+"</p><p id=s></p><script>s.textContent = 'storage ' + JSON.stringify(localStorage) + ' of ' + history.length + ' visible ' + document.cookie</script>")
			return
		}
		host, _, _ := strings.Cut(r.Host, ":")
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s-" + host, HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/"})
		http.SetCookie(w, &http.Cookie{Name: "wide", Value: "w", Domain: host, Path: "/sub", Expires: time.Now().Add(48 * time.Hour), SameSite: http.SameSiteStrictMode})
		w.Header().Add("Set-Cookie", `plain=a"b=c; Path=/`)
		_, _ = io.WriteString(w, `<!doctype html><h1>Shop</h1><script>localStorage.setItem('token', 'jwt-' + location.hostname); localStorage.setItem('quoted', '"\u00fc\u65e5\n'); if (location.search) location.href = location.search.slice(1)</script>`)
	})
}

func html2text(r *http.Request) string {
	names := []string{}
	for _, c := range r.Cookies() {
		names = append(names, c.Name+"="+c.Value)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func capture(t *testing.T, p *browser.Page) session.StorageState {
	t.Helper()
	s, err := p.Capture(testContext(t))
	require.NoError(t, err)
	return s
}

func restored(t *testing.T, s session.StorageState) *browser.Page {
	t.Helper()
	b, err := shared()
	require.NoError(t, err)
	p, err := b.browser.NewRestoredPage(testContext(t), browser.PageOptions{}, s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	return p
}

// sameState compares storage states as sets.
func sameState(t *testing.T, want, got session.StorageState) {
	t.Helper()
	diff := cmp.Diff(want, got,
		cmpopts.SortSlices(func(a, b session.Cookie) bool { return a.Domain+a.Name+a.Path < b.Domain+b.Name+b.Path }),
		cmpopts.SortSlices(func(a, b session.StorageItem) bool { return a.Name < b.Name }),
		cmpopts.SortSlices(func(a, b session.Origin) bool { return a.Origin < b.Origin }),
		cmpopts.EquateApprox(0, 1))
	require.Empty(t, diff)
}

func TestCapture_OfSeveralOrigins_RestoresIntoAFreshContext(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	at := serve(t, shop(&asked))
	p := newPage(t)
	open(t, p, at("one.test", "/?"+at("two.test", "/?"+at("one.test", "/last"))))

	s := capture(t, p)

	require.Len(t, s.Cookies, 6)
	for _, c := range s.Cookies {
		switch c.Name {
		case "sid":
			require.True(t, c.HTTPOnly)
			require.Equal(t, "Lax", c.SameSite)
			require.InDelta(t, -1, c.Expires, 0)
			require.False(t, strings.HasPrefix(c.Domain, "."), "a cookie of its host only")
		case "wide":
			require.Equal(t, "Strict", c.SameSite)
			require.Greater(t, c.Expires, float64(time.Now().Unix()))
			require.True(t, strings.HasPrefix(c.Domain, "."))
			require.Equal(t, "/sub", c.Path)
		}
	}
	require.Equal(t, []string{at("one.test", ""), at("two.test", "")}, []string{s.Origins[0].Origin, s.Origins[1].Origin})
	require.Contains(t, s.Origins[1].LocalStorage, session.StorageItem{Name: "token", Value: "jwt-two.test"})
	require.Contains(t, s.Origins[0].LocalStorage, session.StorageItem{Name: "quoted", Value: "\"ü日\n"})

	before := asked.Load()
	again := restored(t, s)
	sameState(t, s, capture(t, again))
	require.Equal(t, before, asked.Load(), "neither restoring nor capturing asks a site")
	for _, host := range []string{"one.test", "two.test"} {
		m := open(t, again, at(host, "/show"))
		require.Contains(t, m.Text, "sid=s-"+host)
		require.Contains(t, m.Text, "jwt-"+host)
		_, visible, ok := strings.Cut(m.Text, "visible")
		require.True(t, ok)
		require.NotContains(t, visible, "sid", "HttpOnly")
	}
	require.NotContains(t, open(t, newPage(t), at("one.test", "/show")).Text, "sid=", "contexts share nothing")
}

func TestRestore_LeavesNoHistory(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	at := serve(t, shop(&asked))
	s := session.StorageState{Origins: []session.Origin{{Origin: at("one.test", ""), LocalStorage: []session.StorageItem{{Name: "a", Value: "b"}}}}}

	m := open(t, restored(t, s), at("one.test", "/show"))
	fresh := open(t, newPage(t), at("one.test", "/show"))

	require.Contains(t, m.Text, `storage {"a":"b"}`)
	require.Equal(t, strings.Split(fresh.Text, " of ")[1], strings.Split(m.Text, " of ")[1])
}

func TestRestore_WithACookieThatIsNotAccepted_KeepsTheOthers(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	at := serve(t, shop(&asked))
	s := session.StorageState{Cookies: []session.Cookie{
		{Name: "good", Value: "1", Domain: "one.test", Path: "/", Expires: -1, SameSite: "Lax"},
		{Name: "__Host-bad", Value: "1", Domain: ".one.test", Path: "/sub", Expires: -1, SameSite: "None"},
		{Name: "expired", Value: "1", Domain: "one.test", Path: "/", Expires: 1, SameSite: "Lax"},
	}}

	m := open(t, restored(t, s), at("one.test", "/show"))

	require.Contains(t, m.Text, "cookies good=1\n")
}

func TestCapture_PartitionedAndHostPrefixedCookies_ComeBack(t *testing.T) {
	t.Parallel()
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/frame" {
			w.Header().Add("Set-Cookie", "__Host-part=p1; Secure; Path=/; SameSite=None; Partitioned; HttpOnly")
			_, _ = io.WriteString(w, "<!doctype html><p>seen "+html2text(r)+"</p>")
			return
		}
		w.Header().Add("Set-Cookie", "__Host-top=t1; Secure; Path=/; HttpOnly; SameSite=Lax")
		_, _ = fmt.Fprintf(w, "<!doctype html><p>top %s</p><iframe src='https://widget.test:%s/frame'></iframe>", html2text(r), r.URL.Query().Get("port"))
	}))
	t.Cleanup(site.Close)
	u, err := url.Parse(site.URL)
	require.NoError(t, err)
	b, err := launch(testContext(t), browser.Options{IgnoreCertificateErrors: true})
	require.NoError(t, err)
	t.Cleanup(b.end)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	target := "https://shop.test:" + u.Port() + "/?port=" + u.Port()
	open(t, p, target)

	s := capture(t, p)

	i := slices.IndexFunc(s.Cookies, func(c session.Cookie) bool { return c.Name == "__Host-part" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, "https://shop.test", s.Cookies[i].PartitionKey)
	require.True(t, *s.Cookies[i].CrossSiteAncestor)
	raw, err := json.Marshal(s.Cookies[i])
	require.NoError(t, err)
	require.Contains(t, string(raw), `"partitionKey":"https://shop.test","_crHasCrossSiteAncestor":true`)

	again, err := b.browser.NewRestoredPage(testContext(t), browser.PageOptions{}, s)
	require.NoError(t, err)
	sameState(t, s, capture(t, again))
	m := open(t, again, target)
	require.Contains(t, m.Text, "top __Host-top=t1")
	require.Contains(t, m.Text, "seen __Host-part=p1")
}
