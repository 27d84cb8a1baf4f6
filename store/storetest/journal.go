package storetest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// journal returns the entries after a number, each as "number kind state/step", and fails the test where one is told twice or left out.
func (f *fixture) journal(ref store.Ref, after int64) []string {
	f.t.Helper()
	entries, err := f.Journal(f.t.Context(), ref, after)
	require.NoError(f.t, err)
	shown := []string{}
	for i, e := range entries {
		require.Equal(f.t, entries[0].Number+int64(i), e.Number)
		require.Equal(f.t, e.Kind == store.JournalQuestion, e.Question != nil)
		what := fmt.Sprintf("%d %s %s/%s", e.Number, e.Kind, e.State, e.Step)
		if e.Question != nil {
			what += " " + e.Question.ID
		}
		shown = append(shown, what)
	}
	return shown
}

var journalTests = tests{
	"Journal_OfALogin_TellsEachChangeOnceThoughWritesAreRepeated": func(f *fixture) {
		ctx := f.t.Context()
		ref := f.queued("a")
		question := codeQuestion(ref, 1)
		for range 2 {
			_, err := f.BeginOperation(ctx, write(ref, 1, session.OperationRunning))
			require.NoError(f.t, err)
		}
		for range 2 {
			_, _, err := f.AskQuestion(ctx, write(ref, 2, session.OperationWaiting), question)
			require.NoError(f.t, err)
		}
		require.NoError(f.t, f.AnswerQuestion(ctx, answerTo(ref, question.ID)))
		w := write(ref, 3, session.OperationRunning)
		w.Step, w.Attempt, w.ConsumedQuestion = session.StepSubmitting, 2, question.ID
		for range 2 {
			_, err := f.AdvanceOperation(ctx, w)
			require.NoError(f.t, err)
		}
		require.NoError(f.t, f.SaveCapture(ctx, ref, store.Sealed("state"), now))
		for range 2 {
			_, err := f.FinishOperation(ctx, end(ref, 4, session.OperationSucceeded))
			require.NoError(f.t, err)
		}
		all := []string{
			"1 state queued/", "2 state running/" + string(write(ref, 1, session.OperationRunning).Step), "3 state waiting/waiting_input",
			"4 question waiting/waiting_input " + question.ID, "5 state running/", "6 state running/submitting",
			"7 state succeeded/", "8 end succeeded/",
		}
		require.Equal(f.t, all, f.journal(ref, 0))
		for n := range all {
			require.Equal(f.t, all[n:], f.journal(ref, int64(n)))
		}
		require.Empty(f.t, f.journal(ref, 8))
		require.Empty(f.t, f.journal(ref, 99))
		require.Equal(f.t, all[6:], f.journal(ref, store.FromLatest))
		require.Empty(f.t, f.journal(refOf("op_nobody"), 0))
		require.Empty(f.t, f.journal(refOf("op_nobody"), store.FromLatest))
	},
	"Journal_FromLatest_BeginsWithTheStateAndItsQuestion": func(f *fixture) {
		ref, question := f.waiting("a")
		require.Equal(f.t, []string{"3 state waiting/waiting_input", "4 question waiting/waiting_input " + question.ID}, f.journal(ref, store.FromLatest))
		entries, err := f.Journal(f.t.Context(), ref, store.FromLatest)
		require.NoError(f.t, err)
		require.Equal(f.t, question, *entries[1].Question)
		require.Equal(f.t, f.operation(ref).UpdatedAt, entries[0].At)
		require.Equal(f.t, 1, entries[0].Attempt)
	},
	"Journal_WhenCanceled_Ends": func(f *fixture) {
		queued := f.queued("a")
		_, err := f.RequestCancel(f.t.Context(), queued, after(time.Second))
		require.NoError(f.t, err)
		require.Equal(f.t, []string{"2 state canceled/", "3 end canceled/"}, f.journal(queued, 1))
		deleted := f.running("b")
		_, err = f.DeleteSession(f.t.Context(), workspace, project, "session-b", after(time.Second))
		require.NoError(f.t, err)
		require.Equal(f.t, []string{"3 state canceled/", "4 end canceled/"}, f.journal(deleted, 2))
	},
	"Journal_WhenLong_IsReadInParts": func(f *fixture) {
		ref := f.running("a")
		steps := []session.Step{session.StepSubmitting, session.StepDetecting}
		for i := range store.MaxJournal + 10 {
			w := write(ref, int64(i+2), session.OperationRunning)
			w.Step = steps[i%2]
			_, err := f.AdvanceOperation(f.t.Context(), w)
			require.NoError(f.t, err)
		}
		first := f.journal(ref, 0)
		require.Len(f.t, first, store.MaxJournal)
		require.Len(f.t, f.journal(ref, store.MaxJournal), 12)
	},
	"Journal_WhenManyWriteAtOnce_HasNoGapAndNothingTwice": func(f *fixture) {
		ref, question := f.waiting("a")
		var calls []func() error
		for i := range 10 {
			a := answerTo(ref, question.ID)
			a.Input = store.Sealed(strconv.Itoa(i))
			calls = append(calls, func() error { return f.AnswerQuestion(f.t.Context(), a) },
				func() error { _, err := f.CloseQuestion(f.t.Context(), ref, question.ID, now); return err })
		}
		together(calls...)
		require.Equal(f.t, []string{"5 state running/"}, f.journal(ref, 4))
	},
	"WatchSession_WhenItsOperationBeginsAndEnds_Tells": func(f *fixture) {
		changed, stop := f.WatchSession(workspace, project, "session-a")
		defer stop()
		ref := f.running("a")
		requireTold(f.t, changed, "start")
		_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		requireTold(f.t, changed, "finish")
		_, err = f.DeleteSession(f.t.Context(), workspace, project, "session-a", now)
		require.NoError(f.t, err)
		requireTold(f.t, changed, "delete")
	},
}
