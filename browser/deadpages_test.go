//go:build browser

package browser_test

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// soonDead waits until the browser says that exactly these pages are dead, and how long that took.
func soonDead(t *testing.T, b *browser.Browser, pages ...*browser.Page) {
	t.Helper()
	want := []string{}
	for _, p := range pages {
		_, id := p.IDs()
		want = append(want, id)
	}
	began := time.Now()
	slices.Sort(want)
	require.Eventually(t, func() bool {
		dead, err := b.DeadPages(testContext(t))
		slices.Sort(dead)
		return err == nil && slices.Equal(want, dead)
	}, 10*time.Second, 10*time.Millisecond, "these pages are dead, and no others: %v", want)
	t.Logf("known after %s", time.Since(began).Round(time.Millisecond))
}

func killRenderers(t *testing.T, b *browser.Browser) {
	t.Helper()
	for _, pid := range renderers(t, b) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
}

func TestDeadPages_OfAKeeper_AreKnownToWhomeverConnects(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	at := serve(t, html{"/": "<form><input name=u></form>"})
	first := k.connect(t)
	crashes, closes := pageOf(t, first, browser.PageOptions{}), pageOf(t, first, browser.PageOptions{})
	open(t, crashes, at("a.test", "/"))
	soonDead(t, first)
	killRenderers(t, first)
	soonDead(t, first, crashes, closes)
	require.NoError(t, closes.Close(testContext(t)))
	soonDead(t, first, crashes)

	lives := pageOf(t, first, browser.PageOptions{})
	open(t, lives, at("a.test", "/"))
	ended := pageOf(t, first, browser.PageOptions{})
	require.NoError(t, ended.CloseWindow(testContext(t)))
	first.Cut()
	<-first.Lost()
	second := k.connect(t)
	soonDead(t, second, crashes, ended)
}

func TestDeadPages_ThatDieWhileNobodyIsConnected_AreKnownAfterwards(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	at := serve(t, html{"/": "<form><input name=u></form>"})
	first := k.connect(t)
	p := pageOf(t, first, browser.PageOptions{})
	open(t, p, at("a.test", "/"))
	first.Cut()
	<-first.Lost()
	killRenderers(t, first)
	soonDead(t, k.connect(t), p)
}
