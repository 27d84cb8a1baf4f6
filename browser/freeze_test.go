//go:build browser

package browser_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// ticking is a page that counts without showing it, by everything that counts, and notes what it is told.
const ticking = `<h1>Code</h1><form onsubmit="return false"><input name=code><button id=b onclick="document.querySelector('h1').textContent = 'pressed ' + event.isTrusted">go</button></form>
<iframe srcdoc="<script>setInterval(() => parent.ticks.frame++, 5)</script>"></iframe>
<script>ticks = {timer: 0, draws: 0, frame: 0}; told = []; setInterval(() => ticks.timer++, 5);
(function draw() { ticks.draws++; requestAnimationFrame(draw) })();
for (const what of ['resize', 'freeze', 'resume', 'visibilitychange']) for (const x of [window, document]) x.addEventListener(what, (e) => e.eventPhase === 2 && told.push(what));
narrow = matchMedia('(max-width: 600px)'); narrow.addEventListener('change', (e) => told.push('narrow ' + e.matches));
new ResizeObserver(() => told.push('size ' + document.body.clientWidth)).observe(document.body);
</script>`

// briefly is long enough for what a page loads by itself, and short enough for tests.
const briefly = 300 * time.Millisecond

// freeze freezes the page once it is quiet.
func freeze(t *testing.T, p *browser.Page) {
	t.Helper()
	require.Eventually(t, func() bool {
		frozen, err := p.Freeze(testContext(t), briefly)
		require.NoError(t, err)
		return frozen
	}, 20*time.Second, 20*time.Millisecond)
}

// refuses fails when the page is frozen within a few times the time after which a quiet one is.
func refuses(t *testing.T, p *browser.Page) {
	t.Helper()
	for end := time.Now().Add(5 * briefly); time.Now().Before(end); <-time.After(briefly / 6) {
		frozen, err := p.Freeze(testContext(t), briefly)
		require.NoError(t, err)
		require.False(t, frozen)
	}
}

func eval[T any](t *testing.T, p *browser.Page, expression string) T {
	t.Helper()
	text, err := p.Eval(testContext(t), expression)
	require.NoError(t, err)
	var v T
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

type ticks struct{ Timer, Draws, Frame int }

// stands fails when the page goes on.
func stands(t *testing.T, p *browser.Page) {
	t.Helper()
	before := eval[ticks](t, p, "ticks")
	<-time.After(briefly)
	require.Equal(t, before, eval[ticks](t, p, "ticks"))
}

// goesOn fails when anything of the page does not.
func goesOn(t *testing.T, p *browser.Page) {
	t.Helper()
	before := eval[ticks](t, p, "ticks")
	require.Eventually(t, func() bool {
		now := eval[ticks](t, p, "ticks")
		return now.Timer > before.Timer && now.Draws > before.Draws && now.Frame > before.Frame
	}, 10*time.Second, 20*time.Millisecond)
}

func TestFreeze_OfAQuietPage_StopsItUntilItIsThawed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": ticking})
	open(t, p, at("a.test", "/"))
	goesOn(t, p)
	seen := eval[[]string](t, p, "told")

	freeze(t, p)
	stands(t, p)
	require.Equal(t, []string{"Code"}, model(t, p).Headings, "it can be read")
	require.NoError(t, p.Thaw(testContext(t)))
	require.NoError(t, p.Thaw(testContext(t)), "which may be repeated")

	goesOn(t, p)
	require.Equal(t, append(seen, "visibilitychange", "freeze", "resume", "visibilitychange"), eval[[]string](t, p, "told"),
		"as when a person looks at another window; of sizes it learns nothing")
	require.Equal(t, []string{"pressed true"}, click(t, p, model(t, p), "b").Headings)
}

func TestFreeze_OfFramesInProcessesOfTheirOwn_StopsThem(t *testing.T) {
	t.Parallel()
	b, err := isolated()
	require.NoError(t, err)
	at := serve(t, html{"/": `<h1>Outer</h1><iframe id=f></iframe><script>ticks = {}; onmessage = (e) => ticks = e.data; f.src = 'http://sso.test:' + location.port + '/in'</script>`,
		"/in": `<script>n = 0; d = 0; (function draw() { d++; requestAnimationFrame(draw) })(); setInterval(() => parent.postMessage({timer: ++n, frame: n, draws: d}, '*'), 5)</script>`})
	p := pageWith(t, b, browser.PageOptions{})
	open(t, p, at("bank.test", "/"))
	require.Equal(t, 2, p.Sessions())
	goesOn(t, p)

	freeze(t, p)
	stands(t, p)
	require.NoError(t, p.Thaw(testContext(t)))
	goesOn(t, p)
}

func TestFreeze_OfAPageThatLivesByItself_IsRefused(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/", html{
		"/countdown": `<p id=p>60</p><script>setInterval(() => p.textContent--, 50)</script>`,
		"/polling":   `<script>setInterval(() => fetch('/there'), 50)</script>`,
		"/pixels":    `<script>setInterval(() => new Image().src = '/there?' + Math.random(), 50)</script>`,
		"/beacons":   `<script>setInterval(() => navigator.sendBeacon('/there'), 50)</script>`,
		"/long-poll": `<script>fetch('/slow')</script>`,
		"/stream":    `<script>new EventSource('/slow')</script>`,
		"/frame":     `<iframe srcdoc="<script>setInterval(() => fetch('/there'), 50)</script>"></iframe>`,
		"/refresh":   `<meta http-equiv=refresh content="3600">`,
		"/reloading": `<script>setTimeout(() => location.reload(), 100)</script>`,
		"/worker":    `<script>new Worker(URL.createObjectURL(new Blob(['setInterval(() => 0, 1000)'])))</script>`,
		"/window":    `<button id=b onclick="window.open('/countdown')">open</button>`,
		"/there":     "",
	})
	mux.HandleFunc("/header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Refresh", "3600") })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	at := serve(t, mux)
	for _, path := range []string{
		"/countdown", "/polling", "/pixels", "/beacons", "/long-poll", "/stream", "/frame", "/refresh", "/header", "/reloading", "/worker", "/window",
	} {
		t.Run(path[1:], func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			m := open(t, p, at("a.test", path))
			if path == "/window" {
				click(t, p, m, "b")
			}
			refuses(t, p)
		})
	}
}

func TestThaw_WhenSomethingWasDueMeanwhile_IsSettledAfterIt(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<h1>Code</h1><script>setTimeout(() => location.href = '/expired', 2000)</script>`, "/expired": "<h1>Expired</h1>"})
	open(t, p, at("a.test", "/"))
	freeze(t, p)
	<-time.After(2 * time.Second)
	require.Equal(t, []string{"Code"}, model(t, p).Headings)

	mark := p.Mark()
	require.NoError(t, p.Thaw(testContext(t)))

	require.Equal(t, []string{"Expired"}, settle(t, p, mark).Headings)
}

func TestFreeze_WhenWhoDidItIsKilled_EndsWithTheAdoption(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	at := serve(t, html{"/": ticking})
	first := k.connect(t)
	p := pageOf(t, first, browser.PageOptions{})
	open(t, p, at("a.test", "/"))
	freeze(t, p)
	stood := eval[ticks](t, p, "ticks")
	seen := eval[[]string](t, p, "told")
	other := pageOf(t, first, browser.PageOptions{})
	first.Cut()
	<-first.Lost()

	second := k.connect(t)
	theOther, _ := other.IDs()
	require.Eventually(t, func() bool {
		wakeful, err := second.Wakeful(testContext(t))
		require.NoError(t, err)
		return slices.Equal(wakeful, []string{theOther})
	}, 10*time.Second, 20*time.Millisecond, "who comes next learns which pages still go on")
	again := adopt(t, second, p, browser.PageOptions{})

	require.Less(t, eval[ticks](t, again, "ticks").Timer-stood.Timer, 50, "it stood still meanwhile")
	goesOn(t, again)
	require.Equal(t, []string{"pressed true"}, click(t, again, model(t, again), "b").Headings)
	told := eval[[]string](t, again, "told")[len(seen):]
	require.NotContains(t, told, "narrow true", "it was never drawn in another size")
	require.NotContains(t, told, "size 1")
	freeze(t, again)
	stands(t, again)
}
