//go:build browser

package browser_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// loginSite is a form that comes again after each submit, with what was typed in its markup.
func loginSite(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	_, _ = w.Write([]byte(`<h1>Sign in</h1><form method=post action="/` + r.FormValue("u") + `"><input name=u value="` + r.FormValue("u") +
		`"><input name=p type=password value="` + r.FormValue("p") + `"><button id=b>go</button></form>`))
}

func TestUnsent_TellsAFormThatWasFilledInAndNeverSubmitted_AlsoToTheNextClient(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	at := serve(t, http.HandlerFunc(loginSite))
	allowed := origins(at("a.test", "/"))
	first := k.connect(t)
	p := pageOf(t, first, browser.PageOptions{})
	m := open(t, p, at("a.test", "/"))
	require.False(t, control(t, m, "p").Unsent, "nothing was filled in")
	fillBoth := func(m *login.PageModel) *login.PageModel {
		for _, name := range []string{"u", "p"} {
			require.NoError(t, fill(t, p, control(t, m, name), "ada", allowed))
		}
		return model(t, p)
	}
	require.True(t, control(t, fillBoth(m), "p").Unsent)

	first.Cut()
	<-first.Lost()
	p = adopt(t, k.connect(t), p, browser.PageOptions{})
	m = model(t, p)
	require.True(t, control(t, m, "p").Unsent, "the browser remembers, not the client")

	mark := p.Mark()
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	m = settle(t, p, mark)
	require.True(t, control(t, m, "p").Filled)
	require.False(t, control(t, m, "p").Unsent, "the site filled it in: it was submitted")
	m = fillBoth(m)
	require.False(t, control(t, m, "p").Unsent, "it cannot be told from what the markup says")
}

func TestUnsent_AfterAClickOrAKeyInTheSameDocument_IsNotKnown(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form onsubmit="return false"><input name=u><input name=p type=password><button id=b>go</button></form>`})
	allowed := origins(at("a.test", "/"))
	for name, act := range map[string]func(m *login.PageModel) error{
		"a click": func(m *login.PageModel) error { return p.Click(testContext(t), control(t, m, "b")) },
		"Enter":   func(m *login.PageModel) error { return p.PressEnter(testContext(t), control(t, m, "p")) },
	} {
		m := open(t, p, at("a.test", "/"))
		require.NoError(t, fill(t, p, control(t, m, "p"), "correct horse", allowed))
		m = model(t, p)
		require.True(t, control(t, m, "p").Unsent, "%s: a new document knows nothing of the one before", name)
		require.NoError(t, act(m))
		require.True(t, control(t, model(t, p), "p").Filled)
		require.False(t, control(t, model(t, p), "p").Unsent, name)
	}
}
