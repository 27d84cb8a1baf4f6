//go:build browser

package browser_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

func typeKeys(t *testing.T, p *browser.Page, c login.Control, value string, allowed session.Origins) error {
	t.Helper()
	err := p.Type(testContext(t), c, session.NewSecret(value), allowed)
	if err != nil {
		require.NotContains(t, err.Error(), canary, "an error must not hold the value")
	}
	return err
}

func TestType_Events_AreRealKeys(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><input id=f value=old></form><pre id=log></pre><script>
		for (const type of ['keydown', 'keypress', 'input', 'keyup']) f.addEventListener(type, e => log.textContent += e.type + ':' + e.isTrusted + ':' + (e.key ?? e.data) + ':' + (e.code ?? '') + (e.keyCode ?? '') + ';');
		f.addEventListener('input', () => document.title = f.value)</script>`})
	m := open(t, p, at("a.test", "/"))

	require.NoError(t, typeKeys(t, p, control(t, m, "f"), "aB7é", origins(at("a.test", "/"))))

	m = model(t, p)
	require.Equal(t, "aB7é", m.Title)
	require.Contains(t, m.Text, "keydown:true:a:KeyA65;keypress:true:a:KeyA97;input:true:a:;keyup:true:a:KeyA65;keydown:true:B:KeyB66;")
	require.Contains(t, m.Text, "keydown:true:7:Digit755;")
	require.NotContains(t, m.Text, "false")
	require.NoError(t, typeKeys(t, p, control(t, m, "f"), canary, origins(at("a.test", "/"))))
	require.Equal(t, canary, model(t, p).Title, "every character of any script")
	require.NoError(t, typeKeys(t, p, control(t, m, "f"), "", origins(at("a.test", "/"))))
	require.False(t, control(t, model(t, p), "f").Filled)
}

func TestType_Speed(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input id=f>`})
	m := open(t, p, at("a.test", "/"))
	best := time.Hour
	for range 5 {
		begin := time.Now()
		require.NoError(t, typeKeys(t, p, control(t, m, "f"), strings.Repeat("k", 30), origins(at("a.test", "/"))))
		best = min(best, time.Since(begin))
	}
	t.Logf("30 characters by key events: %v", best)
}

func TestType_WhenTheFocusIsStolen_Stops(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<input id=f><input id=g><iframe srcdoc="<input id=h>"></iframe><script>f.addEventListener('keyup', () => { if (f.value.length == 3) g.focus() })</script>`})
	m := open(t, p, at("a.test", "/"))

	err := typeKeys(t, p, control(t, m, "f"), canary, origins(at("a.test", "/")))

	require.ErrorIs(t, err, login.ErrNotInteractable)
	require.False(t, control(t, model(t, p), "g").Filled, "nothing goes where the focus went")
}

func TestType_OnAHostileOrigin_TypesNothing(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<form><input name=f type=password><input name=g maxlength=1><input name=h maxlength=1></form>`})
	m := open(t, p, at("evil.test", "/"))
	allowed := origins(at("bank.test", "/"))

	require.ErrorIs(t, typeKeys(t, p, control(t, m, "f"), canary, allowed), login.ErrOriginNotAllowed)
	boxes := []login.Control{control(t, m, "g"), control(t, m, "h")}
	require.ErrorIs(t, p.FillBoxes(testContext(t), boxes, session.NewSecret("12"), allowed), login.ErrOriginNotAllowed)

	for _, c := range model(t, p).Controls {
		require.False(t, c.Filled, c.Name)
	}
}

// boxes are six inputs and a script; what they hold becomes the title.
func boxes(attributes, script string) string {
	return `<form id=form>` + strings.Repeat(`<input class=box `+attributes+`>`, 6) + `</form><script>
		const boxes = [...document.querySelectorAll('.box')];
		boxes.forEach((b, i) => b.name = 'b' + i);
		const show = () => document.title = boxes.map(b => b.value || '_').join('|');
		setInterval(show, 5);` + script + `</script>`
}

const (
	advance = `boxes.forEach((b, i) => b.addEventListener('input', () => { if (b.value) boxes[i + 1]?.focus() }));`
	byPaste = `boxes.forEach((b, i) => b.addEventListener('paste', e => { e.preventDefault();
		[...e.clipboardData.getData('text')].forEach((c, j) => { if (boxes[i + j]) boxes[i + j].value = c }); boxes.at(-1).focus() }));`
	byLatePaste = `boxes.forEach((b, i) => b.addEventListener('paste', e => { e.preventDefault(); const text = e.clipboardData.getData('text');
		setTimeout(() => [...text].forEach((c, j) => { if (boxes[i + j]) boxes[i + j].value = c }), 60) }));`
	byInput = `boxes[0].addEventListener('input', () => { const text = boxes[0].value; if (text.length > 1) [...text].forEach((c, j) => boxes[j].value = c) });`
	// Only real keys count: the value is set by the listener.
	byKeys = `boxes.forEach((b, i) => { b.addEventListener('paste', e => e.preventDefault()); b.addEventListener('beforeinput', e => e.preventDefault());
		b.addEventListener('keydown', e => { if (e.isTrusted && /^[0-9]$/.test(e.key)) { b.value = e.key; boxes[i + 1]?.focus() } }) });`
	backspace = `boxes.forEach((b, i) => b.addEventListener('keydown', e => { if (e.key === 'Backspace' && !b.value) boxes[i - 1]?.focus() }));`
)

func TestFillBoxes_OfEveryKind_DistributesTheCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ attributes, script string }{
		"plain":              {"maxlength=1", ""},
		"auto advance":       {"maxlength=1", advance + backspace},
		"paste listener":     {"maxlength=1 inputmode=numeric", advance + byPaste},
		"late paste":         {"maxlength=1", byLatePaste},
		"input listener":     {"", byInput},
		"key listener":       {"maxlength=1 type=tel", byKeys},
		"number without max": {"type=number", advance},
		"password":           {"type=password maxlength=1", advance + byPaste},
		"paste refused":      {"maxlength=1", advance + `boxes.forEach(b => b.addEventListener('paste', e => e.preventDefault()))`},
		"filled before":      {"maxlength=1 value=9", advance + byPaste},
		"letters":            {"maxlength=1", advance + `boxes.forEach(b => b.addEventListener('input', () => b.value = b.value.toUpperCase()))`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, html{"/": boxes(c.attributes, c.script)})
			m := open(t, p, at("a.test", "/"))
			require.Len(t, m.Controls, 6)
			begin := time.Now()

			require.NoError(t, p.FillBoxes(testContext(t), m.Controls, session.NewSecret("482913"), origins(at("a.test", "/"))))

			t.Logf("took %v", time.Since(begin))
			require.Eventually(t, func() bool { return model(t, p).Title == "4|8|2|9|1|3" }, 5*time.Second, 10*time.Millisecond,
				"the boxes hold %s", model(t, p).Title)
		})
	}
}

func TestFillBoxes_OfAPageThatGoesOn_IsDone(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"paste": byPaste + `boxes.forEach(b => b.addEventListener('paste', () => form.submit()));`,
		"keys":  advance + `boxes[5].addEventListener('input', () => { if (boxes.every(b => b.value)) form.submit() });`,
		"gone":  byPaste + `boxes.forEach(b => b.addEventListener('paste', () => { form.remove(); fetch('/in', {method: 'POST'}).then(() => location.href = '/in') }));`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/in" || r.URL.RawQuery != "" {
					_, _ = io.WriteString(w, "<!doctype html><h1>In</h1>")
					return
				}
				_, _ = io.WriteString(w, "<!doctype html>"+boxes("maxlength=1", script))
			}))
			m := open(t, p, at("a.test", "/"))
			mark := p.Mark()

			require.NoError(t, p.FillBoxes(testContext(t), m.Controls, session.NewSecret("482913"), origins(at("a.test", "/"))))

			require.Equal(t, []string{"In"}, settle(t, p, mark).Headings)
		})
	}
}

func TestFillBoxes_ThatRefuse_SaysSo(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": boxes("maxlength=1", `boxes.forEach(b => b.addEventListener('input', () => b.value = ''))`)})
	m := open(t, p, at("a.test", "/"))
	allowed := origins(at("a.test", "/"))

	require.ErrorIs(t, p.FillBoxes(testContext(t), m.Controls, session.NewSecret("482913"), allowed), login.ErrNotInteractable)
	require.ErrorIs(t, p.FillBoxes(testContext(t), m.Controls, session.NewSecret("48291"), allowed), login.ErrNotInteractable)
	require.ErrorIs(t, p.FillBoxes(testContext(t), nil, session.NewSecret(""), allowed), login.ErrNotInteractable)
}

func TestSelect_ByTextValueOrPart_ChoosesTheOption(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": `<select id=s><option value="">Choose</option><option value=de>Germany</option><option value=fr>France (Metropolitan)</option><option disabled>Spain</option></select>
		<pre id=log></pre><script>for (const type of ['input', 'change']) s.addEventListener(type, () => log.textContent += type + ':' + s.value + ';')</script>`})
	m := open(t, p, at("a.test", "/"))
	c := control(t, m, "s")
	require.Equal(t, []string{"Choose", "Germany", "France (Metropolitan)", "Spain"}, c.Options)

	for _, option := range []string{" germany ", "fr", "Choose", "metropolitan"} {
		require.NoError(t, p.Select(testContext(t), c, option), option)
	}

	shows(t, p, "input:de;change:de;input:fr;change:fr;input:;change:;input:fr;change:fr;")
	require.ErrorIs(t, p.Select(testContext(t), c, "Spain"), login.ErrNotInteractable)
	require.ErrorIs(t, p.Select(testContext(t), c, "Atlantis"), login.ErrNotInteractable)
}
