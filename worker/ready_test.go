package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
)

func TestReady_OfTemporal_IsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	d, c := newDispatcher(t)
	c.On("CheckHealth", bounded, &client.CheckHealthRequest{}).Return(&client.CheckHealthResponse{}, nil).Once()
	require.NoError(t, d.Ready(t.Context()))
	c.On("CheckHealth", bounded, &client.CheckHealthRequest{}).Return(nil, errAway).Once()
	require.ErrorIs(t, d.Ready(t.Context()), errAway)
}

func TestReady_OfAFleet_StartsTheBrowserThatIsMissing(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: "kept"}
	y := newYard(t, k)
	require.ErrorIs(t, y.Ready(t.Context()), worker.ErrNoBrowser)
	ready := func() bool { return y.Ready(t.Context()) == nil }
	require.Eventually(t, ready, 5*time.Second, 5*time.Millisecond)
	_, err := y.Running(t.Context(), session.BrowserShell)
	require.NoError(t, err)
	require.Equal(t, 1, k.starts(), "the one that runs is taken")

	k.dies(0)
	require.ErrorIs(t, y.Ready(t.Context()), worker.ErrNoBrowser)
	require.Eventually(t, ready, 5*time.Second, 5*time.Millisecond)

	y.Drain()
	require.ErrorContains(t, y.Ready(t.Context()), "stopping")
}
