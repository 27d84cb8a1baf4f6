package storetest

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var transitionTests = tests{
	"BeginOperation_WhenQueued_BelongsToTheRun": func(f *fixture) {
		ref := f.queued("a")
		begun, err := f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationRunning, begun.State)
		require.Equal(f.t, session.StepDetecting, begun.Step)
		require.Equal(f.t, run, begun.RunID)
		require.EqualValues(f.t, 1, begun.Seq)
		require.Equal(f.t, after(time.Second), begun.UpdatedAt)
		require.Equal(f.t, begun, f.operation(ref))
	},
	"BeginOperation_WhenRepeatedByTheSameRun_CountsAsDone": func(f *fixture) {
		ref, question := f.waiting("a")
		before := f.operation(ref)
		again, err := f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.Equal(f.t, before, again)
		require.Equal(f.t, &question, f.operation(ref).Question)
	},
	"BeginOperation_WhenAnotherRunHasIt_IsOver": func(f *fixture) {
		ref := f.running("a")
		before := f.operation(ref)
		w := write(ref, 5, session.OperationRunning)
		w.RunID = otherRun
		_, err := f.BeginOperation(f.t.Context(), w)
		require.ErrorIs(f.t, err, store.ErrOperationOver)
		require.Equal(f.t, before, f.operation(ref))
	},
	"BeginOperation_WhenConcurrentRuns_OneHasIt": func(f *fixture) {
		ref := f.queued("a")
		calls := make([]func() error, 10)
		for i := range calls {
			w := write(ref, 1, session.OperationRunning)
			w.RunID = session.NewID("run-")
			calls[i] = func() error {
				_, err := f.BeginOperation(f.t.Context(), w)
				return err
			}
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(f.t, err, store.ErrOperationOver)
			}
		}
	},
	"BeginOperation_WhenCanceledWhileQueued_IsOver": func(f *fixture) {
		ref := f.queued("a")
		_, err := f.RequestCancel(f.t.Context(), ref, now)
		require.NoError(f.t, err)
		_, err = f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
		require.ErrorIs(f.t, err, store.ErrOperationOver)
	},
	"AdvanceOperation_WhenSeqGrows_WritesStateStepAndAttempt": func(f *fixture) {
		ref := f.running("a")
		w := write(ref, 2, session.OperationWaiting)
		w.Step, w.Attempt = session.StepWaitingExternal, 2
		advanced, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationWaiting, advanced.State)
		require.Equal(f.t, session.StepWaitingExternal, advanced.Step)
		require.Equal(f.t, 2, advanced.Attempt)
		require.EqualValues(f.t, 2, advanced.Seq)
		require.Equal(f.t, advanced, f.operation(ref))
	},
	"AdvanceOperation_WhenSeqIsSmaller_HasNoEffect": func(f *fixture) {
		ref, _ := f.waiting("a") // at sequence number 2
		before := f.operation(ref)
		got, err := f.AdvanceOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.Equal(f.t, before, got)
		require.Equal(f.t, before, f.operation(ref))
	},
	"AdvanceOperation_WhenRepeated_IsHarmless": func(f *fixture) {
		ref := f.running("a")
		first, err := f.AdvanceOperation(f.t.Context(), write(ref, 2, session.OperationRunning))
		require.NoError(f.t, err)
		second, err := f.AdvanceOperation(f.t.Context(), write(ref, 2, session.OperationRunning))
		require.NoError(f.t, err)
		require.Equal(f.t, first, second)
	},
	"AdvanceOperation_WhenWaitingIsRepeatedAfterTheAnswer_StaysRunning": func(f *fixture) {
		ref, question := f.waiting("a")
		w := write(ref, 3, session.OperationWaiting)
		_, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, &question, f.operation(ref).Question, "waiting on keeps the question")
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)))

		got, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationRunning, got.State)
		require.Nil(f.t, got.Question)
	},
	"AdvanceOperation_WhenSeqIsTheRowsOwn_ShowsTheStepAndKeepsTheState": func(f *fixture) {
		ref := f.running("a")
		w := write(ref, 1, session.OperationRunning)
		w.Step = session.StepSubmitting
		op, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, session.StepSubmitting, op.Step)

		question := f.ask(ref, 2, 1)
		w.Seq = 2 // the page's last word comes after the question
		op, err = f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationWaiting, op.State)
		require.Equal(f.t, session.StepWaitingInput, op.Step)
		require.Equal(f.t, &question, f.operation(ref).Question)
	},
	"AdvanceOperation_WhenRunningWithAnOpenQuestion_ClosesIt": func(f *fixture) {
		ref, question := f.waiting("a")
		got, err := f.AdvanceOperation(f.t.Context(), write(ref, 3, session.OperationRunning))
		require.NoError(f.t, err)
		require.Nil(f.t, got.Question)
		f.requireQuestion(ref, question.ID, session.QuestionClosed)
	},
	"AdvanceOperation_WhenItNamesAnAnswer_ConsumesIt": func(f *fixture) {
		ref, question := f.answered("a")
		w := write(ref, 3, session.OperationRunning)
		w.ConsumedQuestion = question.ID
		for range 2 {
			_, err := f.AdvanceOperation(f.t.Context(), w)
			require.NoError(f.t, err)
			f.requireQuestion(ref, question.ID, session.QuestionConsumed)
		}
		input, err := f.AnswerInput(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err, "whoever repeats the step needs the answer again")
		require.Equal(f.t, store.Sealed("sealed code"), input)
	},
	"AdvanceOperation_WhenSeqIsSmaller_ConsumesNothing": func(f *fixture) {
		ref, question := f.answered("a")
		w := write(ref, 1, session.OperationRunning)
		w.ConsumedQuestion = question.ID
		_, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		f.requireQuestion(ref, question.ID, session.QuestionAnswered)
	},
	"AdvanceOperation_WhenStateIsFinalOrQueued_IsRefused": func(f *fixture) {
		ref := f.running("a")
		before := f.operation(ref)
		for _, state := range []session.OperationState{session.OperationSucceeded, session.OperationFailed, session.OperationQueued, "made_up"} {
			_, err := f.AdvanceOperation(f.t.Context(), write(ref, 2, state))
			require.ErrorIs(f.t, err, store.ErrTransition, state)
		}
		require.Equal(f.t, before, f.operation(ref))
	},
	"WorkflowWrites_WhenAnotherRunOwnsIt_AreOver": func(f *fixture) {
		ref := f.running("a")
		before := f.operation(ref)
		for name, call := range f.workflowWrites(ref, otherRun) {
			require.ErrorIs(f.t, call(f.t.Context()), store.ErrOperationOver, name)
		}
		require.Equal(f.t, before, f.operation(ref))
	},
	"WorkflowWrites_WhenNobodyBegan_AreOver": func(f *fixture) {
		ref := f.queued("a")
		for _, name := range []string{"advance", "ask"} {
			require.ErrorIs(f.t, f.workflowWrites(ref, run)[name](f.t.Context()), store.ErrOperationOver, name)
		}
		require.Equal(f.t, session.OperationQueued, f.operation(ref).State)
	},
	"WorkflowWrites_WhenOperationIsFinal_NeverChangeIt": func(f *fixture) {
		for _, state := range []session.OperationState{
			session.OperationSucceeded, session.OperationFailed, session.OperationCanceled, session.OperationExpired,
		} {
			ref := f.finished(string(state), state)
			before, beforeSession := f.operation(ref), f.session(ref)
			for _, by := range []string{run, otherRun} {
				for name, call := range f.workflowWrites(ref, by) {
					if by == run && name == "finish" {
						continue // a repeat
					}
					require.ErrorIs(f.t, call(f.t.Context()), store.ErrOperationOver, "%s of %s", name, by)
				}
			}
			require.Equal(f.t, before, f.operation(ref))
			require.Equal(f.t, beforeSession, f.session(ref))
		}
	},
}

// workflowWrites are all writes that a workflow makes, with a high sequence number.
func (f *fixture) workflowWrites(ref store.Ref, by string) map[string]func(context.Context) error {
	of := func(state session.OperationState) store.Transition {
		w := write(ref, 90, state)
		w.RunID = by
		return w
	}
	return map[string]func(context.Context) error{
		"begin": func(ctx context.Context) error {
			_, err := f.BeginOperation(ctx, of(session.OperationRunning))
			return err
		},
		"advance": func(ctx context.Context) error {
			_, err := f.AdvanceOperation(ctx, of(session.OperationRunning))
			return err
		},
		"ask": func(ctx context.Context) error {
			_, _, err := f.AskQuestion(ctx, of(session.OperationWaiting), codeQuestion(ref, 90))
			return err
		},
		"finish": func(ctx context.Context) error {
			_, err := f.FinishOperation(ctx, store.Finish{Transition: of(session.OperationFailed)})
			return err
		},
	}
}

func (f *fixture) requireQuestion(ref store.Ref, id string, want session.QuestionState) {
	f.t.Helper()
	_, state, err := f.GetQuestion(f.t.Context(), ref, id)
	require.NoError(f.t, err)
	require.Equal(f.t, want, state)
}
