package activities

import (
	"context"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// What tests of the rules need besides the activities themselves.
var (
	Translate   = translate
	WhenStopped = whenStopped
	Rejected    = rejected
	Advanced    = advanced
	Attach      = (*Pages).attach
	Report      = (*Pages).report
	StandsStill = standsStill
)

// EngineInput is what the engine is given for an operation, and whether a person told credentials.
func EngineInput(ctx context.Context, p *Pages, ref store.Ref, in *workflows.AdvanceInput) (login.Input, bool, error) {
	j, err := p.job(ctx, ref)
	if err != nil {
		return login.Input{}, false, err
	}
	return p.engineInput(ctx, j, in)
}

// LeaveBehind keeps what an outcome leaves behind.
func LeaveBehind(ctx context.Context, p *Pages, ref store.Ref, number int, res login.Outcome, out *workflows.AdvanceOutput) error {
	j, err := p.job(ctx, ref)
	if err != nil {
		return err
	}
	return p.leaveBehind(ctx, j, number, res, out)
}

// Check is the check before every act.
func (h *heldPage) Check(ctx context.Context) error { return h.check(ctx) }

// Leave lets the next execution have the page.
func (h *heldPage) Leave() { h.leave() }

// Gate is the gate of an attached page.
func (h *heldPage) Gate(p *Pages, op session.Operation) login.Gate {
	return &claimGate{held: h, store: p.Store, op: &op, now: p.Now}
}

// Close waits until the last step is written.
func (r *stepReporter) Close() { r.close() }

// RememberPasskeys keeps the counters of a page's passkeys.
func (h *heldPage) RememberPasskeys(ctx context.Context, p *Pages, op session.Operation) error {
	return p.rememberPasskeys(ctx, h.lent, &op)
}

// Step runs one execution of a step.
func Step(ctx context.Context, attempted string, run func(ctx context.Context) (struct{}, error)) (struct{}, error) {
	return step(ctx, attempted, run)
}

// DeadWatch looks for pages that are gone, again and again.
type DeadWatch struct{ told deadWatch }

// Look looks once at a browser.
func (w *DeadWatch) Look(ctx context.Context, p *Pages, b Browser) error {
	if w.told == nil {
		w.told = deadWatch{}
	}
	return p.tellOfDeadPages(ctx, b, w.told)
}

// Room is how much of something is done at once.
type Room = room

// Enter waits for room.
func (r *room) Enter(ctx context.Context, size int) (leave func(), err error) {
	return r.enter(ctx, size)
}

// CatchUpLimit is how long a step that adopts a page keeps others from beginning.
const CatchUpLimit = catchUpLimit

// MostCatchUps is how many of them begin at once.
func MostCatchUps() int { return mostCatchUps() }

// CatchUpRoom waits for room for one more.
func (p *Pages) CatchUpRoom(ctx context.Context) (leave func(), err error) { return p.catchUpRoom(ctx) }
