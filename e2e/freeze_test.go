//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// frozen counts the browser contexts whose page is frozen; -1 while that is not known.
func (k *keeper) frozen() int {
	list, err := k.Contexts(k.t.Context(), k.newest().ID)
	if err != nil {
		return -1
	}
	n := 0
	for _, c := range list {
		if c.Frozen {
			n++
		}
	}
	return n
}

// freezes waits until so many pages are frozen.
func (k *keeper) freezes(n int) {
	k.t.Helper()
	require.Eventually(k.t, func() bool { return k.frozen() == n }, time.Minute, 50*time.Millisecond)
}

// suspends waits until the processes of so many pages are stopped.
func (k *keeper) suspends(n int) {
	k.t.Helper()
	require.Eventually(k.t, func() bool {
		list, err := k.Contexts(k.t.Context(), k.newest().ID)
		if err != nil {
			return false
		}
		stopped := slices.DeleteFunc(list, func(c browser.KeptContext) bool { return !c.Suspended })
		return len(stopped) == n
	}, browser.DefaultSuspendAfter+time.Minute, 50*time.Millisecond)
}

// freezing starts a standalone process that freezes pages soon.
func freezing(t *testing.T, dir string, l *lab, site string) *app {
	t.Helper()
	return onSite(t, freezer(t, dir, time.Second), l, site)
}

// freezer is a standalone process that freezes pages after that time.
func freezer(t *testing.T, dir string, after time.Duration) *server {
	t.Helper()
	config := filepath.Join(t.TempDir(), "anteroom.yaml")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "operations:\n  freezeAfter: %s\n", after), 0o600))
	return up(t, dir, "--config", config)
}

func TestWaiting_WhenItTakesLong_FreezesThePageUntilTheAnswer(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{})
	a := freezing(t, dataDir(t), l, "code")
	k := keeperOf(t, a.srv)
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	k.freezes(1)

	wrong := wrongCode(l.code(t, "code", "ada"), 1)
	a.resume(op, q, wrong)
	q = a.asked(op)
	require.Equal(t, "code_rejected", q.Reason)
	k.freezes(1)
	a.resume(op, q, l.code(t, "code", "ada", wrong))
	a.done(op)
	require.Equal(t, 1, l.submits("code", "ada"))
}

func TestKill_WhileThePageIsSuspended_GoesOnWithIt(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{})
	dir := dataDir(t)
	a := freezing(t, dir, l, "code")
	op := a.startAs("ada", l.Password())
	q := a.asked(op)
	keeperOf(t, a.srv).suspends(1)

	require.NoError(t, a.srv.kill())
	a = a.on(freezer(t, dir, time.Second))
	a.resume(op, q, l.code(t, "code", "ada"))
	a.done(op)
	require.Equal(t, 1, l.submits("code", "ada"))
	require.Equal(t, 1, a.operation(op).Attempt)
}

func TestKill_BeforeThePageIsFrozen_LeavesItToTheNextWorker(t *testing.T) {
	t.Parallel()
	l := newLab(t, loginlab.Options{})
	dir := dataDir(t)
	a := onSite(t, freezer(t, dir, time.Hour), l, "code")
	op := a.startAs("ada", l.Password())
	q := a.asked(op)

	require.NoError(t, a.srv.kill())
	a = a.on(freezer(t, dir, time.Second))
	keeperOf(t, a.srv).freezes(1)
	require.Equal(t, session.OperationWaiting, a.operation(op).State)
	a.resume(op, q, l.code(t, "code", "ada"))
	a.done(op)
	require.Equal(t, 1, l.submits("code", "ada"))
}
