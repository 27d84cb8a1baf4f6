//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

var isolated = sync.OnceValues(func() (*bench, error) {
	ctx, cancel := contextForAll()
	defer cancel()
	b, err := launch(ctx, browser.IsolateSites(browser.Options{}))
	if err == nil {
		atEnd = append(atEnd, b.end)
	}
	return b, err
})

// nested is a site whose pages frame others, and a form at the end.
func nested(t *testing.T) (at func(host, path string) string, framed func(hosts ...string) string) {
	t.Helper()
	at = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<!doctype html><h1>Refused</h1>`)
			return
		}
		if inner := r.URL.Query().Get("frame"); inner != "" {
			_, _ = io.WriteString(w, `<!doctype html><body style="margin:0"><h1>Outer</h1><iframe style="border:5px solid;margin:20px" width=600 height=500 src="`+inner+`"></iframe>`)
			return
		}
		_, _ = io.WriteString(w, `<!doctype html><h1>Form</h1><form method=post><input name=f type=password><input name=g class=box maxlength=1><input name=h class=box maxlength=1><button id=go>Go</button></form>
			<p id=out></p><button id=b onclick="out.textContent = 'pressed ' + event.isTrusted">Press</button>`)
	}))
	return at, func(hosts ...string) string {
		u := at(hosts[len(hosts)-1], "/")
		for i := len(hosts) - 2; i >= 0; i-- {
			u = at(hosts[i], "/?frame="+url.QueryEscape(u))
		}
		return u
	}
}

func TestFrames_InProcessesOfTheirOwn_AreReadAndUsed(t *testing.T) {
	t.Parallel()
	b, err := isolated()
	require.NoError(t, err)
	at, framed := nested(t)
	for name, hosts := range map[string][]string{
		"one frame":      {"bank.test", "sso.test"},
		"two frames":     {"bank.test", "sso.test", "id.test"},
		"a further site": {"bank.test", "sso.test", "other.bank.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pageWith(t, b, browser.PageOptions{})
			allowed := origins(at("bank.test", "/"), "sso.test", "id.test", "other.bank.test")
			m := open(t, p, framed(hosts...))
			require.Len(t, m.Frames, len(hosts))
			require.Equal(t, len(hosts), p.Sessions(), "each in a process of its own")
			require.Equal(t, strings.Repeat("Outer ", len(hosts)-1)+"Form", strings.Join(m.Headings, " "))

			require.ErrorIs(t, fill(t, p, control(t, m, "f"), canary, origins(at("bank.test", "/"), "id.test")), login.ErrOriginNotAllowed)
			require.NoError(t, fill(t, p, control(t, m, "f"), canary, allowed))
			require.NoError(t, typeKeys(t, p, control(t, m, "f"), "by keys", allowed))
			require.NoError(t, p.FillBoxes(testContext(t), []login.Control{control(t, m, "g"), control(t, m, "h")}, session.NewSecret("12"), allowed))
			require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
			shows(t, p, "pressed true")
			picture(t, p, keep, false)

			m = click(t, p, model(t, p), "go")
			require.Equal(t, "Refused", m.Headings[len(m.Headings)-1])
			require.Equal(t, http.StatusForbidden, m.SubmitStatus, "of the frame in which it was done")
			require.Equal(t, http.StatusOK, m.Status)
		})
	}
}

func TestFrames_InOneProcess_GiveTheirSubmitStatus(t *testing.T) {
	t.Parallel()
	_, framed := nested(t)
	p := newPage(t)

	m := click(t, p, open(t, p, framed("bank.test", "sso.test")), "go")

	require.Equal(t, http.StatusForbidden, m.SubmitStatus)
	require.Equal(t, http.StatusOK, m.Status)
}
