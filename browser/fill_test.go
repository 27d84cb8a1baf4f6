//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

const canary = "c4nary-Pa55word-\"'<&ü日"

func fill(t *testing.T, p *browser.Page, c login.Control, value string, allowed session.Origins) error {
	t.Helper()
	err := p.Fill(testContext(t), c, session.NewSecret(value), allowed)
	if err != nil {
		require.NotContains(t, err.Error(), canary, "an error must not hold the value")
	}
	return err
}

func shows(t *testing.T, p *browser.Page, text string) {
	t.Helper()
	require.Eventually(t, func() bool {
		found, err := p.Matches(testContext(t), "text="+text)
		return err == nil && found
	}, 10*time.Second, 20*time.Millisecond, "the page never shows %q", text)
}

func TestFill_Events_AreTrustedAndComplete(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><input id=f value=old><input id=g></form><pre id=log></pre><script>
		for (const type of ['focus', 'input', 'change']) f.addEventListener(type, e => log.textContent += e.type + ':' + e.isTrusted + ':' + (e.inputType ?? '') + ';')
		f.addEventListener('input', () => document.title = f.value)</script>`})
	m := open(t, p, at("a.test", "/"))
	require.True(t, control(t, m, "f").Filled)

	require.NoError(t, fill(t, p, control(t, m, "f"), canary, origins(at("a.test", "/"))))

	m = model(t, p)
	require.Equal(t, canary, m.Title)
	require.Contains(t, m.Text, "focus:true:;input:true:insertText;")
	require.NotContains(t, m.Text, "false")
	require.True(t, control(t, m, "f").Focused)
	require.NoError(t, fill(t, p, control(t, m, "g"), "next", origins(at("a.test", "/"))))
	require.Contains(t, model(t, p).Text, "change:true:", "the change event comes when the field is left")
}

// A controlled input as React makes it: the framework hides the element's value behind its own property, and writes
// its state back after each event that it believes.
const controlled = `<form id=form><input id=f name=f><output id=state></output></form><script>
	const proto = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
	let state = '', tracked = '';
	Object.defineProperty(f, 'value', { get() { return proto.get.call(this) }, set(v) { tracked = '' + v; proto.set.call(this, v) }, configurable: true });
	f.addEventListener('input', () => { const now = proto.get.call(f); if (now !== tracked) { tracked = now; state = now } });
	const render = () => { if (proto.get.call(f) !== state) proto.set.call(f, state); document.getElementById('state').textContent = 'length ' + state.length; };
	setInterval(render, 5)</script>`

func TestFill_ControlledInput_KeepsTheValue(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": controlled})
	m := open(t, p, at("a.test", "/"))
	allowed := origins(at("a.test", "/"))

	require.NoError(t, fill(t, p, control(t, m, "f"), "first value", allowed))
	shows(t, p, "length 11")
	require.NoError(t, fill(t, p, control(t, m, "f"), "second", allowed))

	shows(t, p, "length 6")
	require.True(t, control(t, model(t, p), "f").Filled)
}

func TestFill_EveryTextControl_TakesItsValue(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=text value=before><input name=password type=password value=before><input name=email type=email value=a@b.c>
		<input name=tel type=tel><input name=number type=number value=5><input name=search type=search><input name=url type=url><textarea name=textarea>before</textarea>
		<input name=masked><div id=editable contenteditable>before</div><script>
		document.getElementsByName('masked')[0].oninput = e => { const d = e.target.value.replace(/\D/g, ''); e.target.value = d.slice(0,3) + (d.length > 3 ? '-' + d.slice(3) : '') };
		const all = () => [...document.querySelectorAll('input,textarea')].map(e => e.name + '=' + e.value).join(' ') + ' ' + editable.textContent;
		document.addEventListener('input', () => document.title = all())</script>`})
	m := open(t, p, at("a.test", "/"))
	values := map[string]string{
		"text": "plain", "password": "pass", "email": "ada@example.com", "tel": "+49 30 1", "number": "123456", "search": "q",
		"url": "https://x.example/", "textarea": "area", "masked": "123456", "editable": "rich",
	}
	for name, value := range values {
		require.NoError(t, fill(t, p, control(t, m, name), value, origins(at("a.test", "/"))), name)
	}

	title := model(t, p).Title
	values["masked"] = "123-456"
	for name, value := range values {
		if name != "editable" {
			require.Contains(t, title, name+"="+value)
		}
	}
	require.True(t, strings.HasSuffix(title, " rich"), title)
}

func TestFill_WithEmptyValue_ClearsTheField(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=f value=before>`})
	m := open(t, p, at("a.test", "/"))

	require.NoError(t, fill(t, p, control(t, m, "f"), "", origins(at("a.test", "/"))))

	require.False(t, control(t, model(t, p), "f").Filled)
}

func TestFill_AfterANavigation_TypesNothing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=f><script>if (location.hash) document.title = 'second'</script>`})
	m := open(t, p, at("a.test", "/"))
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/?again=1")))

	err := fill(t, p, control(t, m, "f"), canary, origins(at("a.test", "/")))

	require.ErrorIs(t, err, login.ErrDocumentChanged)
	old := control(t, m, "f")
	settle(t, p, p.Mark())
	require.ErrorIs(t, fill(t, p, old, canary, origins(at("a.test", "/"))), login.ErrDocumentChanged, "also when the new document was modelled")
	require.False(t, control(t, model(t, p), "f").Filled)
	require.ErrorIs(t, p.Click(testContext(t), old), login.ErrDocumentChanged)
	require.ErrorIs(t, p.Click(testContext(t), login.Control{Ref: "d1.1", Frame: "?"}), login.ErrDocumentChanged)
	require.ErrorIs(t, p.PressEnter(testContext(t), login.Control{Ref: "nonsense"}), login.ErrDocumentChanged)
}

func TestFill_OnAHostileOrigin_TypesNothing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><input name=f type=password></form>`})
	m := open(t, p, at("evil.test", "/"))

	err := fill(t, p, control(t, m, "f"), canary, origins(at("bank.test", "/")))

	require.ErrorIs(t, err, login.ErrOriginNotAllowed)
	require.False(t, control(t, model(t, p), "f").Filled)
}

func TestFill_InFrames_NeedsEveryOriginAboveToBeAllowed(t *testing.T) {
	t.Parallel()
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if inner := r.URL.Query().Get("frame"); inner != "" {
			_, _ = io.WriteString(w, `<!doctype html><iframe width=400 height=200 src="`+inner+`"`+r.URL.Query().Get("attr")+`></iframe>`)
			return
		}
		_, _ = io.WriteString(w, `<!doctype html><input name=f type=password>`)
	}))
	framed := func(attr string, hosts ...string) string {
		u := at(hosts[len(hosts)-1], "/")
		for i := len(hosts) - 2; i >= 0; i-- {
			u = at(hosts[i], "/?attr="+url.QueryEscape(attr)+"&frame="+url.QueryEscape(u))
		}
		return u
	}
	allowed := origins(at("bank.test", "/"), "sso.test")
	for name, c := range map[string]struct {
		url string
		ok  bool
	}{
		"same origin":                       {framed("", "bank.test", "bank.test"), true},
		"another allowed origin":            {framed("", "bank.test", "sso.test"), true},
		"cross-origin frame not allowed":    {framed("", "bank.test", "evil.test"), false},
		"hostile top frames an allowed one": {framed("", "evil.test", "bank.test"), false},
		"hostile frame in between":          {framed("", "bank.test", "evil.test", "bank.test"), false},
		"sandboxed into an opaque origin":   {framed(" sandbox=allow-scripts", "bank.test", "bank.test"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			m := open(t, p, c.url)
			err := fill(t, p, control(t, m, "f"), canary, allowed)
			if c.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, login.ErrOriginNotAllowed)
			}
			require.Equal(t, c.ok, control(t, model(t, p), "f").Filled)
		})
	}
}

func TestFill_OnHTTPSWhoseFormPostsToHTTP_TypesNothing(t *testing.T) {
	t.Parallel()
	site := httptest.NewTLSServer(html{
		"/form":   `<form action="http://bank.test/in"><input name=f></form>`,
		"/button": `<form action="/in"><input name=f><button formaction="http://bank.test/in">go</button></form>`,
		"/named":  `<form action="http://bank.test/in"><input name=f><input name=action value="/in"></form>`,
		"/good":   `<form action="/in"><input name=f></form>`,
	})
	t.Cleanup(site.Close)
	u, err := url.Parse(site.URL)
	require.NoError(t, err)
	b, err := launch(testContext(t), browser.Options{IgnoreCertificateErrors: true})
	require.NoError(t, err)
	t.Cleanup(b.end)
	p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
	require.NoError(t, err)
	for path, want := range map[string]error{"/form": login.ErrOriginNotAllowed, "/button": login.ErrOriginNotAllowed, "/named": login.ErrOriginNotAllowed, "/good": nil} {
		target := "https://bank.test:" + u.Port() + path
		m := open(t, p, target)
		err := fill(t, p, control(t, m, "f"), canary, origins(target))
		require.ErrorIs(t, err, want, path)
		require.Equal(t, want == nil, control(t, model(t, p), "f").Filled, path)
	}
	at := serve(t, html{"/": "<input name=f>"})
	m := open(t, p, at("bank.test", "/"))
	require.ErrorIs(t, fill(t, p, control(t, m, "f"), canary, origins("https://bank.test/", "bank.test")), login.ErrOriginNotAllowed,
		"an https project types into no http page")
}

func TestFill_OfWhatCannotBeTypedInto_SaysSo(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=disabled disabled><fieldset disabled><input name=inherited></fieldset><input name=readonly readonly>
		<input name=hidden style="display:none"><input name=gone><input name=short maxlength=2><input name=steals><input name=number type=number><script>
		const n = name => document.getElementsByName(name)[0];
		n('steals').onfocus = () => n('short').focus()</script>
		<button id=remove onclick="n('gone').remove()">remove</button>`})
	m := open(t, p, at("a.test", "/"))
	require.NoError(t, p.Click(testContext(t), control(t, m, "remove")))
	for _, name := range []string{"disabled", "inherited", "readonly", "hidden", "gone", "short", "steals", "number"} {
		err := fill(t, p, control(t, m, name), "letters", origins(at("a.test", "/")))
		require.ErrorIs(t, err, login.ErrNotInteractable, name)
	}
}

func TestFill_InAShadowRoot_Works(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": shadowForm})
	m := open(t, p, at("a.test", "/"))
	c := control(t, m, "inner")
	require.Equal(t, []string{"x-login#outer", "x-field"}, c.ShadowPath)

	require.NoError(t, fill(t, p, c, "in the shadows", origins(at("a.test", "/"))))

	shows(t, p, "length 14")
	require.True(t, control(t, model(t, p), "inner").Focused)
}
