package worker_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// drains has a keeper's first browser replaced; the headless shell at once, another when it is asked for.
func (k *fakeKeeper) drains(replacement *browser.KeptBrowser) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.browsers[0].Draining = true
	if replacement != nil {
		k.browsers = append(k.browsers, *replacement)
	}
}

func TestFleet_WhenItsBrowserIsReplaced_BeginsLoginsOnTheNewOne_AndKeepsThePages(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "host_1"}
	y := newYard(t, k)
	var lost atomic.Int32
	y.OnLost = func(session.BrowserKind) { lost.Add(1) }
	old := y.browser(session.BrowserShell)
	require.NoError(t, y.Join(t.Context()))
	require.Zero(t, k.connections()[0].retired.Load())
	k.drains(&browser.KeptBrowser{ID: "br_next", Kind: session.BrowserShell, Since: time.Now()})
	for range 2 {
		require.NoError(t, y.Join(t.Context()))
	}
	require.EqualValues(t, 1, k.connections()[0].retired.Load(), "it needs no warm pages any more")
	require.Equal(t, "br_next", y.browser(session.BrowserShell))
	held, err := y.Held(t.Context(), old)
	require.NoError(t, err)
	require.Equal(t, old, held.ID(), "its pages are used further")
	require.NotContains(t, y.seen(), "stopped browser-"+old)

	k.dies(0)
	require.Eventually(t, func() bool { return slices.Contains(y.seen(), "stopped browser-"+old) }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, []string{"br_next"}, y.alive("host_1"))
	require.Zero(t, lost.Load(), "its end was no loss")
}

func TestFleet_WhenABrowserWithoutReplacementDrains_HasAnotherStarted(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "host_1"}
	y := newYard(t, k)
	old := y.browser(session.BrowserChrome)
	k.drains(nil)
	require.NoError(t, y.Join(t.Context()))
	require.NotEqual(t, old, y.browser(session.BrowserChrome))
	require.Equal(t, 2, k.starts())
}
