//go:build browser

package browser_test

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// hasEnded reports that the keeper decided to leave.
func (k *keptBench) hasEnded() bool {
	select {
	case <-k.keeper.Ended():
		return true
	default:
		return false
	}
}

// endsWhenAsked closes the keeper once it decides to leave, as its process does.
func (k *keptBench) endsWhenAsked(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-k.keeper.Ended()
		ctx, cancel := contextForAll()
		defer cancel()
		_ = k.keeper.Close(ctx)
	}()
	t.Cleanup(func() { <-done })
}

func TestKeeper_ThatNobodyNeeds_LeavesAfterAWhile(t *testing.T) {
	t.Parallel()
	k := startKeeperThat(t, browser.KeeperOptions{LeaveAfter: 200 * time.Millisecond})
	client := k.connect(t)
	require.NoError(t, k.endpoint.Want(testContext(t), browser.Wanted{Pages: 1, Until: time.Now().Add(time.Hour)}))
	require.Equal(t, 1, k.keeper.State().Clients)
	require.NoError(t, client.Close(testContext(t)))
	require.Never(t, k.hasEnded, time.Second, 50*time.Millisecond, "a page is wanted")
	require.NoError(t, k.endpoint.Want(testContext(t), browser.Wanted{Pages: 1, Until: time.Now().Add(-time.Second)}))
	require.Eventually(t, k.hasEnded, 10*time.Second, 10*time.Millisecond, "nobody can answer any more")
	_, err := k.endpoint.State(testContext(t))
	require.Error(t, err, "nobody may come now")
	require.NotErrorIs(t, err, browser.ErrNoKeeper)
}

func TestKeeper_WithAClient_Stays(t *testing.T) {
	t.Parallel()
	k := startKeeperThat(t, browser.KeeperOptions{LeaveAfter: 100 * time.Millisecond})
	k.connect(t)
	require.Never(t, k.hasEnded, time.Second, 50*time.Millisecond)
}

func TestKeeper_WantedForTooLong_IsBounded(t *testing.T) {
	t.Parallel()
	k := startKeeperThat(t, browser.KeeperOptions{LeaveAfter: time.Minute})
	require.NoError(t, k.endpoint.Want(testContext(t), browser.Wanted{Pages: 2, Until: time.Now().Add(1000 * time.Hour)}))
	require.Less(t, time.Until(k.keeper.State().Wanted.Until), 49*time.Hour)
	require.Error(t, k.endpoint.Want(testContext(t), browser.Wanted{Pages: -1}))
}

func TestKeeper_WhenItsLastClientDeparts_EndsAtOnce_UnlessPagesAreWanted(t *testing.T) {
	t.Parallel()
	k := startKeeperThat(t, browser.KeeperOptions{LeaveAfter: time.Hour})
	k.endsWhenAsked(t)
	one, other := k.connect(t), k.connect(t)
	require.NoError(t, k.endpoint.Want(testContext(t), browser.Wanted{Pages: 1, Until: time.Now().Add(time.Hour)}))
	ended, err := k.endpoint.Depart(testContext(t))
	require.NoError(t, err)
	require.False(t, ended, "a page is wanted")

	require.NoError(t, k.endpoint.Want(testContext(t), browser.Wanted{}))
	require.NoError(t, one.Close(testContext(t)))
	ended, err = k.endpoint.Depart(testContext(t))
	require.NoError(t, err)
	require.False(t, ended, "somebody else is there")

	require.NoError(t, other.Close(testContext(t)))
	ended, err = k.endpoint.Depart(testContext(t))
	require.NoError(t, err)
	require.True(t, ended)
	_, err = k.endpoint.Depart(testContext(t))
	require.ErrorIs(t, err, browser.ErrNoKeeper)
}

func TestKeeper_WithoutATime_StaysWhoeverDeparts_UntilItIsStopped(t *testing.T) {
	t.Parallel()
	k := startKeeperThat(t, browser.KeeperOptions{})
	k.endsWhenAsked(t)
	ended, err := k.endpoint.Depart(testContext(t))
	require.NoError(t, err)
	require.False(t, ended)
	k.connect(t)
	require.NoError(t, k.endpoint.Stop(testContext(t)))
	_, err = k.endpoint.State(testContext(t))
	require.ErrorIs(t, err, browser.ErrNoKeeper)
}

func TestKeeper_OnALongPath_IsReached(t *testing.T) {
	t.Parallel()
	k := startKeeper(t, browser.Options{})
	path := filepath.Join(t.TempDir(), strings.Repeat("long", 50), "b.sock")
	keeper, err := browser.NewKeeper(testContext(t), browser.KeeperOptions{Socket: path, Host: "host_b", Proxy: k.proxy, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, keeper.Close(testContextOf(t))) })
	at := browser.NewEndpoint(path)
	t.Cleanup(at.Close)
	state, err := at.State(testContext(t))
	require.NoError(t, err)
	require.Equal(t, "host_b", state.Host)
}

func TestEndpoint_ThatIsForwardedFromElsewhere_IsNotGoneWhenTheWayIs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.sock")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"host":"host_far","machine":"another"}`))
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	at := browser.NewEndpoint(path)
	t.Cleanup(at.Close)
	_, err = at.State(testContext(t))
	require.NoError(t, err)
	require.NoError(t, server.Close())
	<-done
	_, err = at.State(testContext(t))
	require.ErrorContains(t, err, "forward its socket again")
	require.NotErrorIs(t, err, browser.ErrNoKeeper)
}
