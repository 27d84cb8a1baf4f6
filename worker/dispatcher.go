package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// runLimit ends a workflow that neither a worker nor the reconciler ended; no cleanup runs then.
const runLimit = 7 * 24 * time.Hour

// callTimeout bounds one call to Temporal.
const callTimeout = 5 * time.Second

// Dispatcher starts, signals and cancels the workflows of operations. Every method may be repeated.
type Dispatcher struct {
	Client client.Client
	// Patience is how long a step may wait for a worker; see [workflows.LoginInput].
	Patience time.Duration
	// Eager starts the first workflow task on this process's worker without a round trip; only useful where a worker
	// shares Client.
	Eager bool
	// Traced begins a span for what is done to an operation; end takes its error. Nil traces nothing.
	Traced func(ctx context.Context, doing, workspace, project, operation string) (_ context.Context, end func(error))
}

// trace calls Traced, if there is one.
func (d *Dispatcher) trace(ctx context.Context, doing string, op session.Operation) (context.Context, func(error)) {
	if d.Traced == nil {
		return ctx, func(error) {}
	}
	return d.Traced(ctx, doing, op.Workspace, op.Project, op.ID)
}

// named is what is known of an operation of which only the names are.
func named(ref store.Ref) session.Operation {
	return session.Operation{ID: ref.Operation, Workspace: ref.Workspace}
}

// Start starts the workflow of a queued operation. A workflow that runs or ran already is fine.
func (d *Dispatcher) Start(ctx context.Context, op session.Operation) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ctx, end := d.trace(ctx, "start login", op)
	defer func() { end(err) }()
	in := &workflows.LoginInput{
		Workspace: op.Workspace, Project: op.Project, SessionID: op.SessionID,
		Operation: op.ID, Kind: op.Kind, Patience: d.Patience,
	}
	_, err = d.Client.ExecuteWorkflow(ctx, d.startOptions(op), workflows.LoginWorkflow, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &started) {
		return fmt.Errorf("start the workflow of %s: %w", op.ID, err)
	}
	return nil
}

func (d *Dispatcher) startOptions(op session.Operation) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       workflows.LoginWorkflowID(op.ID),
		TaskQueue:                workflows.TaskQueue,
		WorkflowExecutionTimeout: runLimit,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		EnableEagerStart:         d.Eager,
		StaticSummary:            fmt.Sprintf("%s a session of %s", op.Kind, op.Project),
		StaticDetails: fmt.Sprintf("Workspace %s · project %s · session %s · operation %s",
			op.Workspace, op.Project, op.SessionID, op.ID),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			workflows.AttributeProject.ValueSet(op.Project),
			workflows.AttributeKind.ValueSet(string(op.Kind)),
			workflows.AttributeStatus.ValueSet(string(session.OperationQueued)),
			workflows.AttributeWaitingFor.ValueSet("nothing"),
		),
	}
}

// Resume tells the workflow that an answer was accepted.
func (d *Dispatcher) Resume(ctx context.Context, ref store.Ref, questionID string) error {
	return d.signal(ctx, ref, workflows.SignalResume, &workflows.ResumeSignal{InfoRequestID: questionID})
}

// BrowserLost tells the workflow that its browser is gone.
func (d *Dispatcher) BrowserLost(ctx context.Context, ref store.Ref, browserID string) error {
	return d.signal(ctx, ref, workflows.SignalBrowserLost, &workflows.BrowserLostSignal{BrowserID: browserID})
}

// PageLost tells the workflow that the page of an attempt is gone from a browser that lives on.
func (d *Dispatcher) PageLost(ctx context.Context, ref store.Ref, attempt int) error {
	return d.signal(ctx, ref, workflows.SignalPageLost, &workflows.PageLostSignal{Attempt: attempt})
}

func (d *Dispatcher) signal(ctx context.Context, ref store.Ref, name string, payload any) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ctx, end := d.trace(ctx, "signal "+name, named(ref))
	defer func() { end(err) }()
	err = d.Client.SignalWorkflow(ctx, workflows.LoginWorkflowID(ref.Operation), "", name, payload)
	if err != nil && !gone(err) {
		return fmt.Errorf("signal %s to %s: %w", name, ref.Operation, err)
	}
	return nil
}

// Cancel asks the workflow to end and clean up.
func (d *Dispatcher) Cancel(ctx context.Context, ref store.Ref) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ctx, end := d.trace(ctx, "cancel login", named(ref))
	defer func() { end(err) }()
	err = d.Client.CancelWorkflow(ctx, workflows.LoginWorkflowID(ref.Operation), "")
	if err != nil && !gone(err) {
		return fmt.Errorf("cancel %s: %w", ref.Operation, err)
	}
	return nil
}

// End tells how the workflow of an operation ended; running is true while it did not.
func (d *Dispatcher) End(ctx context.Context, ref store.Ref) (code string, running bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := d.Client.DescribeWorkflowExecution(ctx, workflows.LoginWorkflowID(ref.Operation), "")
	if gone(err) {
		return "workflow_missing", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("describe %s: %w", ref.Operation, err)
	}
	switch res.GetWorkflowExecutionInfo().GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
		return "", true, nil
	case enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		return "workflow_terminated", false, nil
	case enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return "workflow_timed_out", false, nil
	default:
		return "workflow_ended", false, nil
	}
}

// endedLimit is how many ends are listed in one call.
const endedLimit = 1000

// Ended lists the operations whose workflow came to a bad end since then, by Temporal's clock; ever for the zero time. A workflow that
// ends by its own story has written that to its row. Temporal lists an end a little later than it happened.
func (d *Dispatcher) Ended(ctx context.Context, since time.Time) ([]string, error) {
	request := &workflowservice.ListWorkflowExecutionsRequest{
		PageSize: endedLimit,
		Query:    "WorkflowType = '" + workflows.LoginWorkflow + "' AND ExecutionStatus IN ('Terminated', 'TimedOut', 'Failed', 'Canceled')",
	}
	if !since.IsZero() {
		request.Query += " AND CloseTime >= '" + since.UTC().Format(time.RFC3339Nano) + "'"
	}
	var ids []string
	for {
		page, err := d.endedPage(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("list the workflows that ended: %w", err)
		}
		for _, e := range page.GetExecutions() {
			ids = append(ids, e.GetExecution().GetWorkflowId())
		}
		request.NextPageToken = page.GetNextPageToken()
		if len(request.GetNextPageToken()) == 0 {
			return ids, nil
		}
	}
}

func (d *Dispatcher) endedPage(ctx context.Context, request *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return d.Client.ListWorkflow(ctx, request)
}

// gone reports that Temporal has no such running workflow.
func gone(err error) bool {
	var missing *serviceerror.NotFound
	return errors.As(err, &missing)
}
