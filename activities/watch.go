package activities

import (
	"context"
	"errors"
	"sync"

	"go.temporal.io/sdk/activity"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

// errStopping is why a watch ends whose worker stops.
var errStopping = errors.New("the worker is stopping")

// Watch looks at a page whose question the site may go on without, until it went on, the question is not open any more, its
// time is up or somebody wants to use the page. It only reads the page, so that it takes no new epoch of the lease: an
// execution that acts is never disturbed by a watch that comes late.
func (p *Pages) Watch(ctx context.Context, in *workflows.WatchInput) (*workflows.WatchOutput, error) {
	stop := heartbeat(ctx, nil)
	defer stop()
	changed, err := p.watch(ctx, in)
	return &workflows.WatchOutput{Changed: changed}, whenStopped(ctx, translate("watch the page", err))
}

func (p *Pages) watch(ctx context.Context, in *workflows.WatchInput) (bool, error) {
	j, err := p.job(ctx, refOf(in.Page))
	if err != nil {
		return false, err
	}
	input, _, err := p.engineInput(ctx, j, &workflows.AdvanceInput{Progress: in.Progress, Answers: in.Answers})
	if err != nil {
		return false, err
	}
	input.Resumed = true
	lent, err := p.pageToWatch(ctx, in)
	if lent == nil || err != nil {
		return false, err
	}
	select {
	case lent.turn <- struct{}{}:
		defer func() { <-lent.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if err := lent.use(ctx); err != nil {
		return false, err
	}
	watching, end := p.watching(ctx, lent, in)
	defer end()
	// Only now: what was answered or closed before is seen here, what is answered later wants the page and says so.
	_, state, err := p.Store.GetQuestion(ctx, refOf(in.Page), in.Question)
	if err != nil || state != session.QuestionOpen {
		return false, err
	}
	changed, err := login.Watch(watching, lent.page, input)
	return changed, whenLeft(ctx, watching, err)
}

// pageToWatch returns the page of a watch; nil when the question is not open any more. The lease is read before the question: a
// page that this process does not hold is adopted only if nobody attached to it since the question was open.
func (p *Pages) pageToWatch(ctx context.Context, in *workflows.WatchInput) (*lentPage, error) {
	lease, err := p.Store.GetLease(ctx, refOf(in.Page), in.Page.Attempt)
	if err != nil {
		return nil, err
	}
	_, state, err := p.Store.GetQuestion(ctx, refOf(in.Page), in.Question)
	if err != nil || state != session.QuestionOpen {
		return nil, err
	}
	return p.found(ctx, lease)
}

// watching is the time of a watch: until it is asked to leave, the question's time is up or the worker stops. The caller
// must call end.
func (p *Pages) watching(ctx context.Context, lent *lentPage, in *workflows.WatchInput) (watching context.Context, end func()) {
	leaving, leave := context.WithCancelCause(ctx)
	lent.watched(leave)
	watching, cancel := context.WithTimeout(leaving, in.Until.Sub(p.Now()))
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			leave(errStopping)
		case <-watching.Done():
		}
	})
	return watching, func() {
		lent.watched(nil)
		cancel()
		leave(nil)
		wg.Wait()
	}
}

// whenLeft keeps the error of a watch that ended by itself; one that was ended saw no change, unless the worker stops: then
// another one goes on with it.
func whenLeft(ctx, watching context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, login.ErrPageLost), watching.Err() == nil, ctx.Err() != nil:
		return err
	case errors.Is(context.Cause(watching), errStopping):
		return errStopping
	}
	return nil
}
