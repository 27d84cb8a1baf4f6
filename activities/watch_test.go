package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// watched is a page that waits for an approval, and how it is watched.
type watched struct {
	f    *fixture
	ref  store.Ref
	page workflows.PageRef
	site *fakePage
	in   *workflows.WatchInput
	// looked receives whenever the watch waits for the page.
	looked chan struct{}
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	f := newFixture(t)
	w := &watched{f: f, ref: f.running("op_1"), looked: make(chan struct{}, 1)}
	w.page = f.opened(w.ref)
	w.site = f.browser.made[0]
	w.site.next = viewCode
	at, err := f.advance(w.page)
	require.NoError(t, err)
	require.NotNil(t, at.Question)
	id := f.ask(w.ref, 2, 1, session.AskApproval, nil)
	w.in = &workflows.WatchInput{Page: w.page, Question: id, Progress: at.Progress, Until: f.clock.now().Add(10 * time.Minute)}
	w.site.settled = func(ctx context.Context) error {
		select {
		case w.looked <- struct{}{}:
		default:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.site.moved:
			return nil
		}
	}
	return w
}

// watch runs the watch beside the test.
func (w *watched) watch() <-chan result {
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = w.f.run("watch", w.f.pages.Watch, w.in, &r.out)
		done <- r
	}()
	return done
}

type result struct {
	out workflows.WatchOutput
	err error
}

func TestWatch_WhenThePageGoesOn_SaysSo(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	done := w.watch()
	<-w.looked
	w.site.move(viewApp)
	r := <-done
	require.NoError(t, r.err)
	require.True(t, r.out.Changed)
	require.EqualValues(t, 2, w.f.lease(w.ref, 1).Epoch, "to look takes no lease")
}

func TestWatch_WhenSomebodyWantsThePage_LeavesItAtOnce(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	done := w.watch()
	<-w.looked
	held, err := activities.Attach(w.f.pages, t.Context(), w.page)
	require.NoError(t, err)
	defer held.Leave()
	r := <-done
	require.NoError(t, r.err)
	require.False(t, r.out.Changed)
}

func TestWatch_ThatComesLate_DisturbsNobody(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	held, err := activities.Attach(w.f.pages, t.Context(), w.page) // an Advance that follows the answer
	require.NoError(t, err)
	_, err = w.f.db.CloseQuestion(t.Context(), w.ref, w.in.Question, w.f.clock.now())
	require.NoError(t, err)
	done := w.watch()
	require.NoError(t, held.Check(t.Context()))
	held.Leave()
	r := <-done
	require.NoError(t, r.err)
	require.False(t, r.out.Changed)
	require.Empty(t, w.looked, "nobody needs to know")
}

func TestWatch_WhenTheQuestionsTimeIsUp_Ends(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.in.Until = w.f.clock.now().Add(50 * time.Millisecond)
	r := <-w.watch()
	require.NoError(t, r.err)
	require.False(t, r.out.Changed)
}

func TestWatch_WhenThePageIsLost_SaysSo(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.site.settled = func(context.Context) error { return fmt.Errorf("Page.settle: %w", login.ErrPageLost) }
	r := <-w.watch()
	requireType(t, r.err, workflows.ErrorPageLost, false)
	w.f.restart()
	r = <-w.watch()
	requireType(t, r.err, workflows.ErrorPageLost, false)
}

func TestWatch_WhenTheWorkerStops_HandsItBack(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	stop := make(chan struct{})
	w.f.env.SetWorkerStopChannel(stop)
	done := w.watch()
	<-w.looked
	close(stop)
	r := <-done
	requireRetryable(t, r.err)
	require.ErrorContains(t, r.err, "the worker is stopping")
}

func TestWatch_OfAnEndedOperation_IsOver(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.f.finish(w.ref, siteFailure())
	r := <-w.watch()
	requireType(t, r.err, workflows.ErrorOperationOver, false)
}

func TestWatch_OfAPageThatIsGivenBack_Ends(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	done := w.watch()
	<-w.looked
	require.NoError(t, w.f.pages.ClosePage(t.Context(), &workflows.ClosePageInput{Page: w.page}))
	require.NoError(t, (<-done).err)
}

func TestWatch_WithUnreadableProgress_Fails(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.in.Progress = json.RawMessage(`[]`)
	require.Error(t, (<-w.watch()).err)
}
