package worker

import (
	"fmt"
	"runtime"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

const (
	// heartbeatThrottle lets an activity notice a cancel within about a second: it learns of it from a heartbeat only. DialOptions
	// has the call itself wait for longer.
	heartbeatThrottle = time.Second
	// stickyTimeout is how long a workflow task waits for the worker that has the workflow cached. The default of 5 s is
	// what a restart of the worker costs each waiting login (temporalio/temporal#7566).
	stickyTimeout = 2 * time.Second
	// openingsPerCPU is how many logins a processor begins at the same time. Each needs about half a second of it, and waits for its
	// site in between. Without a bound, all that there are pages for would begin at once, and each would take as long as all.
	openingsPerCPU = 8
	// pageSlots is how many activities may use pages at the same time: each page may be watched, worked on and closed. So an answer
	// never waits for a slot, however many logins wait.
	pageSlots = 3 * maxPages
)

// openingSlots is how many logins a worker begins at the same time. They have a queue and slots of their own: what waits for them takes
// nothing from what an answer needs.
func openingSlots() int { return openingsPerCPU * runtime.GOMAXPROCS(0) }

// Workers are the Temporal workers of this process.
type Workers struct {
	Client  client.Client
	Records *activities.Records
	Pages   *activities.Pages
	// Drain is how long activities may go on when the worker stops, before they are handed back.
	Drain time.Duration
}

func (w *Workers) options() sdkworker.Options {
	return sdkworker.Options{
		WorkerStopTimeout:                w.Drain,
		MaxHeartbeatThrottleInterval:     heartbeatThrottle,
		DefaultHeartbeatThrottleInterval: heartbeatThrottle,
		StickyScheduleToStartTimeout:     stickyTimeout,
		DisableRegistrationAliasing:      true,
	}
}

// PollWorkflows starts the worker for workflows and their local activities. The returned func drains and stops it.
func (w *Workers) PollWorkflows() (stop func(), err error) {
	wk := sdkworker.New(w.Client, workflows.TaskQueue, w.options())
	wk.RegisterWorkflowWithOptions(workflows.Login, workflow.RegisterOptions{Name: workflows.LoginWorkflow})
	for name, fn := range map[string]any{
		workflows.ActivityBegin:         w.Records.Begin,
		workflows.ActivityRecord:        w.Records.Record,
		workflows.ActivityAsk:           w.Records.Ask,
		workflows.ActivityCloseQuestion: w.Records.CloseQuestion,
		workflows.ActivityFinish:        w.Records.Finish,
	} {
		wk.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
	}
	return started(wk, workflows.TaskQueue)
}

// PollOpenings starts the worker that opens pages on browsers of the kind, and begins logins on them.
func (w *Workers) PollOpenings(kind session.BrowserKind) (stop func(), err error) {
	queue := workflows.PageTaskQueueFor(kind)
	wk := sdkworker.New(w.Client, queue, w.activityOptions(openingSlots()))
	wk.RegisterActivityWithOptions(w.Pages.OpenPage, activity.RegisterOptions{Name: workflows.ActivityOpenPage})
	return started(wk, queue)
}

// PollPages starts the worker for the pages of one browser.
func (w *Workers) PollPages(queue string) (stop func(), err error) {
	wk := sdkworker.New(w.Client, queue, w.activityOptions(pageSlots))
	for name, fn := range map[string]any{
		workflows.ActivityAdvance:   w.Pages.Advance,
		workflows.ActivityWatch:     w.Pages.Watch,
		workflows.ActivityCapture:   w.Pages.Capture,
		workflows.ActivityProve:     w.Pages.Prove,
		workflows.ActivityClosePage: w.Pages.ClosePage,
	} {
		wk.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
	}
	return started(wk, queue)
}

func (w *Workers) activityOptions(slots int) sdkworker.Options {
	o := w.options()
	o.DisableWorkflowWorker = true
	o.MaxConcurrentActivityExecutionSize = slots
	return o
}

func started(wk sdkworker.Worker, queue string) (func(), error) {
	if err := wk.Start(); err != nil {
		return nil, fmt.Errorf("poll task queue %s: %w", queue, err)
	}
	return wk.Stop, nil
}
