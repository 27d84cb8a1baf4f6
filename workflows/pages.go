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
	// stepTimeout bounds one go of the engine: at most twelve acts, each settling within 15 s.
	stepTimeout = 4 * time.Minute
	// heartbeatTimeout is how soon a dead worker is noticed while a step runs.
	heartbeatTimeout = 10 * time.Second
	// closeTimeout bounds giving a page back; the janitor does it if this does not.
	closeTimeout = 15 * time.Second
	// StepTries is how often a step is taken up again after a fault that is not the page's; claims keep what must not
	// happen twice from happening twice.
	StepTries = 3
)

func (l *login) openOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:              PageTaskQueueFor(l.begin.Browser),
		StartToCloseTimeout:    openTimeout,
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
			MaximumInterval:        5 * time.Second,
			MaximumAttempts:        StepTries,
			NonRetryableErrorTypes: []string{ErrorOperationOver, ErrorPageLost},
		},
	}
}

// openPage gets a page on any browser of the right kind; it queues while all are lent. A question of the page before is
// settled with the same write: an answer that came for a lost page is of no use to the next one, and nobody must go on
// repeating its signal.
func (l *login) openPage(ctx workflow.Context) (*PageRef, error) {
	w := l.write(session.OperationRunning, session.StepNavigating)
	w.Consumed = l.asked
	if err := l.recordWrite(ctx, w); err != nil {
		return nil, err
	}
	ctx = workflow.WithActivityOptions(ctx, l.openOptions())
	in := &OpenPageInput{Workspace: l.in.Workspace, Operation: l.in.Operation, Attempt: l.attempt}
	var page PageRef
	if err := workflow.ExecuteActivity(ctx, ActivityOpenPage, in).Get(ctx, &page); err != nil {
		return nil, asOver(err)
	}
	l.page = &page
	return l.page, nil
}

// advance lets the engine go on with the page.
func (l *login) advance(ctx workflow.Context, page *PageRef, progress json.RawMessage, codeQuestion string) (*AdvanceOutput, error) {
	in := &AdvanceInput{
		Page: *page, Seq: l.seq, RunID: l.runID,
		Progress: progress, Answers: l.answers, CodeQuestion: codeQuestion,
	}
	var out AdvanceOutput
	if err := l.onPage(ctx, page, ActivityAdvance, in, &out); err != nil {
		return nil, err
	}
	l.rejected = l.rejected || out.Rejected
	return &out, nil
}

// onPage runs an activity on the page's browser, and ends with errLost as soon as that browser is known to be gone: its
// queue has no worker any more.
func (l *login) onPage(ctx workflow.Context, page *PageRef, activity string, in, out any) error {
	ctx, cancel := workflow.WithCancel(workflow.WithActivityOptions(ctx, l.stepOptions(page, activity+" on "+page.BrowserID)))
	defer cancel()
	f := workflow.ExecuteActivity(ctx, activity, in)
	err := workflow.Await(ctx, func() bool { return f.IsReady() || l.lost[page.BrowserID] })
	if err != nil {
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
