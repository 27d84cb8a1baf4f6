package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

func TestWatch_WhenThePageGoesOnByItself_AdvancesWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.InfoRequestKind{session.AskApproval, session.AskLink, session.AskCaptcha} {
		w := newWorld(t)
		w.script(waitsFor(kind), loggedIn())
		w.watch(watcher{after: time.Minute, changed: true})
		w.run()
		w.requireEnd(session.OperationSucceeded)
		require.Equal(t, time.Minute, w.waited(), "as soon as it went on")
		require.Equal(t, session.StepWaitingExternal, w.shown[0])
		require.Empty(t, w.advanced[1].CodeQuestion)
		require.Empty(t, w.advanced[1].Answers)
		require.JSONEq(t, `{"asked":1}`, string(w.advanced[1].Progress))
		require.NotContains(t, w.story, "CloseQuestion", "the write that goes on closes it")
		require.Equal(t, questionID(1), w.consumed, "an answer that came at the same time is not signaled for ever")
		require.Equal(t, questionID(1), w.watched[0].Question)
		require.Equal(t, w.asked[0].ExpiresAt, w.watched[0].Until)
		require.JSONEq(t, `{"asked":1}`, string(w.watched[0].Progress))
	}
}

func TestWatch_WhenTheAnswerComesFirst_IsCanceledAndTheAnswerUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskLink), loggedIn())
	w.watch(watcher{after: never})
	w.answerAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, time.Minute, w.waited())
	require.Equal(t, questionID(1), w.advanced[1].CodeQuestion)
	require.Equal(t, 1, w.canceled, "its activity is told")
}

func TestWatch_WhenAnswerAndPageComeTogether_TheAnswerWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	w.answerAfter(time.Minute, 1)
	w.watch(watcher{after: time.Minute, changed: true})
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, questionID(1), w.consumed)
}

func TestWatch_WhenNothingHappens_ExpiresWithItsQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval))
	w.watch(watcher{after: never})
	w.run()
	w.requireEnd(session.OperationExpired)
	require.Equal(t, 10*time.Minute, w.waited())
	require.Equal(t, 1, w.canceled)
}

func TestWatch_ThatEndsWithoutAChange_LeavesTheQuestionOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	w.watch(watcher{after: time.Second})
	w.answerAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, time.Minute, w.waited())
}

func TestWatch_AfterAFault_IsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	broken := temporal.NewApplicationError("broken", "Whatever")
	w.watch(watcher{after: time.Second, err: broken}, watcher{after: time.Second, err: broken},
		watcher{after: time.Second, err: broken}, watcher{after: time.Second, err: broken}, watcher{after: time.Minute, changed: true})
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Len(t, w.advanced, 2)
}

func TestWatch_WhenThePageIsLost_StartsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	w.watch(watcher{after: time.Minute, err: temporal.NewNonRetryableApplicationError("watch", workflows.ErrorPageLost, nil, false)})
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, 2, w.finish.Write.Attempt)
	require.Equal(t, time.Minute, w.waited(), "at once")
	require.Equal(t, questionID(1), w.consumed, "the question of the lost page is settled")
}

func TestWatch_WhenTheBrowserIsLost_Ends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	w.watch(watcher{after: never})
	w.loseAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, 2, w.finish.Write.Attempt)
	require.Equal(t, 1, w.canceled)
}

func TestWatch_WhenTheOperationIsOver_CleansUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval))
	w.watch(watcher{after: time.Minute, err: temporal.NewNonRetryableApplicationError("watch", workflows.ErrorOperationOver, nil)})
	w.run()
	require.NoError(t, w.env.GetWorkflowError())
	require.Nil(t, w.finish)
	require.Contains(t, w.story, "ClosePage")
}

func TestWatch_WhenTheLoginIsCanceled_EndsWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval))
	w.watch(watcher{after: never})
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, time.Minute)
	w.run()
	require.True(t, temporal.IsCanceledError(w.env.GetWorkflowError()))
	require.Equal(t, session.OperationCanceled, w.finish.Write.State)
	require.Contains(t, w.story, "ClosePage")
}

func TestWatch_OfAQuestionThatIsAnsweredAlready_DoesNotBegin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), loggedIn())
	w.askGives = session.QuestionAnswered
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Empty(t, w.watched)
}

func TestWatch_OfSeveralQuestions_IsOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(waitsFor(session.AskApproval), waitsFor(session.AskApproval), loggedIn())
	w.watch(watcher{after: time.Minute, changed: true})
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Len(t, w.watched, 2)
	require.Equal(t, []string{questionID(1), questionID(2)}, []string{w.watched[0].Question, w.watched[1].Question})
}
