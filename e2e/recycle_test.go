//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// More logins than a browser serves: it is replaced under one that waits, and ends with that one's page.
func TestRecycle_UnderALoginThatWaits_IsNotNoticed(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	config := filepath.Join(dir, "anteroom.yaml")
	require.NoError(t, os.WriteFile(config, []byte("browser:\n  recycleAfterLogins: 3\n"), 0o600))
	l := newLab(t, loginlab.Options{})
	srv := up(t, dir, "--config", config)
	k := keeperOf(t, srv)
	a := onSite(t, srv, l, "code")
	waits := a.startAs("waits", l.Password())
	question := a.asked(waits)
	old := k.newest().ID
	login := func(n int) {
		user := fmt.Sprintf("user-%d", n)
		op := a.startAs(user, l.Password())
		a.answered(op, l.code(t, "code", user))
		a.done(op)
		require.Equal(t, 1, a.operation(op).Attempt)
	}
	n := 0
	for ; n < 2; n++ {
		login(n)
	}
	require.Eventually(t, func() bool { return k.newest().ID != old }, time.Minute, pause, "it served its three logins")
	for ; n < 4; n++ { // while workers may not know yet
		login(n)
	}
	state, err := k.State(t.Context())
	require.NoError(t, err)
	require.Len(t, state.Browsers, 2, "a login waits on the old one")

	a.resume(waits, question, l.code(t, "code", "waits"))
	a.done(waits)
	require.Equal(t, 1, a.operation(waits).Attempt)
	require.Equal(t, 1, l.submits("code", "waits"))
	require.Eventually(t, func() bool {
		state, err := k.State(t.Context())
		return err == nil && len(state.Browsers) == 1 && state.Browsers[0].ID != old
	}, time.Minute, pause, "the old one ended with its last page")
	login(n)
}
