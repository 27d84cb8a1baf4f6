//go:build browser

package browser_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

// typical is a page as logins are: many elements, few controls.
func typical() string {
	var b strings.Builder
	b.WriteString(`<header><nav><ul>`)
	for i := range 40 {
		_, _ = fmt.Fprintf(&b, `<li><a href="/n%d"><span>Entry %d</span></a></li>`, i, i)
	}
	b.WriteString(`</ul></nav></header><main><form action=/next method=post><h1>Sign in</h1><div class=field><label for=u>User name</label><input id=u name=u></div>
		<div class=field><label for=p>Password</label><input id=p name=p type=password></div><label><input type=checkbox name=r> Remember me</label><button id=go>Sign in</button></form></main><footer>`)
	for i := range 450 {
		_, _ = fmt.Fprintf(&b, `<div class="cell c%d"><p>Some <b>words</b> here</p><svg></svg></div>`, i)
	}
	return b.String() + `</footer>`
}

func TestPage_StepsOfALogin_Latency(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	at := serve(t, html{"/": typical(), "/next": "<h1>In</h1>"})
	allowed := origins(at("a.test", "/"))
	times := map[string][]time.Duration{}
	step := func(name string, do func()) {
		begin := time.Now()
		do()
		times[name] = append(times[name], time.Since(begin))
	}
	for range 15 {
		var m *login.PageModel
		step("1 navigate", func() { require.NoError(t, p.Navigate(testContext(t), at("a.test", "/"))) })
		step("2 settle", func() { require.NoError(t, p.Settle(testContext(t), 0, 0, limit)) })
		step("3 model of 2,000 nodes", func() { m = model(t, p) })
		step("4 fill", func() { require.NoError(t, fill(t, p, control(t, m, "u"), "ada", allowed)) })
		step("5 fill", func() { require.NoError(t, fill(t, p, control(t, m, "p"), "secret", allowed)) })
		mark := p.Mark()
		step("6 click", func() { require.NoError(t, p.Click(testContext(t), control(t, m, "go"))) })
		step("7 settle", func() { require.NoError(t, p.Settle(testContext(t), mark, time.Second, limit)) })
		step("8 model", func() { m = model(t, p) })
		require.Equal(t, []string{"In"}, m.Headings)
	}
	for _, name := range slices.Sorted(maps.Keys(times)) {
		all := times[name]
		slices.Sort(all)
		t.Logf("%-24s median %v, best %v", name, all[len(all)/2].Round(10*time.Microsecond), all[0].Round(10*time.Microsecond))
	}
}
