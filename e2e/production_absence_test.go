//go:build e2e && production

package e2e

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

func TestProduction_WhenAnAnswerComesWhileEveryWorkerIsDown_ItIsKeptAndUsed(t *testing.T) { //nolint:paralleltest // it kills what others use
	l := newLab(t, loginlab.Options{})
	c := &crash{app: onSite(t, everything.shared, l, "code"), lab: l, ops: map[string]string{}}
	questions := map[string]session.InfoRequest{}
	for n := range 4 {
		user := fmt.Sprintf("user-%d", n)
		c.ops[user] = c.startAs(user, l.Password())
		questions[user] = c.asked(c.ops[user])
	}
	var backs []func() error
	for _, w := range inProduction.workers {
		require.NoError(t, w.kill())
		back := sync.OnceValue(w.run)
		t.Cleanup(func() { require.NoError(t, back()) })
		backs = append(backs, back)
	}

	for user, op := range c.ops {
		c.resume(op, questions[user], l.code(t, "code", user))
		require.Nil(t, c.operation(op).Question, "an answered question is asked nobody else")
		require.False(t, c.operation(op).State.Final(), "it waits for a worker")
	}
	c.ops["late"] = c.startAs("late", l.Password())
	require.Zero(t, l.submits("code", "late"))
	for _, back := range backs {
		require.NoError(t, back())
	}

	c.resume(c.ops["late"], c.asked(c.ops["late"]), l.code(t, "code", "late"))
	for user, op := range c.ops {
		c.state(op, session.OperationSucceeded)
		require.Equal(t, 1, c.operation(op).Attempt, "the page outlives the workers")
		require.Equal(t, 1, l.submits("code", user), "one password")
		require.Equal(t, 1, l.Count(loginlab.KindCodeSent, "code", user), "one code")
	}
	require.Empty(t, l.codes.repeated())
}
