//go:build browser

package browser_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

const shadowForm = `<x-login id=outer></x-login><p id=state></p><script>
	const host = document.getElementById('outer').attachShadow({mode: 'open'});
	host.innerHTML = '<h2>Inside</h2><form><x-field></x-field><button>Enter here</button></form>';
	const field = host.querySelector('x-field').attachShadow({mode: 'open'});
	field.innerHTML = '<label>Inner name <input name=inner></label>';
	field.querySelector('input').oninput = e => state.textContent = 'length ' + e.target.value.length</script>`

func TestModel_Controls_AreNamedAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form id=login-form class=auth aria-label="Account login" action="https://elsewhere.test/post">
		<span id=l1>First</span><span id=l2>part</span><input name=labelledby aria-labelledby="l1 l2">
		<input name=aria aria-label="Aria label" placeholder=not-this>
		<label for=f1>For label</label><input name=for id=f1>
		<label>Wrapping <input name=wrap></label>
		<input name=placeholder placeholder="Placeholder text"><input name=title title="Title text">
		<table><tr><td>Table cell</td><td><input name=cell></td></tr></table>
		<input name=described aria-describedby=d1 autocomplete="Section-a USERNAME webauthn" inputmode=NUMERIC pattern="[0-9]*" maxlength=6 required aria-invalid=true><p id=d1 class=hint>Six digits</p>
		<label><input type=checkbox name=remember checked> Remember me</label>
		<select name=tenant aria-label=Tenant><option>A</select>
		<button name=go>Sign in <b>now</b></button><input type=submit name=sub value="Send it"><button name=icon aria-label="Show password"></button>
		</form><a id=link href="/reset?token=s3cret#frag">Forgot?</a><a id=js href="#" onclick="">Act</a><div role=button id=div tabindex=0>Div button</div>`})
	m := open(t, p, at("a.test", "/"))
	labels := map[string]string{}
	for _, c := range m.Controls {
		labels[c.Name+c.ElementID] = c.Label
	}
	for name, want := range map[string]string{
		"labelledby": "First part", "aria": "Aria label", "forf1": "For label", "wrap": "Wrapping", "placeholder": "Placeholder text",
		"title": "Title text", "cell": "Table cell", "remember": "Remember me", "tenant": "Tenant", "go": "Sign in now", "sub": "Send it",
		"icon": "Show password", "link": "Forgot?", "js": "Act", "div": "Div button",
	} {
		require.Equal(t, want, labels[name], name)
	}
	d := control(t, m, "described")
	require.Equal(t, "Six digits", d.Description)
	require.Equal(t, "section-a username webauthn", d.Autocomplete)
	require.Equal(t, "numeric", d.InputMode)
	require.Equal(t, "[0-9]*", d.Pattern)
	require.Equal(t, 6, d.MaxLength)
	require.True(t, d.Required && d.Invalid && d.Visible)
	require.Equal(t, "https://elsewhere.test", d.FormAction)
	require.Equal(t, "login-form auth Account login", d.FormLabel)
	require.Equal(t, 1, d.Form)
	require.True(t, control(t, m, "remember").Checked)
	require.Equal(t, login.ControlSelect, control(t, m, "tenant").Kind)
	require.Equal(t, login.ControlLink, control(t, m, "link").Kind)
	require.Equal(t, at("a.test", "/reset?token"), control(t, m, "link").Href)
	require.Equal(t, login.ControlButton, control(t, m, "js").Kind)
	require.Zero(t, control(t, m, "link").Form)
}

func TestModel_Values_NeverLeaveThePage(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=a value="v4lue-canary"><input type=password name=b value="v4lue-canary"><textarea name=c>v4lue-canary</textarea>
		<input type=hidden name=csrf value="v4lue-canary"><div contenteditable id=d></div>`})

	m := open(t, p, at("a.test", "/?code=v4lue-canary#v4lue-canary"))

	raw, err := json.Marshal(m)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "v4lue-canary")
	require.True(t, control(t, m, "a").Filled && control(t, m, "b").Filled)
	require.Equal(t, at("a.test", "/?code"), m.URL)
}

func TestModel_HiddenFields_AreNamedButNotVisible(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<style>.offscreen{position:absolute;left:-9999px}.panel{position:fixed;left:200vw;width:300px}</style><form>
		<input name=real><input name=none style="display:none"><input name=invisible style="visibility:hidden"><input name=transparent style="opacity:0">
		<div style="opacity:0"><input name=inherited></div><input name=off class=offscreen><input name=tiny style="width:1px;height:1px;padding:0;border:0">
		<div aria-hidden=true><input name=ariahidden></div><div inert><input name=inert></div><div class=panel><input name=panel></div>
		<div style="position:relative"><input name=covered style="width:200px"><div style="position:absolute;inset:0;background:#fff"></div></div>
		<div style="position:relative"><label for=fl style="position:absolute;left:2px">Floating</label><input id=fl name=floating></div>
		<button style="display:none" id=ghost>Ghost</button>
		<label><input type=checkbox name=styled style="opacity:0;position:absolute"><span>Styled box</span></label></form>`})
	m := open(t, p, at("a.test", "/"))
	for _, c := range m.Controls {
		want := c.Name == "real" || c.Name == "floating" || c.Name == "styled"
		if c.Name != "covered" { // the wrapper's own ornament may cover it: either is right
			require.Equal(t, want, c.Visible, c.Name)
		}
		require.NotEqual(t, "ghost", c.ElementID)
	}
	require.Len(t, m.Controls, 13)
	require.Equal(t, "Styled box", control(t, m, "styled").Label)
	require.NoError(t, p.Click(testContext(t), control(t, m, "styled")))
	require.True(t, control(t, model(t, p), "styled").Checked, "clicked through its label")
}

func TestModel_OverlaidControls_AreNotVisible(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><input name=u><button id=go>Go</button></form>
		<div style="position:fixed;inset:0;background:#0008"><p>We use cookies</p><button id=accept>Accept</button></div>`})

	m := open(t, p, at("a.test", "/"))

	require.False(t, control(t, m, "u").Visible)
	require.True(t, control(t, m, "accept").Visible)
	require.ErrorIs(t, p.Click(testContext(t), control(t, m, "u")), login.ErrNotInteractable)
}

func TestModel_ShadowRoots_AreRead(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": shadowForm})

	m := open(t, p, at("a.test", "/"))

	require.Equal(t, []string{"Inside"}, m.Headings)
	require.Equal(t, "Inner name", control(t, m, "inner").Label)
	require.Contains(t, m.Text, "Enter here")
}

func TestModel_Frames_AreReadWithTheirPlaceInTheTopViewport(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	var at func(host, path string) string
	at = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, map[string]string{
			"/": `<!doctype html><body style="margin:0"><iframe style="position:absolute;left:100px;top:50px;width:300px;height:200px;border:7px solid" src="` + at("b.test", "/in") + `"></iframe>
				<iframe style="display:none" src="` + at("c.test", "/in") + `"></iframe>`,
			"/in": `<!doctype html><body style="margin:0"><h1>In frame</h1><input name=f style="position:absolute;left:10px;top:60px"><p id=out></p><button id=b onclick="out.textContent='clicked in frame '+event.isTrusted" style="position:absolute;top:120px">Press</button>`,
		}[r.URL.Path])
	}))

	m := open(t, p, at("a.test", "/"))

	require.Len(t, m.Frames, 2)
	require.Equal(t, at("a.test", ""), m.Frames[0].Origin)
	require.Equal(t, at("b.test", ""), m.Frames[1].Origin)
	c := control(t, m, "f")
	require.Equal(t, m.Frames[1].ID, c.Frame)
	require.InDelta(t, 117, c.Box.X, 0.5)
	require.InDelta(t, 117, c.Box.Y, 0.5)
	require.Equal(t, []string{"In frame"}, m.Headings)
	require.NoError(t, p.Click(testContext(t), control(t, m, "b")))
	shows(t, p, "clicked in frame true")
}

func TestModel_Alerts_AreWhatLooksLikeAMessage(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<div role=alert>Wrong password</div><p class="form-error">Form <b>error</b></p><div id=flash-warning>Flash</div>
		<div class=error style="display:none">Hidden</div><div class="has-error"><input name=a aria-invalid=true aria-errormessage=em></div><i id=em>Field message</i>
		<div aria-live=polite></div><p>Ordinary</p><p class=error>` + strings.Repeat("long ", 200) + `</p>`})

	m := open(t, p, at("a.test", "/"))

	require.Equal(t, []string{"Wrong password", "Form error", "Flash", "Field message"}, m.Alerts)
}

func TestModel_ToggledPasswordField_IsRemembered(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input name=p type=password><input name=q><script>setTimeout(() => document.getElementsByName('p')[0].type = 'text', 30)</script><p>`})
	require.NoError(t, p.Navigate(testContext(t), at("a.test", "/")))
	toggled := func(c login.Control) bool { return c.Name == "p" && c.Type == "text" }
	require.Eventually(t, func() bool { // the first look may come before the document
		m, err := p.Model(testContext(t))
		return err == nil && slices.ContainsFunc(m.Controls, toggled)
	}, 5*time.Second, 10*time.Millisecond)

	m := model(t, p)

	require.True(t, control(t, m, "p").WasPassword)
	require.False(t, control(t, m, "q").WasPassword)
}

func TestModel_OfAHugePage_IsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": strings.Repeat(`<a href="/x">link</a> `, 600) + `<form><input name=last><button>Go</button></form>` + strings.Repeat("<p>words words words</p>", 2000)})

	m := open(t, p, at("a.test", "/"))

	require.True(t, m.Truncated)
	require.Len(t, m.Controls, 400)
	require.Equal(t, "last", control(t, m, "last").Name, "fields are kept, links are not")
	require.LessOrEqual(t, len([]rune(m.Text)), 4000)
}

// A page may name its elements like the properties that a script would use.
func TestModel_OfAPageThatShadowsProperties_IsRight(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<div id=anteroom></div><img name=body><img name=forms><img name=activeElement><img name=execCommand><form id=f>
		<input name=id><input name=getAttribute><input name=action><input name=elements><input name=closest><button>Go</button></form>`})

	m := open(t, p, at("a.test", "/"))

	require.Len(t, m.Controls, 6)
	require.NoError(t, fill(t, p, control(t, m, "action"), "x", origins(at("a.test", "/"))))
	require.True(t, control(t, model(t, p), "action").Filled)
}

func TestModel_Of2000Nodes_Timing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	var body strings.Builder
	for i := range 250 {
		_, _ = fmt.Fprintf(&body, `<div class=row><label for=f%d>Field %d</label><input id=f%d><p>Some <b>text</b> here</p><a href="/x%d">link</a><span></span></div>`, i, i, i, i)
	}
	at := serve(t, html{"/": body.String()})
	open(t, p, at("a.test", "/"))
	best := time.Hour
	for range 10 {
		begin := time.Now()
		m := model(t, p)
		best = min(best, time.Since(begin))
		require.Len(t, m.Controls, 400)
	}
	t.Logf("model of 2,000 nodes and 500 controls: %v", best)
}

func TestMatches_SelectorAndText_InAnyFrame(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<p>Hello   <b>World</b></p><i id=hidden style="display:none">secret</i><iframe srcdoc="<p id=framed>Inner words</p>"></iframe><a href=/logout>Log out</a>`})
	open(t, p, at("a.test", "/"))
	for mark, want := range map[string]bool{
		"text=hello world": true, "text=Inner Words": true, "text=secret": false, "text=nothing": false,
		"a[href='/logout']": true, "#framed": true, "#hidden": false, "#missing": false,
	} {
		got, err := p.Matches(testContext(t), mark)
		require.NoError(t, err, mark)
		require.Equal(t, want, got, mark)
	}
	_, err := p.Matches(testContext(t), "a[[")
	require.ErrorIs(t, err, browser.ErrBadMark)
}
