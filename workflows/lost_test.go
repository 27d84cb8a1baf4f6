package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestLogin_WhenOnlyThePageIsLostWhileWaiting_GivesItBackAndStartsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), asks(1), loggedIn())
	w.losePageAfter(time.Minute, 1)
	w.losePageAfter(90*time.Second, 1) // repeated by somebody who did not know
	w.answerAfter(2*time.Minute, 2)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, 2, w.finish.Write.Attempt)
	require.Equal(t, "browser_lost", w.asked[1].Reason)
	require.Equal(t, []string{
		"Begin", "OpenPage", "Ask", "ClosePage", "OpenPage", "Ask", "Advance", "Prove", "Finish", "ClosePage",
	}, w.storyOf("Record"), "the browser lives on: its page is given back")
}

func TestLogin_WhenTheBrowserIsLostBeforeAnythingWasAsked_StartsOverSilently(t *testing.T) {
	t.Parallel()
	for _, policy := range []session.BrowserLostPolicy{"", session.BrowserLostRestart, session.BrowserLostFail} {
		w := newWorld(t)
		w.policy = policy
		w.opensNever(1)
		w.script(asks(1), loggedIn())
		w.loseAfter(time.Minute, 1)
		w.answerAfter(2*time.Minute, 1)
		w.run()
		w.requireEnd(session.OperationSucceeded)
		require.Equal(t, 2, w.finish.Write.Attempt)
		require.Empty(t, w.asked[0].Reason, "nobody was asked before, so there is nothing to explain")
		require.Equal(t, asks(1).Question.Message, w.asked[0].Message)
	}
}

func TestLogin_AfterALostBrowser_SaysWhyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), asks(1), asks(1), loggedIn())
	w.loseAfter(time.Minute, 1)
	w.answerAfter(2*time.Minute, 2)
	w.answerAfter(3*time.Minute, 3)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{"", "browser_lost", ""}, []string{w.asked[0].Reason, w.asked[1].Reason, w.asked[2].Reason})
}

func TestLogin_WhenTheBrowserIsLostAfterAQuestion_FollowsThePolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		policy  session.BrowserLostPolicy
		end     session.OperationState
		attempt int
	}{
		{"", session.OperationSucceeded, 2},
		{session.BrowserLostRestart, session.OperationSucceeded, 2},
		{session.BrowserLostFail, session.OperationFailed, 1},
	} {
		w := newWorld(t)
		w.policy = c.policy
		w.script(asks(1), asks(1), loggedIn())
		w.loseAfter(time.Minute, 1)
		w.answerAfter(2*time.Minute, 2)
		w.run()
		w.requireEnd(c.end)
		require.Equal(t, c.attempt, w.finish.Write.Attempt)
		if c.end == session.OperationFailed {
			require.Equal(t, session.FailureEngine, w.finish.Failure.Class)
			require.Equal(t, "browser_lost", w.finish.Failure.Code)
			require.Contains(t, w.finish.Failure.Message, "onBrowserLost")
		}
	}
}
