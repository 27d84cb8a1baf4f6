package session_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestOperationStates_FinalOnesLeadNowhere_AndTheOthersToAnEnd(t *testing.T) {
	t.Parallel()
	final := map[session.OperationState]bool{
		session.OperationSucceeded: true, session.OperationFailed: true, session.OperationCanceled: true, session.OperationExpired: true,
	}
	for _, from := range session.OperationStates() {
		require.Equal(t, final[from], from.Final(), from)
		for _, to := range session.OperationStates() {
			require.False(t, from.Final() && from.CanBecome(to), "%s → %s", from, to)
		}
		require.Equal(t, !from.Final(), from.CanBecome(session.OperationFailed), from)
	}
	require.False(t, session.OperationQueued.CanBecome(session.OperationWaiting), "only a running operation asks")
	require.False(t, session.OperationWaiting.CanBecome(session.OperationSucceeded), "an answer is taken up first")
	require.False(t, session.OperationRunning.CanBecome(session.OperationQueued))
}

func TestSessionStates_EveryLiveOneMayFail_AndEndedStaysEnded(t *testing.T) {
	t.Parallel()
	for _, s := range session.States() {
		require.Equal(t, s.Live(), s.CanBecome(session.StateExpired), s)
		require.False(t, session.StateEnded.CanBecome(s), s)
	}
	require.True(t, session.StateReady.CanBecome(session.StateLocked))
	require.True(t, session.StateLocked.CanBecome(session.StateReady))
	require.True(t, session.StateFailed.CanBecome(session.StatePending), "it may be started anew")
	require.False(t, session.StatePending.CanBecome(session.StateLocked))
}

func TestFailureClasses_OnlyRefusalsOfTheAccountOpenTheBreaker(t *testing.T) {
	t.Parallel()
	for _, c := range session.FailureClasses() {
		refusal := c == session.FailureCredential || c == session.FailureLockout
		require.Equal(t, refusal, c.OpensBreaker(), c)
	}
}
