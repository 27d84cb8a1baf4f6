package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var finishTests = tests{
	"FinishOperation_WhenSucceeded_MakesTheCandidateTheStorageState": func(f *fixture) {
		ref := f.running("a")
		before := f.session(ref)
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), after(3*time.Second)))
		fin := end(ref, 5, session.OperationSucceeded)
		fin.Verdict = &session.Verdict{LoggedIn: true, Confidence: 97, Proven: true, Evidence: []session.Evidence{{Rule: "logout_control", Weight: 40}}}
		op, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)

		require.Equal(f.t, session.OperationSucceeded, op.State)
		require.Equal(f.t, fin.Verdict, op.Verdict)
		require.Nil(f.t, op.Failure)
		require.Equal(f.t, fin.At, op.FinishedAt)
		require.Equal(f.t, op, f.operation(ref))
		s := f.session(ref)
		require.Equal(f.t, session.StateReady, s.State)
		require.Greater(f.t, s.Version, before.Version)
		require.True(f.t, s.HasStorageState)
		require.Equal(f.t, after(3*time.Second), s.CapturedAt)
		state, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("candidate"), state)
	},
	"FinishOperation_WhenSucceededWithoutCandidate_IsNotFoundAndStaysLive": func(f *fixture) {
		ref := f.running("a")
		before, beforeSession := f.operation(ref), f.session(ref)
		_, err := f.FinishOperation(f.t.Context(), end(ref, 5, session.OperationSucceeded))
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Equal(f.t, before, f.operation(ref))
		require.Equal(f.t, beforeSession, f.session(ref))
		_, err = f.OperationSecrets(f.t.Context(), ref)
		require.NoError(f.t, err, "nothing was erased")
	},
	"FinishOperation_WhenSucceededAgain_ReplacesTheStorageState": func(f *fixture) {
		f.finished("a", session.OperationSucceeded)
		_, err := f.CreateOperation(f.t.Context(), promise("session-a", "op_again"))
		require.NoError(f.t, err)
		again := refOf("op_again")
		_, err = f.BeginOperation(f.t.Context(), write(again, 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.NoError(f.t, f.SaveCapture(f.t.Context(), again, store.Sealed("newer"), after(time.Hour)))
		_, err = f.FinishOperation(f.t.Context(), end(again, 2, session.OperationSucceeded))
		require.NoError(f.t, err)
		state, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("newer"), state)
		require.Equal(f.t, after(time.Hour), f.session(again).CapturedAt)
	},
	"FinishOperation_WhenFailedWithoutProvenState_SetsTheSession": func(f *fixture) {
		for _, want := range []session.State{session.StateFailed, session.StateNeedsUser, session.StateExpired, session.StateCanceled} {
			ref := f.running(string(want))
			fin := failure(ref, 5, session.FailureSite)
			fin.SessionState = want
			op, err := f.FinishOperation(f.t.Context(), fin)
			require.NoError(f.t, err)
			require.Equal(f.t, fin.Failure, op.Failure)
			require.Equal(f.t, want, f.session(ref).State)
			require.False(f.t, f.session(ref).HasStorageState)
		}
	},
	"FinishOperation_WhenFailedWithProvenState_LeavesTheSessionReady": func(f *fixture) {
		f.finished("a", session.OperationSucceeded)
		_, err := f.CreateOperation(f.t.Context(), promise("session-a", "op_again"))
		require.NoError(f.t, err)
		again := refOf("op_again")
		_, err = f.BeginOperation(f.t.Context(), write(again, 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.NoError(f.t, f.SaveCapture(f.t.Context(), again, store.Sealed("unproven"), now))
		_, err = f.FinishOperation(f.t.Context(), failure(again, 2, session.FailureCredential))
		require.NoError(f.t, err)

		require.Equal(f.t, session.StateReady, f.session(again).State)
		state, err := f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("sealed state of a"), state)
	},
	"FinishOperation_WhenItNamesNoSessionState_TakesTheOneOfItsEnd": func(f *fixture) {
		for end, want := range map[session.OperationState]session.State{
			session.OperationFailed: session.StateFailed, session.OperationCanceled: session.StateCanceled, session.OperationExpired: session.StateExpired,
		} {
			ref := f.running(string(end))
			_, err := f.FinishOperation(f.t.Context(), store.Finish{Transition: write(ref, 2, end)})
			require.NoError(f.t, err)
			require.Equal(f.t, want, f.session(ref).State)
		}
	},
	"FinishOperation_WhenWaiting_ClosesTheQuestionAndShowsNone": func(f *fixture) {
		ref, question := f.waiting("a")
		fin := failure(ref, 3, session.FailureNeedsUser)
		fin.State = session.OperationExpired
		op, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)
		require.Nil(f.t, op.Question)
		f.requireQuestion(ref, question.ID, session.QuestionClosed)
	},
	"FinishOperation_WhenRepeatedByTheSameRun_ReturnsTheRow": func(f *fixture) {
		ref := f.running("a")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		first, err := f.FinishOperation(f.t.Context(), end(ref, 5, session.OperationSucceeded))
		require.NoError(f.t, err)
		s := f.session(ref)
		second, err := f.FinishOperation(f.t.Context(), end(ref, 5, session.OperationSucceeded))
		require.NoError(f.t, err)
		require.Equal(f.t, first, second)
		require.Equal(f.t, s, f.session(ref))
	},
	"FinishOperation_WhenSeqIsSmaller_HasNoEffect": func(f *fixture) {
		ref, _ := f.waiting("a")
		before := f.operation(ref)
		op, err := f.FinishOperation(f.t.Context(), end(ref, 1, session.OperationFailed))
		require.NoError(f.t, err)
		require.Equal(f.t, before, op)
		require.Equal(f.t, before, f.operation(ref))
	},
	"FinishOperation_WhenStateIsLiveOrUnreachable_IsRefused": func(f *fixture) {
		ref, _ := f.waiting("a")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		before := f.operation(ref)
		for _, state := range []session.OperationState{session.OperationRunning, session.OperationWaiting, "made_up", session.OperationSucceeded} {
			fin := end(ref, 5, session.OperationFailed)
			fin.State = state // a waiting operation cannot succeed
			_, err := f.FinishOperation(f.t.Context(), fin)
			require.ErrorIs(f.t, err, store.ErrTransition, state)
		}
		require.Equal(f.t, before, f.operation(ref))
	},
	"FinishOperation_WhenRunIsGone_EndsItWhateverTheSeq": func(f *fixture) {
		waiting, _ := f.waiting("waiting")
		for _, ref := range []store.Ref{f.queued("queued"), f.running("running"), waiting} {
			fin := store.Finish{
				Transition: store.Transition{Ref: ref, State: session.OperationFailed, At: after(time.Hour)},
				Failure:    session.NewFailure(session.FailureEngine, "workflow_gone", "start it again"),
			}
			seq := f.operation(ref).Seq
			op, err := f.FinishOperation(f.t.Context(), fin)
			require.NoError(f.t, err)
			require.Equal(f.t, session.OperationFailed, op.State)
			require.Equal(f.t, seq, op.Seq)
			require.Equal(f.t, 1, op.Attempt)
			again, err := f.FinishOperation(f.t.Context(), fin)
			require.NoError(f.t, err)
			require.Equal(f.t, op, again)
			_, err = f.FinishOperation(f.t.Context(), end(ref, 50, session.OperationSucceeded))
			require.ErrorIs(f.t, err, store.ErrOperationOver, "the run that was believed gone must stop")
		}
	},
	"FinishOperation_WhenItEndedBefore_IsOverForTheReconciler": func(f *fixture) {
		ref := f.finished("a", session.OperationSucceeded)
		_, err := f.FinishOperation(f.t.Context(), store.Finish{Transition: store.Transition{Ref: ref, State: session.OperationFailed, At: now}})
		require.ErrorIs(f.t, err, store.ErrOperationOver)
		require.Equal(f.t, session.OperationSucceeded, f.operation(ref).State)
	},
	"FinishOperation_WhenItNeverBegan_IsEndedByItsRun": func(f *fixture) {
		ref := f.queued("a")
		op, err := f.FinishOperation(f.t.Context(), failure(ref, 1, session.FailureEngine))
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationFailed, op.State)
	},
	"FinishOperation_WhenConcurrentEnds_OneWins": func(f *fixture) {
		ref := f.running("a")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		var bySuccess, byReconciler session.Operation
		errs := together(func() (err error) {
			bySuccess, err = f.FinishOperation(f.t.Context(), end(ref, 5, session.OperationSucceeded))
			return err
		}, func() (err error) {
			byReconciler, err = f.FinishOperation(f.t.Context(), store.Finish{Transition: store.Transition{Ref: ref, State: session.OperationFailed, At: now}})
			return err
		})
		require.Equal(f.t, 1, successes(errs))
		require.Equal(f.t, f.operation(ref).State, bySuccess.State+byReconciler.State)
		require.Equal(f.t, bySuccess.State == session.OperationSucceeded, f.session(ref).HasStorageState)
	},
}
