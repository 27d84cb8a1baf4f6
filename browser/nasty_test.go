//go:build browser

package browser_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// nasty opens a page of its own browser, which must serve the next page afterwards.
func nasty(t *testing.T, h http.Handler) (*browser.Page, func(host, path string) string) {
	t.Helper()
	b := own(t)
	at := serve(t, h)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, p.Close(context.Background()))
		servesOn(t, b.browser)
	})
	return p, at
}

func TestPage_Of20000Nodes_IsReadInBoundedTime(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 4000 {
		_, _ = fmt.Fprintf(&body, `<div class="row item%d"><p>Some <b>text</b> here</p><a href="/x%d">link</a></div>`, i, i)
	}
	body.WriteString(`<form><h1>Sign in</h1><input name=last type=password><button>Go</button></form>`)
	p, at := nasty(t, html{"/": body.String()})
	m := open(t, p, at("a.test", "/"))
	best := time.Hour
	for range 5 {
		begin := time.Now()
		m = model(t, p)
		best = min(best, time.Since(begin))
	}

	t.Logf("model of 20,000 nodes: %v", best)
	require.Equal(t, "last", control(t, m, "last").Name, "the form is found, wherever it stands")
	require.True(t, m.Truncated)
	require.Less(t, best, time.Second, "also on a machine that is busy")
}

func TestPage_WithHugeText_IsCut(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("word ", 4<<20)
	p, at := nasty(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><h1>Big</h1><input name=u><p class=error>"+huge+"</p><button>"+huge[:1<<20]+"</button>")
	}))
	open(t, p, at("a.test", "/"))
	begin := time.Now()

	m := model(t, p)

	t.Logf("model of a page of 20 MB: %v", time.Since(begin))
	require.Less(t, time.Since(begin), 9*time.Second, "below the bound of a call, also on a machine that is busy")
	require.LessOrEqual(t, len(m.Text), 4000)
	require.Equal(t, "u", control(t, m, "u").Name)
	require.Empty(t, m.Alerts)
}

func TestPage_ThatRedirectsForEver_IsALoadError(t *testing.T) {
	t.Parallel()
	p, at := nasty(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/"+r.URL.Path[1:]+"x", http.StatusFound)
	}))

	err := p.Navigate(testContext(t), at("a.test", "/"))

	load, ok := errors.AsType[*login.LoadError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "ERR_TOO_MANY_REDIRECTS", load.Reason)
}

func TestPage_WhoseScriptsRedirectForEver_SettlesAtTheLimit(t *testing.T) {
	t.Parallel()
	p, at := nasty(t, html{"/": `<h1>Loop</h1><script>location.replace('/?' + Math.random())</script>`})
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
	begin := time.Now()

	require.NoError(t, p.Settle(testContext(t), 0, 0, 2*time.Second))

	require.Less(t, time.Since(begin), 4*time.Second)
	_, err := p.Model(testContext(t))
	if err != nil {
		require.ErrorIs(t, err, login.ErrDocumentChanged, "a model or this, nothing else")
	}
	require.Less(t, time.Since(begin), 10*time.Second)
}

func TestPage_ThatNeverSettles_IsReadAtTheLimit(t *testing.T) {
	t.Parallel()
	p, at := nasty(t, forever(html{"/": `<h1>Restless</h1><input name=u><i id=x></i><script>
		setInterval(() => fetch('/tick?' + Math.random(), {method: 'POST'}), 5);
		setInterval(() => x.textContent = Math.random(), 1);
		new WebSocket('ws://' + location.host + '/forever'); fetch('/forever', {method: 'POST'}); new EventSource('/forever')</script>`}))
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
	begin := time.Now()

	require.NoError(t, p.Settle(testContext(t), 0, 0, 2*time.Second))

	require.InDelta(t, 2, time.Since(begin).Seconds(), 1)
	require.Equal(t, []string{"Restless"}, model(t, p).Headings)
}

func TestPage_WithDialogsOnLoad_IsReadAllTheSame(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"some":    `alert('a'); document.title = confirm('b') + String(prompt('c')); onbeforeunload = e => e.preventDefault()`,
		"on load": `onload = () => { for (let i = 0; i < 5; i++) alert(i) }`,
		"endless": `for (;;) alert('again')`,
		"timers":  `setInterval(() => alert('again'), 1)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, at := nasty(t, html{"/": `<h1>Talkative</h1><input name=u><script>` + script + `</script>`, "/next": "<h1>Next</h1>"})
			begin := time.Now()
			require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
			require.NoError(t, p.Settle(testContext(t), 0, 0, 3*time.Second))

			require.Equal(t, []string{"Talkative"}, model(t, p).Headings)
			require.Equal(t, []string{"Next"}, open(t, p, at("a.test", "/next")).Headings)
			t.Logf("took %v", time.Since(begin))
			require.Less(t, time.Since(begin), 12*time.Second)
		})
	}
}

func TestPage_WhoseScriptNeverEnds_IsATypedErrorAndThenReadable(t *testing.T) {
	t.Parallel()
	p, at := nasty(t, html{"/": `<h1>Busy</h1><script>setTimeout(() => { while (true) {} }, 50)</script>`})
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
	require.Eventually(t, func() bool { // until the loop has begun
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := p.Model(ctx)
		return errors.Is(err, context.DeadlineExceeded)
	}, 5*time.Second, 50*time.Millisecond)
	begin := time.Now()

	_, err := p.Model(testContext(t))

	require.Less(t, time.Since(begin), 15*time.Second)
	load, ok := errors.AsType[*login.LoadError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "ERR_TIMED_OUT", load.Reason)
	require.Equal(t, []string{"Busy"}, model(t, p).Headings, "the script was stopped")
}

func TestPage_WhoseSubmitDownloads_SaysSo(t *testing.T) {
	t.Parallel()
	p, at := nasty(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			w.Header().Set("Content-Disposition", "attachment; filename=report.bin")
			_, _ = io.WriteString(w, "data")
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!doctype html><h1>Form</h1><form action=/file method=post><button id=b>Go</button></form><form action="/next"><button id=c>Next</button></form>`)
	}))
	m := open(t, p, at("a.test", "/"))
	require.False(t, m.Downloaded)
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	require.NoError(t, p.Settle(testContext(t), mark, time.Second, 10*time.Second))
	require.Eventually(t, func() bool { return model(t, p).Downloaded }, 5*time.Second, 10*time.Millisecond)
	m = model(t, p)
	require.Equal(t, []string{"Form"}, m.Headings)
	require.Equal(t, http.StatusOK, m.SubmitStatus)

	m = click(t, p, m, "c")

	require.False(t, m.Downloaded, "of the last act only")
	_, ok := errors.AsType[*login.LoadError](p.Navigate(testContext(t), at("a.test", "/file")))
	require.True(t, ok)
	require.Eventually(t, func() bool { return model(t, p).Downloaded }, 5*time.Second, 10*time.Millisecond)
}

func TestPage_WhoseRendererCrashes_IsLost(t *testing.T) {
	t.Parallel()
	b := own(t)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	begin := time.Now()

	require.Error(t, p.Navigate(testContext(t), "chrome://crash"))

	select {
	case <-p.Lost():
	case <-time.After(fast):
		require.Fail(t, "the page does not know that it crashed")
	}
	_, err = p.Model(testContext(t))
	require.ErrorIs(t, err, login.ErrPageLost)
	require.Less(t, time.Since(begin), 5*time.Second)
	require.NoError(t, p.Close(context.Background()))
	servesOn(t, b.browser)
}
