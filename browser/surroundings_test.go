//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

func TestModel_Names_ComeFromWhatStandsAround(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><table><tr><td>User</td><td><input name=cell></td></tr></table>
		<div>Before: <input name=before></div><p>Division</p><div><div><input name=nested></div></div>
		<input type=checkbox name=after> Stay signed in<br>
		<button name=titled title="Close dialog"><svg></svg></button><button name=svg><svg><title>Show it</title></svg></button>
		<button name=alt><img alt="Go on" width=20 height=20></button><button name=class class="btn btn-icon"><i class="fa fa-2x fa-eye-slash"></i></button>
		<button name=camel class="MuiButton-root closeButton">&nbsp;</button><button name=aria><span aria-label="Menu"></span></button></form>`})
	m := open(t, p, at("a.test", "/"))
	for name, want := range map[string]string{
		"cell": "User", "before": "Before:", "nested": "Division", "after": "Stay signed in", "titled": "Close dialog", "svg": "Show it",
		"alt": "Go on", "class": "eye slash", "camel": "close", "aria": "Menu",
	} {
		require.Equal(t, want, control(t, m, name).Label, name)
	}
}

func TestModel_GroupsAndRows_AreNamed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<fieldset><legend>How do you want to verify?</legend><label><input type=radio name=m id=sms>Text</label><label><input type=radio name=m id=mail>Mail</label></fieldset>
		<h2>Choose an account</h2><ul><li><button id=ada>Ada</button> ada@example.com</li><li><button id=bob>Bob</button> bob@example.com</li></ul>
		<table><tr><td>Laptop</td><td>Berlin</td><td><a id=rm href=/rm>Remove</a></td></tr></table>
		<div role=radiogroup aria-label=Plan><div role=radio id=free tabindex=0>Free</div></div>
		<div><div>•••• 42 <button id=send>Send</button></div><div>other <button id=other>Other</button></div></div><button id=alone>Alone</button>`})

	m := open(t, p, at("a.test", "/"))

	for id, want := range map[string][2]string{
		"sms": {"How do you want to verify?", ""}, "ada": {"Choose an account", "ada@example.com"}, "bob": {"Choose an account", "bob@example.com"},
		"rm": {"", "Laptop Berlin"}, "free": {"Plan", ""}, "send": {"", "•••• 42"}, "other": {"", "other"}, "alone": {"", ""},
	} {
		c := control(t, m, id)
		require.Equal(t, want[0], c.Group, id)
		if id != "sms" && id != "free" {
			require.Equal(t, want[1], c.Context, id)
		}
	}
}

func TestModel_LargeTexts_AreTheNumbersToMatch(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<h1>Sign in</h1><p>Enter this number in your app</p><div style="font-size:48px">42</div><div style="font-size:40px"><span>8</span><span>3</span><span>1</span></div>
		<p>12</p><div style="font-size:60px;display:none">99</div><div style="font-size:50px">Much too long to be shown so</div>`})

	m := open(t, p, at("a.test", "/"))

	require.Equal(t, []string{"42", "831"}, m.LargeTexts)
}

func TestModel_Images_AreListed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<img src="/c?token=1" alt=Captcha width=150 height=50><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width=100 height=60>
		<canvas width=200 height=100></canvas><img src="/tiny.gif" width=10 height=10 style="display:none"><iframe srcdoc="<img src=/in width=80 height=40>" style="position:absolute;top:150px;left:0"></iframe>`})

	m := open(t, p, at("a.test", "/"))

	require.Len(t, m.Images, 4)
	require.Equal(t, "Captcha", m.Images[0].Alt)
	require.Equal(t, at("a.test", "/c?token"), m.Images[0].Source)
	require.Positive(t, m.Images[0].Box.Width)
	require.Equal(t, "data:", m.Images[1].Source)
	require.Empty(t, m.Images[2].Source)
	require.Equal(t, m.Frames[1].ID, m.Images[3].Frame)
	require.Greater(t, m.Images[3].Box.Y, 150.0, "in the top document's viewport")
}

func TestModel_ModalDialogs_StandForThePage(t *testing.T) {
	t.Parallel()
	const behind = `<h1>Behind</h1><form><input name=back><button id=backgo>Go</button></form><div role=alert>An alert</div>`
	const inner = `<h2>In front</h2><p>Dialog text</p><input name=front><button id=ok>OK</button>`
	for name, c := range map[string]struct {
		body  string
		modal bool
	}{
		"dialog element": {behind + `<dialog id=d>` + inner + `</dialog><script>d.showModal()</script>`, true},
		"aria modal":     {behind + `<div style="position:fixed;inset:0;background:#0008"><div role=dialog aria-modal=true style="background:#fff;width:400px">` + inner + `</div></div>`, true},
		"role only":      {behind + `<div style="position:fixed;inset:0;background:#0008"></div><div role=dialog style="position:fixed;top:200px;background:#fff;width:400px">` + inner + `</div>`, true},
		"not modal":      {behind + `<div role=dialog style="position:fixed;bottom:0;background:#fff;width:400px">` + inner + `</div>`, false},
		"closed":         {behind + `<dialog>` + inner + `</dialog>`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, html{"/": c.body})

			m := open(t, p, at("a.test", "/"))

			require.Equal(t, c.modal, m.Dialog)
			if !c.modal {
				require.True(t, control(t, m, "back").Visible)
				return
			}
			require.Equal(t, []string{"In front"}, m.Headings)
			require.NotContains(t, m.Text, "Behind")
			require.Contains(t, m.Text, "Dialog text")
			require.True(t, control(t, m, "front").Visible)
			require.False(t, slices.ContainsFunc(m.Controls, func(c login.Control) bool { return c.Name == "back" || c.ElementID == "backgo" }))
		})
	}
}

func TestModel_CoveredControls_SaySo(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/in" {
			_, _ = io.WriteString(w, `<!doctype html><input name=framed>`)
			return
		}
		_, _ = io.WriteString(w, `<!doctype html><form><input name=u><button id=go>Go</button></form><iframe src=/in></iframe>
		<div style="position:fixed;inset:0;background:#0008"><p>We use cookies</p><button id=accept>Accept</button></div>`)
	}))

	m := open(t, p, at("a.test", "/"))

	for _, name := range []string{"u", "go", "framed"} {
		require.True(t, control(t, m, name).Covered, name)
		require.False(t, control(t, m, name).Visible, name)
	}
	require.False(t, control(t, m, "accept").Covered)
}

func TestModel_Toasts_AreAlertsThoughNothingSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"toast":     {`const d = document.createElement('div'); d.style = 'position:fixed;top:0'; d.innerHTML = '<span>Wrong password</span>'; document.body.append(d)`, []string{"Wrong password"}},
		"red text":  {`const d = document.createElement('p'); d.style = 'color:#c00'; d.textContent = 'Login failed'; document.forms[0].append(d)`, []string{"Login failed"}},
		"red box":   {`const d = document.createElement('p'); d.style = 'background:#d33;color:#fff'; d.textContent = 'Try again'; document.forms[0].append(d)`, []string{"Try again"}},
		"filled in": {`m.textContent = 'Not known'`, []string{"Not known"}},
		"ordinary":  {`const d = document.createElement('p'); d.textContent = 'Some words'; document.forms[0].append(d)`, []string{}},
		"a form":    {`const d = document.createElement('div'); d.style = 'position:fixed'; d.innerHTML = 'Code <input>'; document.body.append(d)`, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, html{"/": `<form onsubmit="return false"><input name=u><button id=b onclick="go()">Go</button><div id=m style="color:red"></div></form>
				<script>const late = document.createElement('div'); late.style = 'position:fixed'; late.textContent = 'Loaded'; document.body.append(late); const go = () => { ` + c.script + ` }</script>`})
			m := open(t, p, at("a.test", "/"))
			require.Empty(t, m.Alerts, "what comes while the page loads is the page")

			require.Equal(t, c.want, click(t, p, m, "b").Alerts)
		})
	}
}

func TestModel_RedTextBesideAForm_IsAnAlert(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{
		"/":     `<p><font color=red>Invalid user or password</font></p><form><label style="color:red">Name</label><input name=u><span style="color:red">*</span><a style="color:red" href=/>Forgot it?</a></form>`,
		"/home": `<p style="color:red">Three tasks are overdue</p>`,
	})

	require.Equal(t, []string{"Invalid user or password"}, open(t, p, at("a.test", "/")).Alerts)
	require.Empty(t, open(t, p, at("a.test", "/home")).Alerts)
}
