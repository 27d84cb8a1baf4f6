package workflows

import (
	"encoding/json"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// Bounds of the activities that use a page.
const (
	// openTimeout bounds making a page once a worker took the task.
	openTimeout = 30 * time.Second
	// EngineTimeout bounds one go of the engine, which ends typed by then: no login that makes progress takes that long
	// between two questions, though each of its waits may be 15 s.
	EngineTimeout = 5 * time.Minute
	// stepTimeout leaves time for what follows a go of the engine: the capture, the picture of a page.
	stepTimeout = EngineTimeout + time.Minute
	// heartbeatTimeout is how soon a dead worker is noticed while a step runs.
	heartbeatTimeout = 10 * time.Second
	// closeTimeout bounds giving a page back; the janitor does it if this does not.
	closeTimeout = 15 * time.Second
	// watchSlack is how long after the question's end a watch may still end by itself.
	watchSlack = time.Minute
	// StepTries is how often a step is tried that fails by a fault which is not the page's; the step counts, see
	// [ErrorFaulty]. Claims keep what must not happen twice from happening twice.
	StepTries = 3
	// stepExecutions bounds what StepTries does not count: executions whose worker died or stopped. That is not the login's
	// fault, and Patience is the bound; this one is for a page that takes every worker down with it.
	stepExecutions = 50
)

func (l *login) openOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              PageTaskQueueFor(l.begin.Browser),
		StartToCloseTimeout:    openTimeout + stepTimeout,
		ScheduleToCloseTimeout: l.in.Patience,
		HeartbeatTimeout:       heartbeatTimeout,
		Summary:                "open a page for " + l.in.Project,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:        time.Second,
			BackoffCoefficient:     1.2,
			MaximumInterval:        5 * time.Second,
			NonRetryableErrorTypes: []string{ErrorOperationOver, ErrorPageLost, ErrorNoBrowser},
		},
	}
}

func (l *login) stepOptions(page *PageRef, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              page.TaskQueue,
		StartToCloseTimeout:    stepTimeout,
		ScheduleToCloseTimeout: l.in.Patience,
		HeartbeatTimeout:       heartbeatTimeout,
		Summary:                summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:        500 * time.Millisecond,
			BackoffCoefficient:     2,
			MaximumInterval:        time.Second,
			MaximumAttempts:        stepExecutions,
			NonRetryableErrorTypes: []string{ErrorOperationOver, ErrorPageLost, ErrorFaulty},
		},
	}
}

// watchOptions let a watch go on until the question's end, on whatever worker has the page.
func watchOptions(page *PageRef, limit time.Duration) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              page.TaskQueue,
		StartToCloseTimeout:    limit,
		ScheduleToCloseTimeout: limit,
		HeartbeatTimeout:       heartbeatTimeout,
		Summary:                "watch whether the page goes on by itself",
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:        500 * time.Millisecond,
			BackoffCoefficient:     2,
			MaximumInterval:        10 * time.Second,
			NonRetryableErrorTypes: []string{ErrorOperationOver, ErrorPageLost},
		},
	}
}

// openPage gets a page on any browser of the right kind, queueing while all are lent, and lets the engine begin on it.
func (l *login) openPage(ctx workflow.Context) (*AdvanceOutput, error) {
	if err := l.settleLast(ctx); err != nil {
		return nil, err
	}
	in := &OpenPageInput{
		Workspace: l.in.Workspace, Operation: l.in.Operation, Attempt: l.attempt,
		Seq: l.seq, RunID: l.runID, Answers: l.answers, Number: l.questions + 1,
	}
	var out OpenPageOutput
	// Which browser it is shows at the end only; but no other than that one is reported lost, or the one of the attempt before.
	lost := func() bool { return l.lastLost != "" && l.lastLost != l.former || l.pageLost[l.attempt] }
	if err := l.unlessLost(ctx, l.openOptions(), ActivityOpenPage, in, &out, lost); err != nil {
		return nil, err
	}
	if out.TaskQueue != "" {
		l.page = &out.PageRef
	}
	if out.Advanced == nil {
		return l.advance(ctx, nil, "")
	}
	l.rejected = l.rejected || out.Advanced.Rejected
	return out.Advanced, nil
}

// settleLast writes that a further attempt begins, and settles the question of the page before with the same write: an
// answer that came for a lost page is of no use to the next one, and nobody must go on repeating its signal. The first
// attempt was written when the operation was claimed.
func (l *login) settleLast(ctx workflow.Context) error {
	if l.attempt == 1 {
		return nil
	}
	w := l.write(session.OperationRunning, session.StepNavigating)
	w.Consumed = l.asked
	return l.recordWrite(ctx, w)
}

// advance lets the engine go on with the page; answered is the question whose answer belongs on it, or empty.
func (l *login) advance(ctx workflow.Context, progress json.RawMessage, answered string) (*AdvanceOutput, error) {
	in := &AdvanceInput{
		Page: *l.page, Seq: l.seq, RunID: l.runID,
		Progress: progress, Answers: l.answers, CodeQuestion: answered, Number: l.questions + 1,
	}
	var out AdvanceOutput
	if err := l.onPage(ctx, ActivityAdvance, in, &out); err != nil {
		return nil, err
	}
	l.rejected = l.rejected || out.Rejected
	return &out, nil
}

// capture captures the state of the logged-in page.
func (l *login) capture(ctx workflow.Context) error {
	if err := l.record(ctx, session.OperationRunning, session.StepCapturing); err != nil {
		return err
	}
	return l.onPage(ctx, ActivityCapture, &CaptureInput{Page: *l.page}, nil)
}

// proof is that of the captured state: the one that was made at once, or one that is made now in fresh browser contexts.
func (l *login) proof(ctx workflow.Context, at *AdvanceOutput) (*ProveOutput, error) {
	// A version before this one proves anew what a worker of this version proved at once.
	if at.Proof != nil && workflow.GetVersion(ctx, "proven-at-once", workflow.DefaultVersion, 1) >= 1 {
		return at.Proof, nil
	}
	in := &ProveInput{
		Page: *l.page, Seq: l.seq, RunID: l.runID, Landing: at.Landing, Verdict: at.Verdict, Way: at.Way,
	}
	var out ProveOutput
	if err := l.onPage(ctx, ActivityProve, in, &out); err != nil {
		return nil, err
	}
	return &out, nil
}

// onPage runs an activity on the page's browser.
func (l *login) onPage(ctx workflow.Context, activity string, in, out any) error {
	return l.unlessLost(ctx, l.stepOptions(l.page, activity+" on "+l.page.BrowserID), activity, in, out, l.gone)
}

// unlessLost runs an activity, and ends with errLost as soon as its browser is known to be gone: nobody will end it then, or
// only after a time-out.
func (l *login) unlessLost(ctx workflow.Context, o workflow.ActivityOptions, activity string, in, out any, lost func() bool) error {
	ctx, cancel := workflow.WithCancel(workflow.WithActivityOptions(ctx, o))
	defer cancel()
	f := workflow.ExecuteActivity(ctx, activity, in)
	if err := workflow.Await(ctx, func() bool { return f.IsReady() || lost() }); err != nil {
		return err
	}
	if !f.IsReady() {
		return errLost
	}
	return l.asOver(f.Get(ctx, out))
}

// closePage gives the page back, also when the workflow was canceled. Whatever it cannot do the janitor does.
func (l *login) closePage(ctx workflow.Context) {
	page := l.page
	if page == nil || l.lost[page.BrowserID] {
		return
	}
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              page.TaskQueue,
		StartToCloseTimeout:    closeTimeout,
		ScheduleToStartTimeout: closeTimeout,
		ScheduleToCloseTimeout: 2 * closeTimeout,
		Summary:                "give the page back",
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 2},
	})
	f := workflow.ExecuteActivity(ctx, ActivityClosePage, &ClosePageInput{Page: *page})
	_ = workflow.Await(ctx, func() bool { return f.IsReady() || l.lost[page.BrowserID] })
}
