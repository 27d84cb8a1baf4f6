//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// sso is a site whose button opens a window with a form; the window tells its opener and closes.
func sso(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.URL.Path {
		case "/":
			_, _ = io.WriteString(w, `<!doctype html><h1>Opener</h1><button id=b onclick="window.open('/popup', 'sso', 'width=400,height=300')">Sign in</button>
				<script>addEventListener('message', e => document.querySelector('h1').textContent = 'Signed in as ' + e.data)</script>`)
		case "/popup":
			_, _ = io.WriteString(w, `<!doctype html><h1>Popup</h1><form method=post action=/popup/in><input name=u><button id=go>Go</button></form>`)
		case "/popup/in":
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `<!doctype html><h1>Done</h1><button id=x onclick="opener.postMessage('`+r.FormValue("u")+`', '*'); window.close()">Continue</button>`)
		default:
			http.NotFound(w, r)
		}
	})
}

func click(t *testing.T, p *browser.Page, m *login.PageModel, name string) *login.PageModel {
	t.Helper()
	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, name)))
	require.NoError(t, p.Settle(testContext(t), mark, time.Second, 10*time.Second))
	return model(t, p)
}

func TestPopup_WhileItIsOpen_IsThePage(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, sso(http.StatusForbidden))
	m := open(t, p, at("a.test", "/"))
	require.False(t, m.Popup)

	m = click(t, p, m, "b")

	require.True(t, m.Popup)
	require.Equal(t, []string{"Popup"}, m.Headings)
	require.Equal(t, http.StatusOK, m.Status, "also of the document that was there before we looked")
	require.NoError(t, fill(t, p, control(t, m, "u"), "ada", origins(at("a.test", "/"))))
	require.ErrorIs(t, fill(t, p, control(t, m, "u"), "ada", origins(at("b.test", "/"))), login.ErrOriginNotAllowed)

	m = click(t, p, m, "go")
	require.Equal(t, []string{"Done"}, m.Headings)
	require.Equal(t, http.StatusForbidden, m.Status)
	require.Equal(t, http.StatusForbidden, m.SubmitStatus)

	m = click(t, p, m, "x")
	require.False(t, m.Popup)
	require.Equal(t, []string{"Signed in as ada"}, m.Headings)
	require.Equal(t, http.StatusOK, m.Status)
	select {
	case <-p.Lost():
		require.Fail(t, "the page goes on without its popup")
	default:
	}
}

func TestPopup_OfAControlThatWasModelledBefore_IsADocumentChange(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, sso(http.StatusOK))
	before := open(t, p, at("a.test", "/"))
	m := click(t, p, before, "b")

	require.ErrorIs(t, p.Click(testContext(t), control(t, before, "b")), login.ErrDocumentChanged)

	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")), "a navigation closes the popups")
	require.ErrorIs(t, fill(t, p, control(t, m, "u"), "ada", origins(at("a.test", "/"))), login.ErrDocumentChanged)
	require.False(t, settle(t, p, p.Mark()).Popup)
}

func TestPopup_WithoutAnOpener_IsThePageToo(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<a id=b href=/tab target=_blank rel=noopener>Open</a>`, "/tab": "<h1>Tab</h1>"})

	m := click(t, p, open(t, p, at("a.test", "/")), "b")

	require.True(t, m.Popup)
	require.Equal(t, []string{"Tab"}, m.Headings)
}

func TestPopup_ThatIsBlank_DoesNotHideThePage(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<h1>Opener</h1><button id=b onclick="w = window.open('about:blank')">Open</button><button id=c onclick="w.document.write('<h1>Written</h1>')">Write</button>`})
	m := click(t, p, open(t, p, at("a.test", "/")), "b")
	require.Equal(t, []string{"Opener"}, m.Headings)

	require.Equal(t, []string{"Written"}, click(t, p, m, "c").Headings)
}

func TestOpenBeside_ShowsTheOtherWindow_UntilItIsClosed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, sso(http.StatusOK))
	open(t, p, at("a.test", "/"))

	mark := p.Mark()
	require.NoError(t, p.OpenBeside(testContext(t), at("a.test", "/popup")))
	require.NoError(t, p.Settle(testContext(t), mark, time.Second, 10*time.Second))
	m := model(t, p)
	require.True(t, m.Popup)
	require.Equal(t, []string{"Popup"}, m.Headings)
	require.Equal(t, http.StatusOK, m.Status)

	require.NoError(t, p.CloseBeside(testContext(t)))
	m = model(t, p)
	require.False(t, m.Popup)
	require.Equal(t, []string{"Opener"}, m.Headings)
	require.NoError(t, p.CloseBeside(testContext(t)), "there is none any more")
}

func TestPopups_InAFlood_AreLimited(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<h1>Opener</h1><button id=b onclick="
			ws = []; for (let i = 0; i < 12; i++) ws.push(window.open('/popup'));
			setInterval(() => document.title = 'open ' + ws.filter(w => w && !w.closed).length, 20)">Open</button>`,
		"/popup": "<h1>Popup</h1><script>onload = () => setTimeout(close, 1500)</script>"})
	m := open(t, p, at("a.test", "/"))

	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))

	require.Eventually(t, func() bool { return model(t, p).Title == "open 0" }, 20*time.Second, 20*time.Millisecond,
		"three close by themselves, the others are closed")
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/popup")))
}

func TestPage_WhoseScriptClosesItsWindow_GoesOn(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<h1>Still here</h1><button id=b onclick="window.close(); self.opener = self; window.open('', '_self').close()">Close</button>`})

	m := click(t, p, open(t, p, at("a.test", "/")), "b")

	require.Equal(t, []string{"Still here"}, m.Headings, "Chromium lets scripts close only what they opened")
}

func TestPage_WhoseWindowCloses_IsLost(t *testing.T) {
	t.Parallel()
	b := own(t)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	at := serve(t, html{"/": "<h1>Page</h1>"})
	open(t, p, at("a.test", "/"))
	require.NoError(t, p.CloseWindow(testContext(t)))

	select {
	case <-p.Lost():
	case <-time.After(fast):
		require.Fail(t, "the page does not know that its window closed")
	}

	_, err = p.Model(testContext(t))
	require.ErrorIs(t, err, login.ErrPageLost)
	require.ErrorIs(t, p.Settle(testContext(t), 0, time.Minute, time.Minute), login.ErrPageLost)
	require.NoError(t, p.Close(testContext(t)))
	servesOn(t, b.browser)
}

// servesOn shows that the browser serves the next page; also in a cleanup.
func servesOn(t *testing.T, b *browser.Browser) {
	t.Helper()
	ctx := testContextOf(t)
	at := serve(t, html{"/": "<h1>Next</h1>"})
	p, err := b.NewPage(ctx, browser.PageOptions{})
	require.NoError(t, err)
	mark := p.Mark()
	require.NoError(t, p.Navigate(ctx, at("next.test", "/")))
	require.NoError(t, p.Settle(ctx, mark, 0, 10*time.Second))
	m, err := p.Model(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"Next"}, m.Headings)
	require.NoError(t, p.Close(ctx))
	require.False(t, b.Worn())
}
