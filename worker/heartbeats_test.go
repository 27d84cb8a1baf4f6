package worker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/anteroom/anteroom/worker"
)

const heartbeatMethod = workflowservice.WorkflowService_RecordActivityTaskHeartbeat_FullMethodName

// call makes a call with the second that the SDK allows, and says how long it took.
func call(ctx context.Context, method string, invoke func(ctx context.Context) error) (time.Duration, error) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	err := worker.PatientHeartbeats(ctx, method, nil, nil, nil,
		func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
			return invoke(ctx)
		})
	return time.Since(begun), err
}

// answerAfter is a server that takes its time.
func answerAfter(delay time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(delay):
			return nil
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}

func TestHeartbeat_WhenTheServerIsSlow_IsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := call(t.Context(), heartbeatMethod, answerAfter(3*time.Second))
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, took)
	})
}

func TestHeartbeat_WhenTheServerIsAwayForSeconds_IsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun, tries := time.Now(), 0
		_, err := call(t.Context(), heartbeatMethod, func(context.Context) error {
			tries++
			if time.Since(begun) < 5*time.Second {
				return status.Error(codes.Unavailable, "connection refused")
			}
			return nil
		})
		require.NoError(t, err)
		require.Greater(t, tries, 2)
	})
}

func TestHeartbeat_WhenNobodyAnswers_EndsBeforeTheServerGivesTheStepAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := call(t.Context(), heartbeatMethod, answerAfter(time.Hour))
		require.Equal(t, codes.DeadlineExceeded, status.Code(err))
		require.Equal(t, 8*time.Second, took)
	})
}

func TestHeartbeat_WhenTheStepEnds_EndsWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		took, err := call(ctx, heartbeatMethod, answerAfter(time.Hour))
		require.Equal(t, codes.Canceled, status.Code(err))
		require.Equal(t, 500*time.Millisecond, took)
	})
}

func TestHeartbeat_WhenTheServerKnowsNoSuchStep_IsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := call(t.Context(), heartbeatMethod, func(context.Context) error {
			return status.Error(codes.NotFound, "activity not found")
		})
		require.Equal(t, codes.NotFound, status.Code(err))
		require.Zero(t, took)
	})
}

func TestOtherCalls_KeepTheirOwnDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		took, err := call(t.Context(), workflowservice.WorkflowService_StartWorkflowExecution_FullMethodName, answerAfter(time.Hour))
		require.Equal(t, codes.DeadlineExceeded, status.Code(err))
		require.Equal(t, time.Second, took)
	})
}
