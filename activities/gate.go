package activities

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// claimGate asks the store for what must happen at most once.
type claimGate struct {
	held  *heldPage
	store store.Operations
	now   func() time.Time
}

// Claim claims the step for this attempt. An open breaker is a *session.Failure.
func (g *claimGate) Claim(ctx context.Context, step login.ClaimStep, key string) (bool, error) {
	if err := g.held.check(ctx); err != nil {
		return false, err
	}
	lease := g.held.lease
	granted, err := g.store.Claim(ctx, store.Claim{
		Ref: lease.Ref, Attempt: lease.Attempt, Step: string(step), Key: key, Epoch: lease.Epoch, At: g.now(),
	})
	if open, ok := errors.AsType[*store.BreakerOpenError](err); ok {
		return false, breakerFailure(open)
	}
	return granted, err
}

func breakerFailure(open *store.BreakerOpenError) *session.Failure {
	return session.NewFailure(open.Class, "breaker_open",
		"the site refused these credentials before ("+string(open.Class)+"), so they are not submitted again; start with changed parameters")
}

// stepReporter shows in the operation's row what the engine does. The writes carry the workflow's last sequence number: they
// change the step of a row that the workflow has not moved on.
type stepReporter struct {
	ctx   context.Context //nolint:containedctx // lives as long as one call of login.Run, which gives Step no context
	store store.Operations
	in    *workflows.AdvanceInput
	now   func() time.Time
	last  session.Step
}

// Step writes the step if it changed. A step is for people: a failed write is nobody's failure.
func (r *stepReporter) Step(step session.Step) {
	if step == r.last {
		return
	}
	r.last = step
	_, _ = r.store.AdvanceOperation(r.ctx, store.Transition{
		Ref: refOf(r.in.Page), RunID: r.in.RunID, Seq: r.in.Seq,
		State: session.OperationRunning, Step: step, Attempt: r.in.Page.Attempt, At: r.now(),
	})
}
