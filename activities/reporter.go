package activities

import (
	"context"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// stepReporter shows in the operation's row what is being done on its page, without keeping the page waiting for the write: of
// steps that follow each other faster than they are written the last one is shown. The writes carry the workflow's last
// sequence number: they change the step of a row that the workflow has not moved on.
type stepReporter struct {
	write func(step session.Step)
	last  session.Step
	// next holds the step to be written next; written is closed when the last one was.
	next    chan session.Step
	written chan struct{}
}

// report starts a reporter; the caller must close it.
func (p *Pages) report(ctx context.Context, ref store.Ref, attempt int, seq int64, runID string) *stepReporter {
	r := &stepReporter{next: make(chan session.Step, 1), written: make(chan struct{})}
	r.write = func(step session.Step) {
		// A step is for people: a failed write is nobody's failure.
		_, _ = p.Store.AdvanceOperation(ctx, store.Transition{
			Ref: ref, RunID: runID, Seq: seq, State: session.OperationRunning, Step: step, Attempt: attempt, At: p.Now(),
		})
	}
	go func() {
		defer close(r.written)
		for step := range r.next {
			r.write(step)
		}
	}()
	return r
}

// Step shows the step if it changed. It is called by one goroutine at a time, and never blocks.
func (r *stepReporter) Step(step session.Step) {
	if step == r.last {
		return
	}
	r.last = step
	select {
	case <-r.next: // nobody needs to know of it any more
	default:
	}
	r.next <- step
}

// close waits until the last step is written.
func (r *stepReporter) close() {
	close(r.next)
	<-r.written
}
