package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/workflows"
)

var (
	errAway    = serviceerror.NewUnavailable("connection refused")
	errMissing = serviceerror.NewNotFound("workflow not found")
	dispatched = store.Ref{Workspace: workspace, Operation: "op_1"}
)

func newDispatcher(t *testing.T) (*worker.Dispatcher, *mocks.Client) {
	t.Helper()
	c := mocks.NewClient(t)
	return &worker.Dispatcher{Client: c, Patience: 7 * time.Minute, Eager: true}, c
}

// bounded is a context with a deadline: no call may hang.
var bounded = mock.MatchedBy(func(ctx context.Context) bool {
	_, ok := ctx.Deadline()
	return ok
})

func TestStart_NamesTheWorkflowAsTheOperation_AndRefusesDuplicates(t *testing.T) {
	t.Parallel()
	d, c := newDispatcher(t)
	op := session.Operation{ID: "op_1", Workspace: workspace, Project: "demo", SessionID: "alice", Kind: session.OperationCreate}
	var options client.StartWorkflowOptions
	c.On("ExecuteWorkflow", bounded, mock.Anything, workflows.LoginWorkflow, &workflows.LoginInput{
		Workspace: workspace, Project: "demo", SessionID: "alice", Operation: "op_1", Kind: session.OperationCreate,
		Patience: 7 * time.Minute,
	}).Run(func(args mock.Arguments) { options = args.Get(1).(client.StartWorkflowOptions) }).Return(nil, nil)

	require.NoError(t, d.Start(t.Context(), op))
	require.Equal(t, "op_1", options.ID)
	require.Equal(t, workflows.TaskQueue, options.TaskQueue)
	require.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	require.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL, options.WorkflowIDConflictPolicy)
	require.True(t, options.EnableEagerStart)
	require.Greater(t, options.WorkflowExecutionTimeout, session.MaxOTPWait, "a question may wait for a day")
	attributes := options.TypedSearchAttributes
	require.Equal(t, len(workflows.SearchAttributeNames()), attributes.Size())
	for key, want := range map[temporal.SearchAttributeKeyKeyword]string{
		workflows.AttributeProject: "demo", workflows.AttributeKind: "create",
		workflows.AttributeStatus: "queued", workflows.AttributeWaitingFor: "nothing",
	} {
		got, ok := attributes.GetKeyword(key)
		require.True(t, ok, key.GetName())
		require.Equal(t, want, got)
	}
}

func TestStart_OfAWorkflowThatRunsOrRan_IsFine(t *testing.T) {
	t.Parallel()
	for err, fine := range map[error]bool{
		serviceerror.NewWorkflowExecutionAlreadyStarted("started", "request", "run"): true,
		errAway: false,
	} {
		d, c := newDispatcher(t)
		c.On("ExecuteWorkflow", bounded, mock.Anything, mock.Anything, mock.Anything).Return(nil, err)
		got := d.Start(t.Context(), session.Operation{ID: "op_1"})
		if fine {
			require.NoError(t, got)
			continue
		}
		require.ErrorIs(t, got, err)
		require.ErrorContains(t, got, "op_1")
	}
}

func TestSignals_ReachTheWorkflow_AndOneThatIsGoneIsFine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal  string
		payload any
		send    func(*worker.Dispatcher) error
	}{
		"answer": {
			workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: "ask_1"},
			func(d *worker.Dispatcher) error { return d.Resume(context.Background(), dispatched, "ask_1") },
		},
		"lost browser": {
			workflows.SignalBrowserLost, &workflows.BrowserLostSignal{BrowserID: "br_1"},
			func(d *worker.Dispatcher) error { return d.BrowserLost(context.Background(), dispatched, "br_1") },
		},
	} {
		for _, answer := range []error{nil, errMissing, errAway} {
			d, m := newDispatcher(t)
			m.On("SignalWorkflow", bounded, "op_1", "", c.signal, c.payload).Return(answer)
			err := c.send(d)
			if errors.Is(answer, errAway) {
				require.ErrorIs(t, err, errAway, name)
				require.ErrorContains(t, err, c.signal)
				continue
			}
			require.NoError(t, err, name)
		}
	}
}

func TestCancel_OfAWorkflowThatIsGone_IsFine(t *testing.T) {
	t.Parallel()
	for _, answer := range []error{nil, errMissing, errAway} {
		d, m := newDispatcher(t)
		m.On("CancelWorkflow", bounded, "op_1", "").Return(answer)
		err := d.Cancel(t.Context(), dispatched)
		if errors.Is(answer, errAway) {
			require.ErrorIs(t, err, errAway)
			continue
		}
		require.NoError(t, err)
	}
}

func TestEnd_TellsHowTheWorkflowEnded(t *testing.T) {
	t.Parallel()
	for status, want := range map[enumspb.WorkflowExecutionStatus]string{
		enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:    "",
		enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:     "",
		enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:  "workflow_ended",
		enumspb.WORKFLOW_EXECUTION_STATUS_FAILED:     "workflow_ended",
		enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:   "workflow_ended",
		enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED: "workflow_terminated",
		enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:  "workflow_timed_out",
	} {
		d, m := newDispatcher(t)
		m.On("DescribeWorkflowExecution", bounded, "op_1", "").Return(&workflowservice.DescribeWorkflowExecutionResponse{
			WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: status},
		}, nil)
		code, running, err := d.End(t.Context(), dispatched)
		require.NoError(t, err)
		require.Equal(t, want, code, status)
		require.Equal(t, want == "", running, status)
	}
}

func TestEnd_OfAMissingWorkflow_IsAnEnd_AndOfAnUnreachableServerIsNone(t *testing.T) {
	t.Parallel()
	d, m := newDispatcher(t)
	m.On("DescribeWorkflowExecution", bounded, "op_1", "").Return(nil, errMissing).Once()
	code, running, err := d.End(t.Context(), dispatched)
	require.NoError(t, err)
	require.False(t, running)
	require.Equal(t, "workflow_missing", code)

	m.On("DescribeWorkflowExecution", bounded, "op_1", "").Return(nil, errAway).Once()
	_, _, err = d.End(t.Context(), dispatched)
	require.ErrorIs(t, err, errAway, "a row must not be closed because Temporal is away")
}

func TestEnded_ListsEveryPage_SinceThen(t *testing.T) {
	t.Parallel()
	d, c := newDispatcher(t)
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	page := func(token string, ids ...string) *workflowservice.ListWorkflowExecutionsResponse {
		res := &workflowservice.ListWorkflowExecutionsResponse{NextPageToken: []byte(token)}
		for _, id := range ids {
			res.Executions = append(res.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
		}
		return res
	}
	asked := func(token string) any {
		return mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
			return string(r.GetNextPageToken()) == token && strings.Contains(r.GetQuery(), "CloseTime >= '2026-01-02T02:04:05Z'")
		})
	}
	c.On("ListWorkflow", bounded, asked("")).Return(page("more", "op_1", "op_2"), nil).Once()
	c.On("ListWorkflow", bounded, asked("more")).Return(page("", "op_3"), nil).Once()
	ids, err := d.Ended(t.Context(), since)
	require.NoError(t, err)
	require.Equal(t, []string{"op_1", "op_2", "op_3"}, ids)
}

func TestEnded_WhenTemporalIsAway_SaysWhatItDid(t *testing.T) {
	t.Parallel()
	d, c := newDispatcher(t)
	c.On("ListWorkflow", bounded, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return !strings.Contains(r.GetQuery(), "CloseTime")
	})).Return(nil, errAway)
	_, err := d.Ended(t.Context(), time.Time{})
	require.ErrorIs(t, err, errAway)
	require.ErrorContains(t, err, "list the workflows that ended")
}
