package workflows_test

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/anteroom/anteroom/workflows"
)

// watcher is a watch of a page: what it reports, and after how long.
type watcher struct {
	after   time.Duration
	changed bool
	err     error
}

// never is longer than any question waits.
const never = 1000 * time.Hour

// playWatches has every watch take its time in the workflow's own clock, which a running activity would stop.
func (w *world) playWatches() {
	w.env.RegisterActivityWithOptions(func(context.Context, *workflows.WatchInput) (*workflows.WatchOutput, error) {
		return &workflows.WatchOutput{}, nil
	}, activity.RegisterOptions{Name: workflows.ActivityWatch})
	w.env.SetOnActivityCanceledListener(func(*activity.Info) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.canceled++
	})
	w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		if info.ActivityType.Name != workflows.ActivityWatch {
			return
		}
		var in workflows.WatchInput
		if args.Get(&in) == nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.watched = append(w.watched, in)
		}
	})
}

// opensNever has the first openings never end, whatever becomes of them.
func (w *world) opensNever(times int) {
	w.env.OnActivity(workflows.ActivityOpenPage, mock.Anything, mock.Anything).After(never).Return(nil, errors.New("nobody waits for it")).Times(times)
	w.env.OnActivity(workflows.ActivityOpenPage, mock.Anything, mock.Anything).Return(w.openPage)
}

// opensLate has the page of an attempt take its time.
func (w *world) opensLate(attempt int, after time.Duration) {
	late := mock.MatchedBy(func(in *workflows.OpenPageInput) bool { return in.Attempt == attempt })
	w.env.OnActivity(workflows.ActivityOpenPage, mock.Anything, late).After(after).Return(w.openPage)
	w.env.OnActivity(workflows.ActivityOpenPage, mock.Anything, mock.Anything).Return(w.openPage)
}

func (w *world) openPage(_ context.Context, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, workflows.ActivityOpenPage)
	return w.onOpenPage(in)
}

// watch plays the watches that follow each other; the last one is repeated.
func (w *world) watch(watchers ...watcher) {
	for i, p := range watchers {
		call := w.env.OnActivity(workflows.ActivityWatch, mock.Anything, mock.Anything).After(p.after)
		if p.err != nil {
			call = call.Return(nil, p.err)
		} else {
			call = call.Return(&workflows.WatchOutput{Changed: p.changed}, nil)
		}
		if i < len(watchers)-1 {
			call.Once()
		}
	}
}
