package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var cancelTests = tests{
	"RequestCancel_WhenQueued_EndsItAtOnce": func(f *fixture) {
		ref := f.queued("a")
		op, err := f.RequestCancel(f.t.Context(), ref, after(time.Minute))
		require.NoError(f.t, err)
		require.Equal(f.t, session.OperationCanceled, op.State)
		require.Equal(f.t, after(time.Minute), op.FinishedAt)
		require.Equal(f.t, after(time.Minute), op.CancelRequestedAt)
		require.Equal(f.t, op, f.operation(ref))
		require.Equal(f.t, session.StateCanceled, f.session(ref).State)
		_, err = f.OperationSecrets(f.t.Context(), ref)
		require.ErrorIs(f.t, err, store.ErrSecretsErased)
	},
	"RequestCancel_WhenLive_MarksItOnceAndLeavesItToItsRun": func(f *fixture) {
		waiting, _ := f.waiting("waiting")
		for _, ref := range []store.Ref{f.running("running"), waiting} {
			before := f.operation(ref)
			for _, at := range []time.Duration{time.Minute, time.Hour} {
				op, err := f.RequestCancel(f.t.Context(), ref, after(at))
				require.NoError(f.t, err)
				want := before
				want.CancelRequestedAt, want.UpdatedAt = after(time.Minute), after(time.Minute)
				require.Equal(f.t, want, op)
			}
			_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationCanceled))
			require.NoError(f.t, err)
			require.Equal(f.t, after(time.Minute), f.operation(ref).CancelRequestedAt)
		}
	},
	"RequestCancel_WhenFinal_ReturnsItAsItIs": func(f *fixture) {
		ref := f.finished("a", session.OperationSucceeded)
		before := f.operation(ref)
		op, err := f.RequestCancel(f.t.Context(), ref, after(time.Hour))
		require.NoError(f.t, err)
		require.Equal(f.t, before, op)
		require.Equal(f.t, session.StateReady, f.session(ref).State)
	},
	"RequestCancel_WhenTheRunBeginsMeanwhile_IsEitherCanceledOrMarked": func(f *fixture) {
		for i := range 20 {
			ref := f.queued(string(rune('a' + i)))
			errs := together(func() error {
				_, err := f.RequestCancel(f.t.Context(), ref, now)
				return err
			}, func() error {
				_, err := f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
				return err
			})
			require.NoError(f.t, errs[0])
			op := f.operation(ref)
			require.Equal(f.t, now, op.CancelRequestedAt)
			if errs[1] == nil {
				require.Equal(f.t, session.OperationRunning, op.State)
			} else {
				require.ErrorIs(f.t, errs[1], store.ErrOperationOver)
				require.Equal(f.t, session.OperationCanceled, op.State)
			}
		}
	},
	"DeleteSession_WhenNothingIsLive_RemovesSessionAndStorageState": func(f *fixture) {
		ref := f.finished("a", session.OperationSucceeded)
		before := f.operation(ref)
		ended, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", after(time.Hour))
		require.NoError(f.t, err)
		require.Nil(f.t, ended)
		_, err = f.GetSession(f.t.Context(), workspace, project, "session-a")
		require.ErrorIs(f.t, err, store.ErrNotFound)
		_, err = f.StorageState(f.t.Context(), workspace, project, "session-a")
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Equal(f.t, before, f.operation(ref), "the operation's row stays as it ended")
	},
	"DeleteSession_WhenLive_EndsTheOperationAndErases": func(f *fixture) {
		ref, question := f.waiting("a")
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
		ended, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", after(time.Hour))
		require.NoError(f.t, err)
		require.NotNil(f.t, ended)
		require.Equal(f.t, session.OperationCanceled, ended.State)
		require.Equal(f.t, after(time.Hour), ended.FinishedAt)
		require.Nil(f.t, ended.Question)
		require.Equal(f.t, *ended, f.operation(ref))
		f.requireQuestion(ref, question.ID, session.QuestionClosed)
		f.requireErased(ref, question.ID)
		_, err = f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.ErrorIs(f.t, err, store.ErrOperationOver, "the workflow must stop")
	},
	"DeleteSession_WhenCreatedAnew_StartsFromNothing": func(f *fixture) {
		f.finished("a", session.OperationSucceeded)
		_, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", now)
		require.NoError(f.t, err)
		_, err = f.CreateOperation(f.t.Context(), promise("session-a", "op_again"))
		require.NoError(f.t, err)
		s := f.session(refOf("op_again"))
		require.Equal(f.t, session.StatePending, s.State)
		require.False(f.t, s.HasStorageState)
	},
	"DeleteSession_WhenUnknown_IsNotFound": func(f *fixture) {
		_, err := f.DeleteSession(f.t.Context(), workspace, project, "nobody", now)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"DeleteSession_WhenConcurrent_OneRemovesIt": func(f *fixture) {
		f.waiting("a")
		errs := together(repeat(10, func() error {
			_, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", now)
			return err
		})...)
		require.Equal(f.t, 1, successes(errs))
	},
}
