package activities

import (
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"

	"context"
)

// What tests of the rules need besides the activities themselves.
var (
	Translate   = translate
	WhenStopped = whenStopped
	Rejected    = rejected
	EngineInput = (*Pages).engineInput
	Attach      = (*Pages).attach
)

// Check is the check before every act.
func (h *heldPage) Check(ctx context.Context) error { return h.check(ctx) }

// Leave lets the next execution have the page.
func (h *heldPage) Leave() { h.leave() }

// Gate is the gate of an attached page.
func (h *heldPage) Gate(s store.Operations, now func() time.Time) login.Gate {
	return &claimGate{held: h, store: s, now: now}
}

// NewReporter is the reporter of one Advance.
func NewReporter(ctx context.Context, s store.Operations, in *workflows.AdvanceInput, now func() time.Time) login.Reporter {
	return &stepReporter{ctx: ctx, store: s, in: in, now: now}
}
