package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var secretTests = tests{
	"OperationSecrets_WhileLive_ReturnsThemByName": func(f *fixture) {
		waiting, _ := f.waiting("waiting")
		for _, ref := range []store.Ref{f.queued("queued"), f.running("running"), waiting} {
			secrets, err := f.OperationSecrets(f.t.Context(), ref)
			require.NoError(f.t, err)
			require.Equal(f.t, promise("any", "any").Secrets, secrets)
		}
	},
	"OperationSecrets_WhenThereAreNone_IsEmpty": func(f *fixture) {
		n := promise("s1", "op_1")
		n.Secrets = nil
		_, err := f.CreateOperation(f.t.Context(), n)
		require.NoError(f.t, err)
		secrets, err := f.OperationSecrets(f.t.Context(), refOf("op_1"))
		require.NoError(f.t, err)
		require.Empty(f.t, secrets)
	},
	"Secrets_WhenOperationEnded_AreErased": func(f *fixture) {
		for _, state := range []session.OperationState{
			session.OperationSucceeded, session.OperationFailed, session.OperationCanceled, session.OperationExpired,
		} {
			ref, question := f.answered(string(state))
			require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("candidate"), now))
			_, err := f.FinishOperation(f.t.Context(), end(ref, 9, state))
			require.NoError(f.t, err)
			f.requireErased(ref, question.ID)
			f.requireQuestion(ref, question.ID, session.QuestionAnswered)
		}
	},
	"SaveCapture_WhenRepeated_KeepsTheLast": func(f *fixture) {
		ref := f.running("a")
		_, err := f.Capture(f.t.Context(), ref)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		for _, state := range []string{"first", "second"} {
			require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed(state), after(time.Second)))
			got, err := f.Capture(f.t.Context(), ref)
			require.NoError(f.t, err)
			require.Equal(f.t, store.Sealed(state), got)
		}
	},
	"SaveCapture_WhenOperationEnded_IsOver": func(f *fixture) {
		ref := f.finished("a", session.OperationFailed)
		require.ErrorIs(f.t, f.SaveCapture(f.t.Context(), ref, store.Sealed("late"), now), store.ErrOperationOver)
		_, err := f.Capture(f.t.Context(), ref)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"SaveCapture_WhenLarge_ComesBackWhole": func(f *fixture) {
		ref := f.running("a")
		large := make(store.Sealed, 3<<20)
		for i := range large {
			large[i] = byte(i * 31)
		}
		require.NoError(f.t, f.SaveCapture(f.t.Context(), ref, large, now))
		got, err := f.Capture(f.t.Context(), ref)
		require.NoError(f.t, err)
		require.True(f.t, string(large) == string(got)) //nolint:testifylint // a difference of 3 MB is not worth printing
	},
	"AnswerInput_WhenAnswered_ReturnsIt": func(f *fixture) {
		ref, question := f.waiting("a")
		_, err := f.AnswerInput(f.t.Context(), ref, question.ID)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.NoError(f.t, f.AnswerQuestion(f.t.Context(), answerTo(ref, question.ID)))
		input, err := f.AnswerInput(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("sealed code"), input)
		_, err = f.AnswerInput(f.t.Context(), ref, "ask_made_up")
		require.ErrorIs(f.t, err, store.ErrQuestionUnknown)
	},
}

// requireErased asserts that nothing secret of the operation can be read.
func (f *fixture) requireErased(ref store.Ref, questionID string) {
	f.t.Helper()
	_, err := f.OperationSecrets(f.t.Context(), ref)
	require.ErrorIs(f.t, err, store.ErrSecretsErased)
	_, err = f.AnswerInput(f.t.Context(), ref, questionID)
	require.ErrorIs(f.t, err, store.ErrSecretsErased)
	_, err = f.Capture(f.t.Context(), ref)
	require.ErrorIs(f.t, err, store.ErrNotFound)
}
