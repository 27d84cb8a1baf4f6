//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// limit is so long that a Settle that runs into it fails the test by its duration.
const limit = 15 * time.Second

func settleWithin(t *testing.T, p *browser.Page, since login.Mark, grace, within time.Duration) *login.PageModel {
	t.Helper()
	begin := time.Now()
	require.NoError(t, p.Settle(testContext(t), since, grace, limit))
	took := time.Since(begin)
	require.Less(t, took, within)
	t.Logf("settled in %v", took)
	return model(t, p)
}

func TestSettle_AfterRedirects_IsAtTheLastPage(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{
		"script at once":  `<script>location.href = '/last'</script>`,
		"script on load":  `<script>onload = () => location.replace('/last')</script>`,
		"script later":    `<script>onload = () => setTimeout(() => location.replace('/last'), 20)</script>`,
		"meta refresh":    `<meta http-equiv=refresh content="0;url=/last">`,
		"meta in second":  `<meta http-equiv=refresh content="1; url=/last">`,
		"form by script":  `<form action=/last></form><script>onload = () => document.forms[0].submit()</script>`,
		"chain of two":    `<script>location.href = '/second'</script>`,
		"history replace": `<script>history.replaceState(null, '', '/elsewhere'); setTimeout(() => location.href = '/last')</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, html{"/": first + "<h1>First</h1>", "/second": `<h1>Second</h1><script>onload = () => location.href = '/last'</script>`, "/last": "<h1>Last</h1>"})
			require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))

			m := settleWithin(t, p, 0, 0, limit/2)

			require.Equal(t, []string{"Last"}, m.Headings)
		})
	}
}

// app answers a click with a request that takes a while, and shows the result, as single-page applications do.
func app(method string) string {
	return `<button id=b>Go</button><h1 id=h>Before</h1><script>b.onclick = async () => {
		b.disabled = true;
		const r = await fetch('/slow', {method: '` + method + `'});
		h.textContent = 'After ' + r.status }</script>`
}

func slow(pages html, delay time.Duration, status int) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "done")
	})
	return mux
}

func TestSettle_AfterASlowSubmit_WaitsForItsAnswer(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, slow(html{"/": app("POST")}, 2*time.Second, http.StatusUnauthorized))
	m := open(t, p, at("a.test", "/"))
	require.Equal(t, http.StatusOK, m.Status)
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))

	m = settleWithin(t, p, mark, time.Second, limit/2)

	require.Equal(t, []string{"After 401"}, m.Headings)
	require.Equal(t, http.StatusUnauthorized, m.SubmitStatus)
	require.Equal(t, http.StatusOK, m.Status)
}

func TestModel_SubmitStatus_IsTheSitesOwn(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		switch r.URL.Path {
		case "/collect":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/login":
			w.WriteHeader(http.StatusForbidden)
		default:
			_, _ = io.WriteString(w, `<!doctype html><button id=b onclick="fetch('http://analytics.test:' + location.port + '/collect', {method: 'POST'}); fetch('/login', {method: 'POST'})">Go</button>`)
		}
	}))
	m := open(t, p, at("shop.app.test", "/"))
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))

	m = settleWithin(t, p, mark, time.Second, limit/2)

	require.Equal(t, http.StatusForbidden, m.SubmitStatus)
}

func TestSettle_WithRequestsThatNeverEnd_DoesNotWaitForThem(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"long poll":    `fetch('/forever')`,
		"xhr":          `x = new XMLHttpRequest(); x.open('GET', '/forever'); x.send()`,
		"event stream": `new EventSource('/forever')`,
		"image":        `new Image().src = '/forever'`,
		"websocket":    `new WebSocket('ws://' + location.host + '/forever')`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := serve(t, forever(html{"/": "<h1>Ready</h1><script>" + code + "</script>"}))
			p := newPage(t) // ends before the site, which waits for its clients
			require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))

			settleWithin(t, p, 0, 0, 4*time.Second)
		})
	}
}

// forever serves pages, and holds requests of /forever until the client leaves.
func forever(pages html) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("/forever", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return mux
}

func TestSettle_WithAnimations_DoesNotWaitForThem(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<p id=x>0</p><script>setInterval(() => x.textContent++, 10); setInterval(() => x.style.left = Math.random() + 'px', 5)</script>`})
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))

	settleWithin(t, p, 0, 0, 5*time.Second)
}

func TestSettle_WhenNothingFollows_ReturnsAfterGrace(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<button id=b>Nothing</button><script>1</script>`})
	open(t, p, at("a.test", "/"))
	require.NoError(t, p.Settle(testContext(t), 0, 0, limit))
	begin := time.Now()

	require.NoError(t, p.Settle(testContext(t), p.Mark(), 300*time.Millisecond, limit))

	require.GreaterOrEqual(t, time.Since(begin), 300*time.Millisecond)
	require.Less(t, time.Since(begin), limit/2)
}

func TestSettle_WhenSomethingFollowsLate_WaitsForItWithinGrace(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<button id=b>Go</button><script>b.addEventListener('click', () => setTimeout(() => location.href = '/next', 400))</script>`, "/next": "<h1>Next</h1>"})
	m := open(t, p, at("a.test", "/"))
	require.NoError(t, p.Settle(testContext(t), p.Mark(), 100*time.Millisecond, limit))
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))

	require.Equal(t, []string{"Next"}, settleWithin(t, p, mark, 3*time.Second, limit/2).Headings)
}

func TestSettle_OfASlowDocument_WaitsUntilItIsRead(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><h1>Head</h1>"+strings.Repeat(" ", 4096))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(700 * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "<h1>Tail</h1>")
	}))
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))

	require.Equal(t, []string{"Head", "Tail"}, settleWithin(t, p, 0, 0, limit/2).Headings)
}

func TestSettle_AtItsLimit_Returns(t *testing.T) {
	t.Parallel()
	at := serve(t, forever(html{"/": `<form action=/forever method=post><button id=b>Go</button></form>`}))
	p := newPage(t) // ends before the site, which waits for its clients
	m := open(t, p, at("a.test", "/"))
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	begin := time.Now()

	require.NoError(t, p.Settle(testContext(t), mark, time.Second, 500*time.Millisecond))

	require.InDelta(t, 0.5, time.Since(begin).Seconds(), 0.4)
}

func TestSettle_OfADocumentWithoutScripts_NeedsNoQuietWindow(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": "<h1>Plain</h1><form><input name=u></form>"})
	open(t, p, at("a.test", "/"))
	best := time.Hour
	for range 5 {
		begin := time.Now()
		require.NoError(t, p.Settle(testContext(t), 0, 0, limit))
		best = min(best, time.Since(begin))
	}

	require.Less(t, best, 25*time.Millisecond)
}

func TestPressEnter_InAField_SubmitsItsForm(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form action=/next><input name=u onkeydown="document.title = event.key + event.isTrusted"><input type=submit></form>`, "/next": "<h1>Next</h1>"})
	m := open(t, p, at("a.test", "/"))
	mark := p.Mark()

	require.NoError(t, p.PressEnter(testContext(t), control(t, m, "u")))

	require.Equal(t, []string{"Next"}, settleWithin(t, p, mark, time.Second, limit/2).Headings)
}

func TestClick_BelowTheFold_ScrollsThereAndIsTrusted(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<style>html{scroll-behavior:smooth}</style><div style="height:5000px"></div><button id=b onclick="this.textContent = 'clicked ' + event.isTrusted">Go</button><header style="position:fixed;inset:0 0 auto 0;height:80px;background:#fff">Bar</header>`})
	m := open(t, p, at("a.test", "/"))

	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))

	shows(t, p, "clicked true")
}
