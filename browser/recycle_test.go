//go:build browser

package browser_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// recycled is a keeper whose browser was due, with a client of the old browser and one of the new.
func recycled(t *testing.T, recycle browser.Recycling, makeDue func(old *browser.Browser), at time.Time) (k *keptBench, old, next *browser.Browser) {
	t.Helper()
	k = startRecycling(t, browser.Options{}, recycle)
	old = k.connect(t)
	require.NoError(t, k.keeper.Recycle(time.Now()))
	require.Len(t, k.keeper.State().Browsers, 1, "nothing speaks for a replacement")
	makeDue(old)
	require.NoError(t, k.keeper.Recycle(at))
	list := k.keeper.State().Browsers
	require.Len(t, list, 2)
	require.Equal(t, old.ID(), list[0].ID)
	require.True(t, list[0].Draining)
	require.False(t, list[1].Draining)
	started, err := k.endpoint.Start(testContext(t), session.BrowserShell)
	require.NoError(t, err)
	require.Equal(t, list[1].ID, started.ID, "new logins begin on the new browser")
	next, err = k.endpoint.Connect(testContext(t), started.ID, browser.ConnectOptions{WarmPages: -1, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, next.Close(context.Background())) })
	return k, old, next
}

func ended(k *keptBench, b *browser.Browser) func() bool {
	return func() bool {
		for _, other := range k.keeper.State().Browsers {
			if other.ID == b.ID() {
				return false
			}
		}
		return true
	}
}

func TestRecycling_ByLogins_ReplacesTheBrowser_AndEndsItWithItsLastPage(t *testing.T) {
	t.Parallel()
	site := serve(t, html{"/": halfFilled})
	var parked *browser.Page
	later := time.Now().Add(browser.DrainGrace + time.Second)
	k, old, next := recycled(t, browser.Recycling{AfterLogins: 2}, func(old *browser.Browser) {
		for range 2 {
			old.CountLogin()
		}
		parked = pageOf(t, old, browser.PageOptions{})
		open(t, parked, site("a.test", "/"))
		require.NoError(t, old.ReportLogins(testContext(t)))
		require.NoError(t, old.ReportLogins(testContext(t)), "they are reported once")
	}, time.Now())

	require.NoError(t, k.keeper.Recycle(later))
	require.False(t, ended(k, old)(), "a login waits on it")
	require.Equal(t, []string{"Code"}, model(t, parked).Headings)
	proof := pageOf(t, old, browser.PageOptions{})
	open(t, proof, site("a.test", "/"))
	require.NoError(t, proof.Close(testContext(t)), "its login is proven beside it")
	open(t, pageOf(t, next, browser.PageOptions{}), site("a.test", "/"))

	require.NoError(t, parked.Close(testContext(t)))
	require.NoError(t, k.keeper.Recycle(later))
	<-old.Lost()
	require.True(t, old.Gone(testContext(t)))
	require.Eventually(t, ended(k, old), 10*time.Second, 10*time.Millisecond)
	require.Len(t, k.keeper.State().Browsers, 1, "it is not replaced once more")
	require.NoError(t, next.Ping(testContext(t)))
}

func TestRecycling_ByAge_ReplacesTheBrowser(t *testing.T) {
	t.Parallel()
	k, old, _ := recycled(t, browser.Recycling{After: time.Hour}, func(*browser.Browser) {}, time.Now().Add(2*time.Hour))
	require.NoError(t, k.keeper.Recycle(time.Now().Add(2*time.Hour+2*browser.DrainGrace)))
	require.Eventually(t, ended(k, old), 10*time.Second, 10*time.Millisecond)
}

func TestRecycling_ByMemory_CountsThePages(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	empty, err := browser.TreeMemory(testContext(t), k.shell().PID)
	if err != nil {
		t.Skip("the memory of another user's processes cannot be read")
	}
	site := serve(t, html{"/": "<script>kept = new Uint8Array(64 << 20).fill(1)</script>"})
	recycled(t, browser.Recycling{AboveMemory: empty + 60<<20}, func(old *browser.Browser) {
		open(t, pageOf(t, old, browser.PageOptions{}), site("a.test", "/"))
	}, time.Now())
}

func TestRetire_GivesUpTheWarmPagesOnly(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	b, err := k.endpoint.Connect(testContext(t), k.shell().ID, browser.ConnectOptions{WarmPages: 2, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close(context.Background())) })
	require.Eventually(t, func() bool { return b.WarmCount() == 2 }, 10*time.Second, 10*time.Millisecond)
	p := pageOf(t, b, browser.PageOptions{})
	b.Retire(testContext(t))
	require.Zero(t, b.WarmCount())
	require.Eventually(t, func() bool { return k.keeper.Contexts() == 1 }, 10*time.Second, 10*time.Millisecond, "the page in use stays")
	require.NoError(t, p.Close(testContext(t)))
	require.NoError(t, pageOf(t, b, browser.PageOptions{}).Close(testContext(t)), "a proof is still made")
}
