package activities_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

func TestTranslate_TypesWhatTheWorkflowDependsOn(t *testing.T) {
	t.Parallel()
	for cause, want := range map[error]string{
		store.ErrOperationOver: workflows.ErrorOperationOver,
		store.ErrNotFound:      workflows.ErrorOperationOver,
		store.ErrSecretsErased: workflows.ErrorOperationOver,
		login.ErrPageLost:      workflows.ErrorPageLost,
	} {
		err := activities.Translate("try it", fmt.Errorf("read: %w", cause))
		requireType(t, err, want, false)
		require.ErrorContains(t, err, "try it")
	}
}

func TestTranslate_LeavesTheRestRetryable(t *testing.T) {
	t.Parallel()
	require.NoError(t, activities.Translate("try it", nil))
	for _, cause := range []error{
		store.ErrLeaseStale, errors.New("disk full"), context.Canceled, context.DeadlineExceeded,
	} {
		err := activities.Translate("try it", fmt.Errorf("read: %w", cause))
		require.ErrorContains(t, err, "try it")
		var app *temporal.ApplicationError
		require.NotErrorAs(t, err, &app)
	}
	err := activities.Translate("try it", fmt.Errorf("read: %w", context.Canceled))
	require.NotErrorIs(t, err, context.Canceled, "the SDK would report it as a cancel that nobody asked for")
}

func TestTranslate_WhenNoPageIsFree_IsNoFault(t *testing.T) {
	t.Parallel()
	err := activities.Translate("lend a page", fmt.Errorf("lease: %w", store.ErrNoPageFree))
	requireType(t, err, workflows.ErrorNoPageFree, true)
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	require.True(t, ok)
	require.Equal(t, temporal.ApplicationErrorCategoryBenign, app.Category(), "a login that queues would be logged as an error, every few seconds")
	require.ErrorIs(t, err, store.ErrNoPageFree)
}

func TestWhenStopped_ByTheWorker_HandsTheWorkBackAsRetryable(t *testing.T) {
	t.Parallel()
	parent, stop := context.WithCancelCause(t.Context())
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	stop(worker.ErrWorkerShutdown)
	for _, cause := range []error{ctx.Err(), errors.New("broken pipe"), login.ErrPageLost} {
		err := activities.WhenStopped(ctx, activities.Translate("try it", cause))
		requireType(t, err, "WorkerStopping", true)
		require.NotErrorIs(t, err, context.Canceled)
	}
	require.NoError(t, activities.WhenStopped(ctx, nil), "what was finished counts")
}

func TestWhenStopped_ByTheWorkflow_IsACancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	broken := errors.New("broken pipe")
	require.Equal(t, broken, activities.WhenStopped(ctx, broken), "nobody stopped it")
	cancel()
	require.Equal(t, context.Canceled, activities.WhenStopped(ctx, broken))
}
