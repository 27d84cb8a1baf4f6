package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/anteroom/anteroom/workflows"
)

// step runs one execution of a step on a page, with heartbeats. The heartbeats carry how many executions before failed by a fault
// of their own: a further one that does so is the last after [workflows.StepTries]. Executions that ended with their worker,
// by kill or by stop, do not count, since the server has no more from them than their last heartbeat.
func step[O any](ctx context.Context, attempted string, run func(ctx context.Context) (O, error)) (out O, err error) {
	before := faultsBefore(ctx)
	stop := heartbeat(ctx, before)
	panicked := true
	defer func() {
		stop()
		if panicked { // the SDK reports it, and has the step tried again
			activity.RecordHeartbeat(ctx, before+1)
			if p := recover(); before+1 < workflows.StepTries {
				panic(p)
			}
			err = faulty(attempted, errors.New("it panicked; the worker's log has the stack"))
		}
	}()
	out, err = run(ctx)
	panicked = false
	if err = translate(attempted, err); err == nil {
		return out, nil
	}
	if ctx.Err() != nil {
		return out, whenStopped(ctx, err)
	}
	if app, typed := errors.AsType[*temporal.ApplicationError](err); typed && app.NonRetryable() {
		return out, err
	}
	activity.RecordHeartbeat(ctx, before+1) // the SDK sends it before it reports the failure
	if before+1 >= workflows.StepTries {
		err = faulty(attempted, err)
	}
	return out, err
}

func faulty(attempted string, cause error) error {
	return temporal.NewNonRetryableApplicationError(attempted, workflows.ErrorFaulty, cause)
}

// faultsBefore is how many earlier executions of this step failed by a fault of their own.
func faultsBefore(ctx context.Context) int {
	var faults int
	if !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &faults) != nil {
		return 0
	}
	return faults
}

// lastTry reports that a fault would end the step.
func lastTry(ctx context.Context) bool { return faultsBefore(ctx)+1 >= workflows.StepTries }

// whenStopped turns the end of an activity's context into what the server should do: hand the work back while the worker
// stops (never ctx.Err(), which the server refuses then: temporalio/sdk-go#1156), cancel it when the workflow said so.
func whenStopped(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if errors.Is(context.Cause(ctx), worker.ErrWorkerShutdown) {
		return temporal.NewApplicationError("the worker is stopping", "WorkerStopping")
	}
	return ctx.Err()
}
