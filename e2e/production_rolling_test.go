//go:build e2e && production

package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// betweenRestarts is how long a rolling restart leaves each process before it takes the next.
const betweenRestarts = 3 * time.Second

func TestProduction_ARollingRestartOfEverything_LosesNothing(t *testing.T) { //nolint:paralleltest // it restarts what others use
	p := inProduction
	l := startLoad(t, loadOptions{
		PerMinute: 20, APIs: p.addresses(), Key: everything.shared.key, Lab: newLab(t, loginlab.Options{}), Thinks: 3 * time.Second,
	})
	require.Eventually(t, func() bool { return l.began() >= 2 }, loginTimeout, pause)
	for _, r := range slices.Concat(p.apis, p.workers, []*replica{p.temporal, p.browser}) {
		began := time.Now()
		require.NoError(t, r.restart(), r.name)
		t.Logf("%s was restarted in %s", r.name, time.Since(began).Round(time.Millisecond))
		<-time.After(betweenRestarts)
	}
	require.NoError(t, p.postgres.stop())
	require.NoError(t, p.postgres.start())
	<-time.After(betweenRestarts)
	l.stop().requireNothingLost(t)
}
