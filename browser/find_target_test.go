//go:build browser

package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

const targetsPage = `<form><label for=u>User name *</label><input id=u><label>Password: <input id=p type=password></label>
	<button id=hidden style="display:none">Sign in</button><button id=go>Sign <b>in</b></button><a id=forgot href=/f>Forgot your password?</a>
	<label><input id=keep type=checkbox style="opacity:0;position:absolute">Keep me</label></form>
	<div id=outer onclick="document.title='outer'"><span id=tile>ada@example.com</span></div>
	<x-s id=host></x-s><iframe srcdoc="<p>Frame</p><input id=framed aria-label='Framed field'>"></iframe>
	<script>document.getElementById('host').attachShadow({mode: 'open'}).innerHTML = '<button id=deep>Deep button</button>'</script>`

func find(t *testing.T, p *browser.Page, target session.Target) (login.Control, bool) {
	t.Helper()
	c, found, err := p.Find(testContext(t), target)
	require.NoError(t, err)
	return c, found
}

func TestFind_ByEveryKindOfTarget_GivesTheControl(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": targetsPage})
	open(t, p, at("a.test", "/"))
	for target, want := range map[session.Target]string{
		"#u": "u", "css=input[type=password]": "p", "label=User name": "u", "label=password": "p", "label=Keep me": "keep",
		"text=Sign in": "go", "text=sign  IN": "go", "text=Forgot": "forgot", "css=button": "go", "text=Deep button": "deep", "#deep": "deep",
		"label=framed field": "framed", "text=ada@example.com": "outer", "text=Frame": "",
	} {
		c, found := find(t, p, target)
		require.True(t, found, target)
		require.Equal(t, want, c.ElementID, target)
		require.True(t, c.Visible, target)
	}
	for _, target := range []session.Target{"#hidden", "#missing", "label=Nothing", "text=Nobody", "text=", ""} {
		_, found := find(t, p, target)
		require.False(t, found, target)
	}
	_, _, err := p.Find(testContext(t), "css=a[[")
	require.ErrorIs(t, err, browser.ErrBadMark)
}

func TestFind_GivesAControlThatCanBeUsed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": targetsPage})
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
	require.NoError(t, p.Settle(testContext(t), 0, 0, limit))
	c, _ := find(t, p, "label=User name")
	require.NoError(t, fill(t, p, c, "ada", origins(at("a.test", "/"))), "also of a page that was never modelled")
	require.ErrorIs(t, fill(t, p, c, canary, origins(at("b.test", "/"))), login.ErrOriginNotAllowed)
	framed, _ := find(t, p, "#framed")
	require.NoError(t, fill(t, p, framed, "ada", origins(at("a.test", "/"))))
	require.True(t, control(t, model(t, p), "framed").Filled)

	tile, _ := find(t, p, "text=ada@example.com")
	require.NoError(t, p.Click(testContext(t), tile))

	require.Equal(t, "outer", model(t, p).Title)
}
