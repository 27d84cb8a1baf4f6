package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

func TestLogin_WithoutQuestions_EndsWithAProvenSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(loggedIn())
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.True(t, w.finish.Verdict.Proven)
	require.Equal(t, []string{"Begin", "OpenPage", "Prove", "Finish", "ClosePage"}, w.story,
		"one step opens the page, logs in and captures, another one proves: each round trip costs time")
	require.JSONEq(t, `{"steps":[]}`, string(w.proved.Way))
	require.Equal(t, "https://app.example/home", w.proved.Landing)
}

func TestLogin_WhenWhoWritesTheEndHoldsThePage_GivesItBackAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.givesBack = true
	w.script(loggedIn())
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{"Begin", "OpenPage", "Prove", "Finish"}, w.story)
	require.Equal(t, 1, w.finish.Page.Attempt)
}

func TestLogin_WhenOpeningGotNoFurther_AdvancesWhereThePageIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opensOnly = true
	w.script(loggedIn())
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{"Begin", "OpenPage", "Advance", "Prove", "Finish", "ClosePage"}, w.story)
}

func TestLogin_WhenTheStateWasNotCapturedAtOnce_CapturesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := loggedIn()
	at.Captured = false
	w.script(at)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{"Begin", "OpenPage", "Capture", "Prove", "Finish", "ClosePage"}, w.storyOf("Record"))
}

func TestLogin_WhenTheStateWasProvenAtOnce_ProvesItNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := loggedIn()
	at.Proof = &workflows.ProveOutput{Verdict: &session.Verdict{LoggedIn: true, Proven: true, Confidence: 90}}
	w.script(at)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{"Begin", "OpenPage", "Finish", "ClosePage"}, w.story)
	require.Equal(t, 90, w.finish.Verdict.Confidence)
}

func TestLogin_WhenTheProofAtOnceRefuses_FailsWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := loggedIn()
	at.Proof = &workflows.ProveOutput{Verdict: &session.Verdict{}, Failure: session.NewFailure(session.FailureUnsupported, "proof_does_not_discriminate", "no")}
	w.script(at)
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "proof_does_not_discriminate", w.finish.Failure.Code)
}

func TestLogin_WhenNoPageIsOpenedForAReason_FailsWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(fails(session.FailureUnsupported, "passkey_unreadable"))
	w.opensNothing = true
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "passkey_unreadable", w.finish.Failure.Code)
	require.NotContains(t, w.story, "ClosePage", "there is none")
}

func TestLogin_WhenTheSiteKeepsAsking_GivesUpInTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.askGives = session.QuestionAnswered
	parts := make([]any, 151)
	for i := range parts {
		parts[i] = asks(1)
	}
	w.script(parts...)
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "too_many_questions", w.finish.Failure.Code)
	require.Len(t, w.asked, 150)
}

func TestLogin_WhenTheSiteAsks_WaitsAndUsesTheAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.answerAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, questionID(1), w.advanced[1].CodeQuestion)
	require.Equal(t, []string{questionID(1)}, w.advanced[1].Answers)
	require.JSONEq(t, `{"asked":1}`, string(w.advanced[1].Progress), "the engine gets its progress back")
	require.Equal(t, questionID(1), w.consumed, "the answer is recorded as taken up")
	require.Equal(t, []int{1, 2}, []int{w.advanced[0].Number, w.advanced[1].Number}, "what is left behind is named after the next question")
	require.Empty(t, w.watched, "a page that asks for a code does not go on by itself")
}

func TestLogin_WhenTheCodeIsRefused_AsksAgainWithANewNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), asks(2), loggedIn())
	w.answerAfter(time.Minute, 1)
	w.answerAfter(2*time.Minute, 2)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{questionID(1), questionID(2)}, w.advanced[2].Answers)
}

func TestLogin_WhenNobodyAnswers_Expires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1))
	w.run()
	w.requireEnd(session.OperationExpired)
	require.Equal(t, session.FailureNeedsUser, w.finish.Failure.Class)
	require.Contains(t, w.story, "CloseQuestion")
	require.Equal(t, 10*time.Minute, w.waited(), "the wait is the project's")
}

func TestLogin_WhenTheClockIsSetWhileItWaits_EndsAtTheStoresDeadline(t *testing.T) {
	t.Parallel()
	for stepped, waited := range map[time.Duration]time.Duration{
		time.Hour: 70 * time.Minute, -time.Hour: 0, // forward, the deadline has passed when the question is there
	} {
		w := newWorld(t)
		w.stepped = stepped
		w.script(asks(1))
		w.run()
		w.requireEnd(session.OperationExpired)
		require.Equal(t, waited, w.waited())

		w = newWorld(t) // an answer that came first is used, however late its signal is
		w.stepped, w.closeGives = stepped, session.QuestionAnswered
		w.script(asks(1), loggedIn())
		w.answerAfter(2*time.Hour, 1)
		w.run()
		w.requireEnd(session.OperationSucceeded)

		w = newWorld(t)
		w.stepped = stepped
		w.script(asks(1), loggedIn())
		w.answerAfter(0, 1)
		w.run()
		w.requireEnd(session.OperationSucceeded)
	}
}

func TestLogin_WhenTheAnswerBeatsTheDeadlineInTheStore_UsesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.closeGives = session.QuestionAnswered
	w.run()
	w.requireEnd(session.OperationSucceeded)
}

func TestLogin_WhenARepeatedAskFindsItAnswered_DoesNotWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.askGives = session.QuestionAnswered
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Less(t, w.waited(), time.Minute)
}

func TestLogin_WhenAnswersToOtherQuestionsArrive_KeepsWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1))
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: "ask_other"})
	}, time.Minute)
	w.run()
	w.requireEnd(session.OperationExpired)
}

func TestLogin_WhenTheSiteRefuses_FailsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(fails(session.FailureCredential, "wrong_password"))
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "wrong_password", w.finish.Failure.Code)
	require.NotContains(t, w.story, "Prove")
}

func TestLogin_WhenTheProofFails_FailsAndKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(loggedIn())
	w.proof = workflows.ProveOutput{Failure: session.NewFailure(session.FailureUnsupported, "proof_does_not_discriminate", "…")}
	w.run()
	w.requireEnd(session.OperationFailed)
}

func TestLogin_WhenTheBrowserIsLostWhileWaiting_StartsOverOnceAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), asks(1), loggedIn())
	w.loseAfter(time.Minute, 1)
	w.answerAfter(2*time.Minute, 2)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, 2, w.finish.Write.Attempt)
	require.Equal(t, "browser_lost", w.asked[1].Reason)
	require.Equal(t, 2, w.asked[1].Number, "a new question has a new number and so a new id")
}

func TestLogin_WhenTheBrowserIsLostTwice_Fails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), asks(1))
	w.loseAfter(time.Minute, 1)
	w.loseAfter(2*time.Minute, 2)
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "browser_lost", w.finish.Failure.Code)
	require.NotContains(t, w.story, "ClosePage", "a lost browser's queue has no worker")
}

func TestLogin_WhenTheBrowserIsLostAfterARefusal_DoesNotSubmitAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refused := asks(1)
	refused.Rejected = true
	w.script(refused)
	w.loseAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Len(t, w.advanced, 1)
}

func TestLogin_WhenThePageIsLostWhileItIsOpened_StartsOverUnlessTheSiteRefused(t *testing.T) {
	t.Parallel()
	for rejected, attempts := range map[bool]int{false: 2, true: 1} {
		w := newWorld(t)
		w.openErr = temporal.NewNonRetryableApplicationError("begin", workflows.ErrorPageLost, nil, rejected)
		w.run()
		w.requireEnd(session.OperationFailed)
		require.Equal(t, "browser_lost", w.finish.Failure.Code)
		require.Equal(t, attempts, w.finish.Write.Attempt)
		require.NotContains(t, w.story, "ClosePage", "whoever made it gave it back")
	}
}

func TestLogin_WhenTheBrowserIsLostWhileThePageIsOpened_StartsOverAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(loggedIn())
	w.opensNever(1)
	w.loseAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, 2, w.finish.Write.Attempt)
	require.Equal(t, time.Minute, w.waited(), "not when the activity times out")
}

func TestLogin_WhenTheLossOfTheFormerBrowserIsToldAgain_KeepsTheNewPage(t *testing.T) {
	t.Parallel()
	for name, toldBefore := range map[string]bool{"for the first time": false, "once more": true} {
		w := newWorld(t)
		w.opensOnly = true
		w.script(temporal.NewNonRetryableApplicationError("advance", workflows.ErrorPageLost, nil), loggedIn())
		if toldBefore {
			w.script(asks(1), loggedIn())
			w.loseAfter(time.Minute, 1)
		}
		w.opensLate(2, time.Hour)
		w.loseAfter(30*time.Minute, 1)
		w.run()
		w.requireEnd(session.OperationSucceeded)
		require.Equal(t, 2, w.finish.Write.Attempt, name)
	}
}

func TestLogin_WhenTheActivityFindsThePageLost_StartsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := temporal.NewNonRetryableApplicationError("advance", workflows.ErrorPageLost, nil)
	w.script(lost, loggedIn())
	w.run()
	w.requireEnd(session.OperationSucceeded)
}

func TestLogin_WhenOnlyThePageCrashed_GivesItBackBeforeTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := temporal.NewNonRetryableApplicationError("advance", workflows.ErrorPageLost, nil)
	w.script(lost, loggedIn())
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, []string{
		"Begin", "OpenPage", "Advance", "ClosePage", "OpenPage", "Prove", "Finish", "ClosePage",
	}, w.storyOf("Record"))
}

func TestLogin_WhenThePageIsLostAfterARefusalInTheSameStep_DoesNotSubmitAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(temporal.NewNonRetryableApplicationError("advance", workflows.ErrorPageLost, nil, true))
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, "browser_lost", w.finish.Failure.Code)
	require.Len(t, w.advanced, 1)
}

func TestLogin_WhenTheBrowserIsLostTogetherWithTheAnswer_SettlesTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.env.RegisterDelayedCallback(func() {
		w.env.SignalWorkflow(workflows.SignalBrowserLost, &workflows.BrowserLostSignal{BrowserID: browserID(1)})
		w.env.SignalWorkflow(workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: questionID(1)})
	}, time.Minute)
	w.run()
	w.requireEnd(session.OperationSucceeded)
	require.Equal(t, questionID(1), w.consumed, "nobody repeats the signal of an answer to a page that is gone")
	require.Empty(t, w.advanced[1].CodeQuestion, "the code belonged to the page that is gone")
}

func TestLogin_WhenCanceledWhileWaiting_ClosesThePageAndEndsCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1))
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, time.Minute)
	w.run()
	require.True(t, temporal.IsCanceledError(w.env.GetWorkflowError()))
	require.Equal(t, session.OperationCanceled, w.finish.Write.State)
	require.Contains(t, w.story, "ClosePage")
}

func TestLogin_WhenSomebodyElseEndedTheOperation_CleansUpAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	over := temporal.NewNonRetryableApplicationError("advance", workflows.ErrorOperationOver, nil)
	w.script(over)
	w.run()
	require.NoError(t, w.env.GetWorkflowError())
	require.Nil(t, w.finish)
	require.Contains(t, w.story, "ClosePage")
}

func TestLogin_WhenTheOperationIsNotForThisRun_EndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.beginErr = temporal.NewNonRetryableApplicationError("begin", workflows.ErrorOperationOver, nil)
	w.run()
	require.Equal(t, []string{"Begin"}, w.story)
}

func TestLogin_WhenAStepKeepsFailing_EndsAsEngineFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := temporal.NewApplicationError("broken", "Whatever")
	w.script(broken, broken, broken)
	w.run()
	w.requireEnd(session.OperationFailed)
	require.Equal(t, session.FailureEngine, w.finish.Failure.Class)
	require.NotContains(t, w.finish.Failure.Message, "broken")
}

func TestLogin_SequenceNumbersGrowWithEveryWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.answerAfter(time.Minute, 1)
	w.run()
	require.IsIncreasing(t, w.seqs)
}

func TestLogin_WaitingFor_SaysWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.script(asks(1), loggedIn())
	w.env.RegisterDelayedCallback(func() {
		v, err := w.env.QueryWorkflow(workflows.QueryWaitingFor)
		require.NoError(t, err)
		var waitingFor string
		require.NoError(t, v.Get(&waitingFor))
		require.Contains(t, waitingFor, "code, question 1")
	}, 30*time.Second)
	w.answerAfter(time.Minute, 1)
	w.run()
	w.requireEnd(session.OperationSucceeded)
}

func TestLogin_WithoutPatience_IsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env.ExecuteWorkflow(workflows.Login, &workflows.LoginInput{Workspace: "w", Operation: "op"})
	require.Error(t, w.env.GetWorkflowError())
	require.Empty(t, w.story)
}
