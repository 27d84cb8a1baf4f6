//go:build browser

package browser_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// fast is far below any bound of a call: what takes longer waited for something.
const fast = 2 * time.Second

func TestPage_WhenItsRendererDies_IsLostAtOnce(t *testing.T) {
	t.Parallel()
	b := own(t)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	at := serve(t, html{"/": "<form><input name=u></form>"})
	m := open(t, p, at("a.test", "/"))

	for _, pid := range renderers(t, b.browser) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}

	select {
	case <-p.Lost():
	case <-time.After(10 * time.Second):
		require.Fail(t, "the page does not know that it crashed")
	}
	begin := time.Now()
	require.ErrorIs(t, p.Click(testContext(t), control(t, m, "u")), login.ErrPageLost)
	_, err = p.Model(testContext(t))
	require.ErrorIs(t, err, login.ErrPageLost)
	require.ErrorIs(t, p.Settle(testContext(t), 0, time.Minute, time.Minute), login.ErrPageLost)
	_, err = p.Capture(testContext(t))
	require.NoError(t, err, "the cookies outlive the page")
	require.Less(t, time.Since(begin), fast)
	require.NoError(t, p.Close(testContext(t)))

	again, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err, "the browser itself goes on")
	require.NoError(t, again.Navigate(testContext(t), at("a.test", "/")))
	require.NoError(t, again.Close(testContext(t)))
}

func TestPage_WhenTheBrowserDiesDuringACall_FailsAtOnce(t *testing.T) {
	t.Parallel()
	b := own(t)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	entered, leave := make(chan struct{}), make(chan struct{})
	at := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-leave
	}))
	t.Cleanup(func() { close(leave) })
	failed := make(chan error, 1)
	go func() { failed <- p.Navigate(context.Background(), at("a.test", "/")) }()
	<-entered
	begin := time.Now()

	require.NoError(t, syscall.Kill(b.browser.PID(), syscall.SIGKILL))

	require.ErrorIs(t, <-failed, login.ErrPageLost)
	<-b.browser.Lost()
	require.ErrorIs(t, p.Navigate(testContext(t), "about:blank"), login.ErrPageLost)
	_, err = p.Capture(testContext(t))
	require.ErrorIs(t, err, login.ErrPageLost)
	require.Less(t, time.Since(begin), fast)
}

func TestPage_AfterClose_IsLost(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	require.NoError(t, p.Close(testContext(t)))
	require.NoError(t, p.Close(testContext(t)), "closing twice is harmless")

	require.ErrorIs(t, p.Navigate(testContext(t), "about:blank"), login.ErrPageLost)
}

func TestPage_OutlivesTheContextItWasMadeWith(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	p, err := b.browser.NewPage(ctx, browser.PageOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	cancel()
	at := serve(t, html{"/": "<h1>Still here</h1>"})

	require.Equal(t, []string{"Still here"}, open(t, p, at("a.test", "/")).Headings)
	context1, target := p.IDs()
	require.NotEmpty(t, context1)
	require.NotEmpty(t, target)
}

func TestPage_WhenTheCallersContextEnds_ReturnsAndLives(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	leave := make(chan struct{})
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-leave
		}
		_, _ = w.Write([]byte("<h1>quick</h1>"))
	}))
	t.Cleanup(func() { close(leave) })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, p.Navigate(ctx, at("a.test", "/slow")), context.DeadlineExceeded)

	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
}

func TestPage_WithDialogs_GoesOn(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{
		"/":     `<h1>One</h1><button id=b onclick="alert(' Wrong  password '); document.body.append(String(confirm('y')), prompt('z'))">ask</button><script>addEventListener('beforeunload', e => e.preventDefault())</script>`,
		"/next": "<h1>Two</h1>",
	})
	m := open(t, p, at("a.test", "/"))
	mark := p.Mark()

	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	m = settle(t, p, mark)
	require.Contains(t, m.Text, "falsenull")
	require.Equal(t, []string{"Wrong password", "y", "z"}, m.Alerts, "what dialogs say is said by the site")

	require.Equal(t, []string{"Two"}, open(t, p, at("a.test", "/next")).Headings)
}
