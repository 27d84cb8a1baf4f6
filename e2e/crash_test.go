//go:build e2e

package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// endTimeout is how long an operation may take to end after a restart.
const endTimeout = 90 * time.Second

// crash is one kill -9 of the standalone process in the middle of some logins.
type crash struct {
	*app

	lab *lab
	ops map[string]string // by user
}

// crashing starts a standalone process, and logins on it.
func crashing(t *testing.T, dir string) *crash {
	t.Helper()
	l := newLab(t, loginlab.Options{})
	c := &crash{app: onSite(t, up(t, dir), l, "code"), lab: l, ops: map[string]string{}}
	for n := range 3 {
		user := fmt.Sprintf("user-%d", n)
		c.ops[user] = c.startAs(user, l.Password())
	}
	return c
}

// kill is kill -9; the browser survives it.
func (c *crash) kill() {
	c.t.Helper()
	keepers := keepersOn(c.srv.dataDir)
	require.Len(c.t, keepers, 1)
	require.NoError(c.t, c.srv.kill())
	require.Equal(c.t, keepers, keepersOn(c.srv.dataDir))
}

// restart starts the process again on the same data.
func (c *crash) restart() {
	c.t.Helper()
	c.app = c.on(up(c.t, c.srv.dataDir))
}

// end requires that every operation ends in time, with the session or with a typed failure, and that nothing was done twice.
// Questions are answered as they come, with the newest code.
func (c *crash) end() {
	c.t.Helper()
	deadline := time.Now().Add(endTimeout)
	for user, op := range c.ops {
		used := map[string]bool{}
		for c.follow(user, op, used) {
			require.True(c.t, time.Now().Before(deadline), "operation %s of %s hangs: %+v", op, user, c.operation(op))
		}
	}
	c.lab.quiet(c.t)
	for user, op := range c.ops {
		ended := c.operation(op)
		c.t.Logf("%s: %s after %d attempts, %d passwords submitted, %v", user, ended.State, ended.Attempt, c.lab.submits("code", user), ended.Failure)
		require.True(c.t, ended.State.Final())
		require.LessOrEqual(c.t, c.lab.submits("code", user), min(ended.Attempt, 2), "one submit per attempt")
	}
	require.Empty(c.t, c.lab.codes.repeated(), "a code was typed twice")
}

// follow looks once at a result; it reports whether the operation goes on.
func (c *crash) follow(user, op string, used map[string]bool) bool {
	c.t.Helper()
	r, err := c.srv.client.Result(c.t.Context(), c.project, op, 5*time.Second)
	require.NoError(c.t, err)
	switch r.Status { //nolint:exhaustive // pending goes on
	case client.Done:
		c.done(op)
		return false
	case client.Failed:
		require.Contains(c.t, session.FailureClasses(), r.Failure.Class)
		require.NotEmpty(c.t, r.Failure.Code)
		return false
	case client.RequestedMoreInfo:
		if code, ok := c.lab.LastCode("code", user); ok && !used[r.Question.ID] {
			used[r.Question.ID] = true
			c.resume(op, *r.Question, code)
		}
	}
	return true
}

func TestKill_JustAfterTheStart_EveryOperationEnds(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	c.kill()
	c.restart()
	c.end()
}

func TestKill_WhileWaitingForTheCode_EveryOperationEnds(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	first := map[string]session.InfoRequest{}
	for user, op := range c.ops {
		first[user] = c.asked(op)
	}
	c.kill()
	c.restart()
	c.end()
	for user, op := range c.ops {
		require.Equal(t, session.OperationSucceeded, c.operation(op).State, "%s: waiting is no reason to fail", user)
	}
}

func TestKill_WhileWaitingForTheCode_ThePageIsKept(t *testing.T) {
	t.Parallel()
	goesOn(t, func(c *crash) { c.kill() })
}

func TestStop_WhileWaitingForTheCode_ThePageIsKept(t *testing.T) {
	t.Parallel()
	goesOn(t, func(c *crash) {
		require.NoError(t, c.srv.stop())
		require.Contains(t, c.srv.tail(1), "stays for the logins that wait on its pages (3)")
	})
}

// goesOn has the process go while logins wait for their codes, starts it again and answers: nothing was submitted or sent twice.
func goesOn(t *testing.T, leave func(c *crash)) {
	t.Helper()
	c := crashing(t, dataDir(t))
	questions := map[string]session.InfoRequest{}
	for user, op := range c.ops {
		questions[user] = c.asked(op)
	}
	keepers := keepersOn(c.srv.dataDir)
	leave(c)
	c.restart()
	require.Equal(t, keepers, keepersOn(c.srv.dataDir), "the browser is the one of before")
	for user, op := range c.ops {
		code, ok := c.lab.LastCode("code", user)
		require.True(t, ok)
		c.resume(op, questions[user], code)
	}
	c.end()
	for user, op := range c.ops {
		require.Equal(t, session.OperationSucceeded, c.operation(op).State)
		require.Equal(t, 1, c.operation(op).Attempt)
		require.Equal(t, 1, c.lab.submits("code", user), "one password")
		require.Equal(t, 1, c.lab.Count(loginlab.KindCodeSent, "code", user), "one code")
	}
}

func TestKill_OfTheBrowserProcess_EveryOperationEnds(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	for _, op := range c.ops {
		c.asked(op)
	}
	for _, pid := range keepersOn(c.srv.dataDir) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	c.end()
	for user, op := range c.ops {
		require.Equal(t, session.OperationSucceeded, c.operation(op).State, user)
		require.Equal(t, 2, c.operation(op).Attempt, "a new page, and a new code")
	}
}

func TestStop_WithNothingWaiting_LeavesNothing(t *testing.T) {
	t.Parallel()
	srv := up(t, dataDir(t))
	require.Len(t, keepersOn(srv.dataDir), 1)
	require.NoError(t, srv.stop())
	require.Empty(t, keepersOn(srv.dataDir))
	require.NoError(t, noBrowserLeft(t.Context(), srv.tmp))
}

func TestKill_JustAfterTheAnswer_EveryOperationEnds(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	for user, op := range c.ops {
		c.asked(op)
		c.answered(op, c.lab.code(t, "code", user))
	}
	c.kill()
	c.restart()
	c.end()
}

func TestKill_WhileSubmitting_EveryOperationEnds(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	require.Eventually(t, func() bool { return c.lab.Count(loginlab.KindPasswordSubmit, "code", "") > 0 }, loginTimeout, time.Millisecond)
	c.kill()
	c.restart()
	c.end()
}

func TestStop_WithALoginWaiting_TakesLessThanTenSeconds_AndTheLoginGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	c := crashing(t, dataDir(t))
	for _, op := range c.ops {
		c.asked(op)
	}
	require.NoError(t, c.srv.stop(), "within the promised time, exit code 0")
	c.restart()
	c.end()
}
