package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// Bounds of the local activities that write to the store: a write takes milliseconds; while the store is away it is
// tried again for as long as a failover of the database takes.
const (
	recordTimeout  = 5 * time.Second
	recordPatience = 10 * time.Minute
)

func recordOptions() workflow.LocalActivityOptions {
	return workflow.LocalActivityOptions{
		StartToCloseTimeout:    recordTimeout,
		ScheduleToCloseTimeout: recordPatience,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:        100 * time.Millisecond,
			BackoffCoefficient:     2,
			MaximumInterval:        5 * time.Second,
			NonRetryableErrorTypes: []string{ErrorOperationOver},
		},
	}
}

// local runs a local activity that writes to the store.
func (l *login) local(ctx workflow.Context, name string, in, out any) error {
	ctx = workflow.WithLocalActivityOptions(ctx, recordOptions())
	return asOver(workflow.ExecuteLocalActivity(ctx, name, in).Get(ctx, out))
}

// write makes the next write to the operation's row.
func (l *login) write(state session.OperationState, step session.Step) Write {
	l.seq++
	return Write{
		Workspace: l.in.Workspace, Operation: l.in.Operation, RunID: l.runID,
		Seq: l.seq, State: state, Step: step, Attempt: l.attempt,
	}
}

// claim takes the operation for this run, or ends with errOver.
func (l *login) claim(ctx workflow.Context) error {
	w := l.write(session.OperationRunning, session.StepNavigating)
	w.Attempt = 1
	if err := l.local(ctx, ActivityBegin, &BeginInput{Write: w}, &l.begin); err != nil {
		return err
	}
	l.show(ctx, session.OperationRunning, session.StepNavigating, "")
	return nil
}

// record writes a live state and step.
func (l *login) record(ctx workflow.Context, state session.OperationState, step session.Step) error {
	return l.recordWrite(ctx, l.write(state, step))
}

func (l *login) recordWrite(ctx workflow.Context, w Write) error {
	if err := l.local(ctx, ActivityRecord, &RecordInput{Write: w}, nil); err != nil {
		return err
	}
	l.show(ctx, w.State, w.Step, "")
	return nil
}

// finish writes the end, also when the workflow was canceled.
func (l *login) finish(ctx workflow.Context, end *outcome) (*LoginResult, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	in := &FinishInput{Write: l.write(end.state, session.StepNone), Failure: end.failure, Verdict: end.verdict, Page: l.page}
	var out FinishOutput
	if err := l.local(ctx, ActivityFinish, in, &out); err != nil {
		return l.abandon(err)
	}
	if out.GivenBack {
		l.page = nil
	}
	l.show(ctx, end.state, session.StepNone, "")
	if end.state == session.OperationCanceled {
		return nil, workflow.ErrCanceled
	}
	return &LoginResult{State: end.state}, nil
}
