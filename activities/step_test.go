package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/workflows"
)

// tries runs one execution of a step after a number of faults, and returns the count that its last heartbeat carries, and its error.
func tries(t *testing.T, faults int, run func(ctx context.Context) (struct{}, error)) (count int, err error) {
	t.Helper()
	suite := &testsuite.WorkflowTestSuite{}
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	var mu sync.Mutex
	count = -1
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		mu.Lock()
		defer mu.Unlock()
		require.NoError(t, details.Get(&count))
	})
	if faults > 0 {
		env.SetHeartbeatDetails(faults)
	}
	step := func(ctx context.Context) error {
		_, err := activities.Step(ctx, "try it", run)
		return err
	}
	env.RegisterActivity(step)
	_, err = env.ExecuteActivity(step)
	mu.Lock()
	defer mu.Unlock()
	return count, err
}

func TestStep_CountsFaultsOfItsOwn_AndEndsAfterTheLast(t *testing.T) {
	t.Parallel()
	fault := func(context.Context) (struct{}, error) { return struct{}{}, errors.New("disk full") }
	for before := range workflows.StepTries {
		count, err := tries(t, before, fault)
		require.ErrorContains(t, err, "disk full")
		require.Equal(t, before+1, count)
		if before+1 < workflows.StepTries {
			requireRetryable(t, err)
			continue
		}
		requireType(t, err, workflows.ErrorFaulty, false)
	}
}

func TestStep_ThatDiesWithItsWorker_CountsNothing(t *testing.T) {
	t.Parallel()
	count, err := tries(t, 2, func(context.Context) (struct{}, error) { return struct{}{}, nil })
	require.NoError(t, err)
	require.Equal(t, 2, count, "what the server has of a killed execution is a heartbeat with the count of before")
}

func TestStep_WhoseErrorEndsIt_KeepsTheType(t *testing.T) {
	t.Parallel()
	count, err := tries(t, 2, func(context.Context) (struct{}, error) { return struct{}{}, login.ErrPageLost })
	requireType(t, err, workflows.ErrorPageLost, false)
	require.Equal(t, 2, count)
}

func TestStep_ThatPanics_IsTriedAsOftenAsAnyOther(t *testing.T) {
	t.Parallel()
	panics := func(context.Context) (struct{}, error) { panic("secret of a page") }
	count, err := tries(t, 1, panics)
	var panicked *temporal.PanicError
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, 2, count)
	_, err = tries(t, 2, panics)
	requireType(t, err, workflows.ErrorFaulty, false)
	require.NotContains(t, err.Error(), "secret")
}
