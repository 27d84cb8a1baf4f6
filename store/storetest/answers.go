package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var answerTests = tests{
	"AnswerQuestion_WhenOpen_HidesTheQuestionAtOnce": func(f *fixture) {
		ref, question := f.answered("a")
		op := f.operation(ref)
		require.Equal(f.t, session.OperationRunning, op.State)
		require.Equal(f.t, session.StepNone, op.Step)
		require.Nil(f.t, op.Question)
		require.Equal(f.t, after(time.Minute), op.UpdatedAt)
		f.requireQuestion(ref, question.ID, session.QuestionAnswered)
	},
	"AnswerQuestion_WhenAnsweredBefore_IsStale": func(f *fixture) {
		ref, question := f.answered("a")
		second := answerTo(ref, question.ID)
		second.Input = store.Sealed("second")
		f.requireStale(second, store.QuestionStaleError{State: session.QuestionAnswered})
		w := write(ref, 3, session.OperationRunning)
		w.ConsumedQuestion = question.ID
		_, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		f.requireStale(second, store.QuestionStaleError{State: session.QuestionConsumed})

		input, err := f.AnswerInput(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("sealed code"), input, "the first answer stands")
	},
	"AnswerQuestion_WhenExpired_IsStale": func(f *fixture) {
		ref, question := f.waiting("a")
		late := answerTo(ref, question.ID)
		late.At = question.ExpiresAt
		f.requireStale(late, store.QuestionStaleError{State: session.QuestionOpen, Expired: true})
		require.NotNil(f.t, f.operation(ref).Question, "closing it is the workflow's")

		_, err := f.CloseQuestion(f.t.Context(), ref, question.ID, question.ExpiresAt)
		require.NoError(f.t, err)
		f.requireStale(late, store.QuestionStaleError{State: session.QuestionClosed, Expired: true})
	},
	"AnswerQuestion_WhenJustInTime_IsAccepted": func(f *fixture) {
		ref, question := f.waiting("a")
		a := answerTo(ref, question.ID)
		a.At = question.ExpiresAt.Add(-time.Millisecond)
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), a))
	},
	"AnswerQuestion_WhenTheClockWasSetBack_IsAcceptedAndTakenUp": func(f *fixture) {
		ref, question := f.waiting("a")
		before := f.operation(ref)
		a := answerTo(ref, question.ID)
		a.At = after(-24 * time.Hour)
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), a))
		n := f.observed()
		w := write(ref, 3, session.OperationRunning)
		w.At, w.ConsumedQuestion = after(-48*time.Hour), question.ID
		op, err := f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		require.Equal(f.t, before.UpdatedAt, op.UpdatedAt, "times in a row never go back")
		f.requireQuestion(ref, question.ID, session.QuestionConsumed)
		require.Zero(f.t, n.taken()[0].TakenUpAfter, "and nothing takes less than no time")
	},
	"AnswerQuestion_WhenTheClockWasSetForward_IsRefusedAndTheQuestionStillCloses": func(f *fixture) {
		ref, question := f.waiting("a")
		late := answerTo(ref, question.ID)
		late.At = after(24 * time.Hour)
		f.requireStale(late, store.QuestionStaleError{State: session.QuestionOpen, Expired: true})
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)), "the clock was set right again")
		state, err := f.CloseQuestion(f.t.Context(), ref, question.ID, after(24*time.Hour))
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionAnswered, state, "an answer that was accepted is used, whatever the time")
	},
	"AnswerQuestion_WhenSuperseded_IsStale": func(f *fixture) {
		ref, first := f.waiting("a")
		second := f.ask(ref, 3, 2)
		f.requireStale(answerTo(ref, first.ID), store.QuestionStaleError{State: session.QuestionClosed})
		require.Equal(f.t, &second, f.operation(ref).Question)
	},
	"AnswerQuestion_WhenItCannotBeAccepted_SaysWhy": func(f *fixture) {
		waiting, question := f.waiting("waiting")
		running := f.running("running")
		over, overQuestion := f.waiting("over")
		_, err := f.FinishOperation(f.t.Context(), end(over, 9, session.OperationFailed))
		require.NoError(f.t, err)
		for name, c := range map[string]struct {
			answer store.Answer
			want   error
		}{
			"no such operation":    {answerTo(refOf("op_nobody"), question.ID), store.ErrNotFound},
			"made-up question":     {answerTo(waiting, "ask_made_up"), store.ErrQuestionUnknown},
			"another's question":   {answerTo(waiting, overQuestion.ID), store.ErrQuestionUnknown},
			"nothing is asked":     {answerTo(running, "ask_made_up"), store.ErrNothingAsked},
			"over":                 {answerTo(over, overQuestion.ID), store.ErrOperationOver},
			"over, never asked":    {answerTo(over, "ask_made_up"), store.ErrOperationOver},
			"queued, nothing asks": {answerTo(f.queued("queued"), "ask_made_up"), store.ErrNothingAsked},
		} {
			require.ErrorIs(f.t, f.AnswerQuestion(f.t.Context(), c.answer), c.want, name)
		}
		require.Equal(f.t, &question, f.operation(waiting).Question)
	},
	"AnswerQuestion_WhenAnsweredAndOver_SaysAnswered": func(f *fixture) {
		ref, question := f.answered("a")
		_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		f.requireStale(answerTo(ref, question.ID), store.QuestionStaleError{State: session.QuestionAnswered})
		f.requireErased(ref, question.ID)
	},
	"AnswerQuestion_WhenFiftyAtOnce_AcceptsExactlyOneAndTellsTheOthers": func(f *fixture) {
		ref, question := f.waiting("a")
		calls := make([]func() error, 50)
		for i := range calls {
			a := answerTo(ref, question.ID)
			a.Input = store.Sealed{byte(i)}
			calls[i] = func() error { return f.AnswerQuestion(f.t.Context(), a) }
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		input, err := f.AnswerInput(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err)
		for i, err := range errs {
			if err == nil {
				require.Equal(f.t, store.Sealed{byte(i)}, input, "the one that was told so")
				continue
			}
			var stale *store.QuestionStaleError
			require.ErrorAs(f.t, err, &stale)
			require.Equal(f.t, session.QuestionAnswered, stale.State)
		}
	},
	"AnswerQuestion_WhenTheDeadlineClosesIt_ExactlyOneWins": func(f *fixture) {
		for i := range 25 {
			ref, question := f.waiting(string(rune('a' + i)))
			var closed session.QuestionState
			errs := together(
				func() error { return f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)) },
				func() (err error) {
					closed, err = f.CloseQuestion(f.t.Context(), ref, question.ID, question.ExpiresAt)
					return err
				},
			)
			require.NoError(f.t, errs[1])
			_, err := f.AnswerInput(f.t.Context(), ref, question.ID)
			if errs[0] == nil {
				require.Equal(f.t, session.QuestionAnswered, closed, "the deadline lost, and uses the answer")
				require.NoError(f.t, err)
			} else {
				var stale *store.QuestionStaleError
				require.ErrorAs(f.t, errs[0], &stale)
				require.Equal(f.t, session.QuestionClosed, closed)
				require.ErrorIs(f.t, err, store.ErrNotFound)
			}
			require.Nil(f.t, f.operation(ref).Question)
		}
	},
	"AnswerQuestion_WhenAskIsRepeatedMeanwhile_StaysHidden": func(f *fixture) {
		for i := range 25 {
			ref, question := f.waiting(string(rune('a' + i)))
			errs := together(
				func() error { return f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)) },
				func() error {
					_, _, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), question)
					return err
				},
			)
			require.Equal(f.t, 2, successes(errs))
			require.Nil(f.t, f.operation(ref).Question)
			require.Equal(f.t, session.OperationRunning, f.operation(ref).State)
		}
	},
	"AnswerQuestion_WhenTheOperationEndsMeanwhile_LeavesNoAnswerBehind": func(f *fixture) {
		for i := range 25 {
			ref, question := f.waiting(string(rune('a' + i)))
			errs := together(
				func() error { return f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)) },
				func() error {
					_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
					return err
				},
			)
			require.NoError(f.t, errs[1])
			if errs[0] != nil {
				require.ErrorIs(f.t, errs[0], store.ErrOperationOver)
			}
			require.Equal(f.t, session.OperationFailed, f.operation(ref).State)
			f.requireErased(ref, question.ID)
		}
	},
}

func (f *fixture) requireStale(a store.Answer, want store.QuestionStaleError) {
	f.t.Helper()
	var stale *store.QuestionStaleError
	require.ErrorAs(f.t, f.AnswerQuestion(f.t.Context(), a), &stale)
	require.Equal(f.t, want, *stale)
}
