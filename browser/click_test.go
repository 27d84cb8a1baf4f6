//go:build browser

package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Dialogs slide in. A button that moves on between being found and being clicked is missed, and its neighbour hit.
func TestClick_WhileADialogSlidesIn_HitsTheButton(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"animation": `<style>@keyframes in { from { transform: translateX(-800px) } }
			p { margin: 0 0 0 800px; animation: in .9s linear } button { padding: 0; border: 0; width: 10px }</style><p><button id=ok>OK</button><button id=cancel>Cancel</button></p>`,
		"transition in a shadow tree": `<x-d id=d></x-d><script>
			d.attachShadow({mode: 'open'}).innerHTML = '<p style="margin:0 0 0 800px;transform:translateX(-800px);transition:transform .9s linear">' +
				'<button id=ok style="padding:0;border:0;width:10px">OK</button><button id=cancel>Cancel</button></p>'
			d.getBoundingClientRect(); d.shadowRoot.firstChild.getBoundingClientRect(); d.shadowRoot.firstChild.style.transform = 'none'</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t)
			at := serve(t, html{"/": page + `<pre id=log></pre><script>
				addEventListener('click', e => log.textContent += 'clicked ' + e.composedPath()[0].id + ';')</script>`})
			m := open(t, p, at("a.test", "/"))
			require.NoError(t, p.Click(testContext(t), control(t, m, "ok")))
			shows(t, p, "clicked ok;")
			require.NotContains(t, model(t, p).Text, "cancel;")
		})
	}
}
