//go:build browser

package browser_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// isStopped reads the state of a process: "pid (comm) state …", proc_pid_stat(5).
func isStopped(t *testing.T, pid int) bool {
	t.Helper()
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false // it ended
	}
	return bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])[0][0] == 'T'
}

// stopped are the renderers of the keeper's browser that are stopped.
func stopped(t *testing.T, b *browser.Browser) []int {
	t.Helper()
	return slices.DeleteFunc(renderers(t, b), func(pid int) bool { return !isStopped(t, pid) })
}

// startSuspending starts a keeper that suspends frozen pages at once.
func startSuspending(t *testing.T, o browser.Options) *keptBench {
	t.Helper()
	return startKeeperThat(t, browser.KeeperOptions{Shell: o, SuspendAfter: time.Millisecond})
}

// comesToStop waits until so many renderers are stopped, and returns them.
func comesToStop(t *testing.T, b *browser.Browser, n int) []int {
	t.Helper()
	var pids []int
	require.Eventually(t, func() bool { pids = stopped(t, b); return len(pids) == n }, 10*time.Second, 10*time.Millisecond)
	return pids
}

// suspend freezes the page and waits until it is suspended.
func (k *keptBench) suspend(t *testing.T, p *browser.Page) {
	t.Helper()
	freeze(t, p)
	require.Eventually(t, func() bool { return k.isSuspended(t, p) }, 10*time.Second, 10*time.Millisecond)
}

// isSuspended tells what the keeper says of the page.
func (k *keptBench) isSuspended(t *testing.T, p *browser.Page) bool {
	t.Helper()
	contextID, _ := p.IDs()
	list, err := k.endpoint.Contexts(testContext(t), k.shell().ID)
	require.NoError(t, err)
	i := slices.IndexFunc(list, func(c browser.KeptContext) bool { return c.ID == contextID })
	require.GreaterOrEqual(t, i, 0)
	return list[i].Suspended
}

func TestSuspension_OfAFrozenPage_StopsItsProcessUntilItIsThawed(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{})
	b := k.connect(t)
	at := serve(t, html{"/": ticking})
	p, other := pageOf(t, b, browser.PageOptions{}), pageOf(t, b, browser.PageOptions{})
	open(t, p, at("a.test", "/"))
	open(t, other, at("a.test", "/"))
	require.Empty(t, stopped(t, b))

	k.suspend(t, p)
	comesToStop(t, b, 1)
	require.False(t, k.isSuspended(t, other))
	goesOn(t, other)
	k.suspend(t, other)
	comesToStop(t, b, 2)

	require.NoError(t, p.Thaw(testContext(t)))
	require.Len(t, stopped(t, b), 1)
	require.False(t, k.isSuspended(t, p))
	goesOn(t, p)
	require.Equal(t, []string{"pressed true"}, click(t, p, model(t, p), "b").Headings)
	k.suspend(t, p)
	comesToStop(t, b, 2)
	require.Equal(t, []string{"Code"}, model(t, other).Headings, "reading it continues it")
	require.Len(t, stopped(t, b), 1)
}

func TestSuspension_OfFramesAndWindows_StopsAllTheirProcesses(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.IsolateSites(browser.Options{}))
	b := k.connect(t)
	at := serve(t, html{"/": `<button id=b onclick="window.open('http://pop.test:' + location.port + '/in')">open</button><iframe src="/away"></iframe>`,
		"/away": `<script>location = 'http://sso.test:' + location.port + '/in'</script>`, "/in": `<h1>In</h1><input name=u>`})
	p := pageOf(t, b, browser.PageOptions{})
	m := open(t, p, at("bank.test", "/"))
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	require.Equal(t, []string{"In"}, settle(t, p, mark).Headings)

	k.suspend(t, p)
	require.Eventually(t, func() bool { return len(stopped(t, b)) >= 3 }, 10*time.Second, 10*time.Millisecond, "bank.test, sso.test and pop.test")
	require.NoError(t, p.Thaw(testContext(t)))
	require.Empty(t, stopped(t, b))
	require.Equal(t, []string{"In"}, model(t, p).Headings)
}

func TestSuspension_WhenItsClientIsKilled_LastsUntilTheNextOneTakesThePage(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{})
	at := serve(t, html{"/": halfFilled})
	first, second := k.connect(t), k.connect(t)
	p := pageOf(t, first, browser.PageOptions{})
	allowed := origins(at("a.test", "/"))
	m := open(t, p, at("a.test", "/"))
	require.NoError(t, fill(t, p, control(t, m, "u"), "ada", allowed))
	k.suspend(t, p)

	first.Cut()
	<-first.Lost()
	require.Eventually(t, func() bool {
		orphans, err := second.Orphans(testContext(t), 0)
		return err == nil && len(orphans) == 1
	}, 10*time.Second, 10*time.Millisecond)
	comesToStop(t, second, 1)

	again := adopt(t, second, p, browser.PageOptions{})
	require.Empty(t, stopped(t, second))
	m = model(t, again)
	require.NoError(t, fill(t, again, control(t, m, "code"), "123456", allowed))
	mark := again.Mark()
	require.NoError(t, again.Click(testContext(t), control(t, m, "b")))
	require.Equal(t, []string{"42 sid=1 ada,123456,"}, settle(t, again, mark).Headings)
}

func TestSuspension_OfAPageThatIsDisposedOf_EndsWithIt(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{})
	b := k.connect(t)
	at := serve(t, html{"/": `<h1>Code</h1><script>onbeforeunload = (e) => e.preventDefault(); onunload = () => { for (;;); }</script>`})
	p := pageOf(t, b, browser.PageOptions{})
	before := len(renderers(t, b))
	open(t, p, at("a.test", "/"))
	k.suspend(t, p)
	comesToStop(t, b, 1)
	require.NoError(t, p.Close(testContext(t)))
	require.Eventually(t, func() bool { return len(renderers(t, b)) <= before && len(stopped(t, b)) == 0 }, 10*time.Second, 20*time.Millisecond)
	require.Zero(t, k.keeper.Contexts())
}

func TestSuspension_WhenTheKeeperStops_LeavesNothing(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{})
	b := k.connect(t)
	p := pageOf(t, b, browser.PageOptions{})
	open(t, p, serve(t, html{"/": `<h1>Code</h1>`})("a.test", "/"))
	k.suspend(t, p)
	pids := comesToStop(t, b, 1)
	require.NoError(t, k.keeper.Close(testContext(t)))
	for _, pid := range pids {
		require.NoFileExists(t, "/proc/"+strconv.Itoa(pid)+"/stat")
	}
}

func TestSuspension_OfAPageWithAServiceWorker_IsLeftOut(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{IgnoreCertificateErrors: true})
	b := k.connect(t)
	mux := http.NewServeMux()
	mux.Handle("/", html{"/": `<h1>Code</h1><script>active = false; navigator.serviceWorker.register('/worker.js'); navigator.serviceWorker.ready.then(() => active = true)</script>`})
	mux.Handle("/plain", html{"/plain": `<h1>Code</h1>`})
	mux.HandleFunc("/worker.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write([]byte("onpush = () => 0"))
	})
	site := httptest.NewTLSServer(mux)
	t.Cleanup(func() { site.CloseClientConnections(); site.Close() })
	p := pageOf(t, b, browser.PageOptions{})
	open(t, p, strings.Replace(site.URL, "127.0.0.1", "a.test", 1))
	require.Eventually(t, func() bool { return eval[bool](t, p, "active") }, 10*time.Second, 20*time.Millisecond)
	freeze(t, p)
	later := pageOf(t, b, browser.PageOptions{})
	open(t, later, strings.Replace(site.URL, "127.0.0.1", "b.test", 1)+"/plain")
	k.suspend(t, later)
	require.False(t, k.isSuspended(t, p))
	comesToStop(t, b, 1)
}

func TestSuspension_OfWhatIsNoFrozenPagesRenderer_IsRefused(t *testing.T) {
	t.Parallel()
	k := startSuspending(t, browser.Options{})
	b := k.connect(t)
	at := serve(t, html{"/": `<h1>Code</h1>`})
	p, other := pageOf(t, b, browser.PageOptions{}), pageOf(t, b, browser.PageOptions{})
	open(t, p, at("a.test", "/"))
	open(t, other, at("a.test", "/"))
	all := renderers(t, b)
	suspend := func(p *browser.Page, pids ...int) error {
		contextID, _ := p.IDs()
		return k.endpoint.Suspend(testContext(t), k.shell().ID, contextID, pids)
	}
	require.NoError(t, suspend(p, all...), "it is not frozen, which the keeper sees later")
	k.suspend(t, other)
	pid := comesToStop(t, b, 1)
	require.False(t, k.isSuspended(t, p))
	require.NoError(t, suspend(p, pid...), "that of another one's")
	for _, no := range []int{os.Getpid(), k.shell().PID, 1, 0, -1} {
		require.Error(t, suspend(other, no), no)
		require.False(t, no > 0 && isStopped(t, no), no)
	}
	require.ErrorIs(t, k.endpoint.Suspend(testContext(t), "br_none", "none", pid), browser.ErrBrowserLost)
	require.NoError(t, k.endpoint.Suspend(testContext(t), k.shell().ID, "none", pid), "there is no such context, which the keeper sees later")

	k.suspend(t, p)
	both := comesToStop(t, b, 2)
	require.Contains(t, both, pid[0], "none of it continued the one that is suspended")
	require.NoError(t, p.Thaw(testContext(t)))
	require.Equal(t, pid, comesToStop(t, b, 1))
}
