//go:build e2e && production

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// departures are how a worker goes that does not come back for long.
var departures = []struct {
	name  string
	leave func(w *replica) error
}{
	{"kill -9", (*replica).kill},
	{"SIGTERM", (*replica).stop},
}

// goes has the worker go that has most of the operations, and has it back when the test ends.
func goes(t *testing.T, c *crash, leave func(w *replica) error) time.Time {
	t.Helper()
	w, err := inProduction.busiest(slices.Collect(maps.Values(c.ops)))
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, leave(w))
	t.Logf("%s was gone after %s", w.name, time.Since(began).Round(time.Millisecond))
	t.Cleanup(func() { require.NoError(t, w.run()) })
	return began
}

func TestProduction_WhenAWorkerGoes_ItsWaitingLoginsGoOnOnTheSamePage(t *testing.T) { //nolint:paralleltest // it stops what others use
	for _, d := range departures {
		t.Run(d.name, func(t *testing.T) { //nolint:paralleltest // as above
			l := newLab(t, loginlab.Options{})
			c := &crash{app: onSite(t, everything.shared, l, "code"), lab: l, ops: map[string]string{}}
			for n := range 4 {
				user := fmt.Sprintf("user-%d", n)
				c.ops[user] = c.startAs(user, l.Password())
			}
			questions := map[string]session.InfoRequest{}
			for user, op := range c.ops {
				questions[user] = c.asked(op)
			}
			goes(t, c, d.leave)
			for user, op := range c.ops {
				c.resume(op, questions[user], l.code(t, "code", user))
			}
			answered := time.Now()
			for user, op := range c.ops {
				c.state(op, session.OperationSucceeded)
				ended := c.operation(op)
				t.Logf("%s: a session %s after the answers", user, ended.FinishedAt.Sub(answered).Round(time.Millisecond))
				require.Equal(t, 1, ended.Attempt, "the page outlives the worker")
				require.Equal(t, 1, l.submits("code", user))
			}
			require.Empty(t, l.codes.repeated())
		})
	}
}

func TestProduction_WhenAWorkerGoes_LoginsInAStepEndWithinSeconds(t *testing.T) { //nolint:paralleltest // it stops what others use
	for _, d := range departures {
		t.Run(d.name, func(t *testing.T) { //nolint:paralleltest // as above
			l := newLab(t, loginlab.Options{SlowDelay: time.Second})
			c := &crash{app: onSite(t, everything.shared, l, "slow"), lab: l, ops: map[string]string{}}
			for n := range 3 {
				user := fmt.Sprintf("user-%d", n)
				c.ops[user] = c.startAs(user, l.Password())
			}
			require.Eventually(t, func() bool { return l.Count(loginlab.KindPasswordSubmit, "slow", "") > 0 }, loginTimeout, time.Millisecond)
			began := goes(t, c, d.leave)
			for user, op := range c.ops {
				c.state(op, session.OperationSucceeded)
				ended := c.operation(op)
				t.Logf("%s: a session %s after the worker was told to go, %d attempts", user,
					ended.FinishedAt.Sub(began).Round(time.Millisecond), ended.Attempt)
				require.LessOrEqual(t, l.submits("slow", user), ended.Attempt, "one submit per attempt")
			}
		})
	}
}
