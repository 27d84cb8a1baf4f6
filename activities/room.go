package activities

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// room bounds how much of something this process does at once. The zero value is ready for use.
type room struct {
	once  sync.Once
	slots chan struct{}
}

// enter waits until there is room for one more beside size-1 others, in the order in which it was asked. The caller must leave;
// repeats are harmless.
func (r *room) enter(ctx context.Context, size int) (leave func(), err error) {
	r.once.Do(func() { r.slots = make(chan struct{}, size) })
	select {
	case r.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-r.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// leastProofs is how many proofs run at once on the smallest machine, proofsPerCPU on others for each of its CPUs: they mostly wait for the
// site. Each opens a page or two, and when many answers come together, those that are still to be typed must not wait for them.
const leastProofs, proofsPerCPU = 6, 3

// proofRoom waits for room for a proof.
func (p *Pages) proofRoom(ctx context.Context) (leave func(), err error) {
	return p.proofs.enter(ctx, max(leastProofs, proofsPerCPU*runtime.NumCPU()))
}

const (
	// leastCatchUps and catchUpsPerCPU are how many steps at once go on with pages that another process had.
	leastCatchUps, catchUpsPerCPU = 6, 3
	// catchUpLimit is when the next one may begin although the step goes on: by then it waits for its site, and not for this machine.
	catchUpLimit = 1500 * time.Millisecond
)

func mostCatchUps() int { return max(leastCatchUps, catchUpsPerCPU*runtime.NumCPU()) }

// catchUpRoom waits for room for a step whose page has to be adopted. A process that was killed leaves all its logins to the next one at
// once. Where that begins with all of them together, none gets far before a time-out, or before it is killed in its turn.
func (p *Pages) catchUpRoom(ctx context.Context) (leave func(), err error) {
	give, err := p.catchUps.enter(ctx, mostCatchUps())
	if err != nil {
		return nil, err
	}
	next := time.AfterFunc(catchUpLimit, give)
	return func() {
		next.Stop()
		give()
	}, nil
}
