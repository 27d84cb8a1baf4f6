package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var sweepTests = tests{
	"UnstartedOperations_WhenQueuedBefore_ListsOldestFirst": func(f *fixture) {
		f.many(4) // one second apart
		_, err := f.BeginOperation(f.t.Context(), write(refOf(nth(1)), 1, session.OperationRunning))
		require.NoError(f.t, err)
		for _, c := range []struct {
			before time.Time
			limit  int
			want   []string
		}{
			{after(3 * time.Second), 10, []string{nth(0), nth(2)}},
			{after(time.Hour), 10, []string{nth(0), nth(2), nth(3)}},
			{after(time.Hour), 2, []string{nth(0), nth(2)}},
			{now, 10, nil},
			{after(time.Hour), 0, nil},
			{after(time.Hour), -1, nil},
		} {
			ops, err := f.UnstartedOperations(f.t.Context(), c.before, c.limit)
			require.NoError(f.t, err)
			require.Equal(f.t, c.want, ids(ops), "%+v", c)
		}
	},
	"LiveOperations_WhenFollowed_GivesRunningAndWaitingById": func(f *fixture) {
		f.queued("queued")
		f.finished("finished", session.OperationFailed)
		want := []string{}
		for i := range 5 {
			want = append(want, f.running(fmt.Sprintf("live-%d", i)).Operation)
		}
		waiting, _ := f.waiting("live-5")
		want = append(want, waiting.Operation)

		var got []string
		for cursor := ""; ; cursor = got[len(got)-1] {
			ops, err := f.LiveOperations(f.t.Context(), cursor, 2)
			require.NoError(f.t, err)
			if len(ops) == 0 {
				break
			}
			got = append(got, ids(ops)...)
		}
		require.Equal(f.t, want, got)
	},
	"LiveAmong_WhenSomeAreOverOrUnknown_ListsTheOthers": func(f *fixture) {
		f.queued("queued")
		f.finished("finished", session.OperationFailed)
		running := f.running("running")
		waiting, _ := f.waiting("waiting")
		f.running("unnamed")
		ops, err := f.LiveAmong(f.t.Context(), []string{waiting.Operation, "finished", "queued", "unknown", running.Operation, running.Operation})
		require.NoError(f.t, err)
		require.Equal(f.t, []string{running.Operation, waiting.Operation}, ids(ops))
		ops, err = f.LiveAmong(f.t.Context(), nil)
		require.NoError(f.t, err)
		require.Empty(f.t, ops)
	},
	"UnfollowedCancels_WhenAskedFor_ListsWhatGoesOn": func(f *fixture) {
		f.running("unasked")
		asked := []string{}
		for _, ref := range []store.Ref{f.running("a"), f.running("b"), f.running("over")} {
			_, err := f.RequestCancel(f.t.Context(), ref, after(time.Minute))
			require.NoError(f.t, err)
			asked = append(asked, ref.Operation)
		}
		_, err := f.FinishOperation(f.t.Context(), end(refOf(asked[2]), 9, session.OperationCanceled))
		require.NoError(f.t, err)
		ops, err := f.UnfollowedCancels(f.t.Context(), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, asked[:2], ids(ops))
		ops, err = f.UnfollowedCancels(f.t.Context(), 1)
		require.NoError(f.t, err)
		require.Equal(f.t, asked[:1], ids(ops))
	},
	"UnconsumedAnswers_WhenNobodyTookThemUp_NamesTheRun": func(f *fixture) {
		ref, question := f.answered("a")
		f.waiting("unanswered")
		over, _ := f.answered("over")
		_, err := f.FinishOperation(f.t.Context(), end(over, 9, session.OperationFailed))
		require.NoError(f.t, err)

		answers, err := f.UnconsumedAnswers(f.t.Context(), after(time.Minute), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, answers, "not yet old enough")
		answers, err = f.UnconsumedAnswers(f.t.Context(), after(2*time.Minute), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, []store.AnsweredQuestion{{Ref: ref, QuestionID: question.ID, RunID: run}}, answers)

		w := write(ref, 3, session.OperationRunning)
		w.ConsumedQuestion = question.ID
		_, err = f.AdvanceOperation(f.t.Context(), w)
		require.NoError(f.t, err)
		answers, err = f.UnconsumedAnswers(f.t.Context(), after(2*time.Minute), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, answers)
	},
	"LostLeases_WhenTheBrowserIsLost_ListsThoseOfLiveOperations": func(f *fixture) {
		live, released, over := f.running("live"), f.running("released"), f.running("over")
		want := f.completed(live)
		f.lent(released)
		f.lent(over)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), released, 1, now))
		_, err := f.FinishOperation(f.t.Context(), end(over, 9, session.OperationFailed))
		require.NoError(f.t, err)
		leases, err := f.LostLeases(f.t.Context(), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, leases)

		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), browserID, after(time.Hour)))
		leases, err = f.LostLeases(f.t.Context(), 10)
		require.NoError(f.t, err)
		want.OperationState = session.OperationRunning
		require.Equal(f.t, []store.Lease{want}, leases)
	},
	"OrphanLeases_WhenTheOperationEnded_ListsItUntilReleased": func(f *fixture) {
		f.lent(f.running("live"))
		over := f.running("over")
		want := f.lent(over)
		_, err := f.FinishOperation(f.t.Context(), end(over, 9, session.OperationFailed)) // nine seconds after now
		require.NoError(f.t, err)
		leases, err := f.OrphanLeases(f.t.Context(), after(9*time.Second), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, leases)

		leases, err = f.OrphanLeases(f.t.Context(), after(10*time.Second), 10)
		require.NoError(f.t, err)
		want.OperationState = session.OperationFailed
		require.Equal(f.t, []store.Lease{want}, leases)
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), over, 1, now))
		leases, err = f.OrphanLeases(f.t.Context(), after(time.Hour), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, leases)
	},
}

func ids(ops []session.Operation) (found []string) {
	for _, op := range ops {
		found = append(found, op.ID)
	}
	return found
}
