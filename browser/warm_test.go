//go:build browser

package browser_test

import (
	"context"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

func warmBrowser(t *testing.T, pages int) *bench {
	t.Helper()
	b, err := launch(testContext(t), browser.Options{WarmPages: pages})
	require.NoError(t, err)
	t.Cleanup(b.end)
	return b
}

func TestNewPage_WhenWarm_IsFreshEachTime(t *testing.T) {
	t.Parallel()
	b := warmBrowser(t, 2)
	at := serve(t, html{"/": `<p id=c></p><script>c.textContent = 'cookie ' + document.cookie; document.cookie = 'seen=1'</script>`})
	require.Eventually(t, func() bool { return b.browser.WarmCount() == 2 }, 10*time.Second, 10*time.Millisecond)
	seen := map[string]bool{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			p, err := b.browser.NewPage(context.Background(), browser.PageOptions{})
			if err != nil {
				return
			}
			id, _ := p.IDs()
			mu.Lock()
			defer mu.Unlock()
			seen[id] = true
		})
	}
	all.Wait()
	require.Len(t, seen, 6, "none is handed out twice")
	require.Eventually(t, func() bool { return b.browser.WarmCount() == 2 }, 10*time.Second, 10*time.Millisecond, "they are made anew")
	for range 2 {
		p := pageWith(t, b, browser.PageOptions{})
		require.Equal(t, "cookie", open(t, p, at("a.test", "/")).Text)
	}
}

func TestNewPage_WithAProxyOfItsOwn_IsNotWarm(t *testing.T) {
	t.Parallel()
	b := warmBrowser(t, 1)
	require.Eventually(t, func() bool { return b.browser.WarmCount() == 1 }, 10*time.Second, 10*time.Millisecond)
	other, err := browser.NewProxy(testContext(t), browser.ProxyOptions{Resolver: resolver{}, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = other.Close(context.Background()) })

	p := pageWith(t, b, browser.PageOptions{ProxyURL: other.URL()})

	require.Equal(t, 1, b.browser.WarmCount())
	require.Error(t, p.Navigate(testContext(t), "http://a.test/"), "its proxy refuses everything here")
}

func TestNewPage_WhenTheWarmOneDied_IsAnother(t *testing.T) {
	t.Parallel()
	b := warmBrowser(t, 1)
	require.Eventually(t, func() bool { return b.browser.WarmCount() == 1 }, 10*time.Second, 10*time.Millisecond)
	for _, pid := range renderers(t, b.browser) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	require.Eventually(t, func() bool { return b.browser.WarmCount() == 0 }, 10*time.Second, time.Millisecond)

	servesOn(t, b.browser)

	require.NoError(t, b.browser.Close(testContext(t)))
	require.Zero(t, b.browser.WarmCount())
}

func TestNewPage_WithoutWarmPages_KeepsNone(t *testing.T) {
	t.Parallel()
	b := warmBrowser(t, -1)
	pageWith(t, b, browser.PageOptions{})
	require.Zero(t, b.browser.WarmCount())
}

func TestNewPage_Latency(t *testing.T) {
	t.Parallel()
	for name, pages := range map[string]int{"cold": -1, "warm": 1} {
		b := warmBrowser(t, pages)
		var times []time.Duration
		for range 9 {
			require.Eventually(t, func() bool { return b.browser.WarmCount() == max(0, pages) }, 10*time.Second, 5*time.Millisecond)
			begin := time.Now()
			p, err := b.browser.NewPage(testContext(t), browser.PageOptions{})
			times = append(times, time.Since(begin))
			require.NoError(t, err)
			require.NoError(t, p.Close(context.Background()))
		}
		slices.Sort(times)
		t.Logf("NewPage %s: median %v, best %v", name, times[len(times)/2], times[0])
	}
}
