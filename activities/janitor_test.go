package activities_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
)

func TestTidy_DisposesOfPagesOfEndedOperations_AndLeavesLiveOnes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ended, live := f.withProxy("op_1"), f.running("op_2")
	f.opened(ended)
	f.opened(live)
	f.finish(ended, siteFailure())
	f.pages.Tidy(t.Context())
	require.Equal(t, 2, f.browser.open(), "the workflow may be about to give it back")

	f.clock.advance(11 * time.Second)
	f.pages.Tidy(t.Context())
	require.True(t, f.browser.made[0].closed.Load())
	require.False(t, f.browser.made[1].closed.Load())
	require.Equal(t, 1, f.upstreams.closed)
	require.False(t, f.lease(ended, 1).ReleasedAt.IsZero())
	require.True(t, f.lease(live, 1).ReleasedAt.IsZero())

	f.clock.advance(24 * time.Hour)
	f.pages.Tidy(t.Context())
	require.False(t, f.browser.made[1].closed.Load(), "a login may wait for a day")
}

func TestTidy_DisposesOfAPageWhoseLeaseWasReleased(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.opened(ref)
	require.NoError(t, f.db.ReleaseLease(t.Context(), ref, 1, f.clock.now()))
	f.clock.advance(59 * time.Second)
	f.pages.Tidy(t.Context())
	require.Equal(t, 1, f.browser.open())
	f.clock.advance(2 * time.Second)
	f.pages.Tidy(t.Context())
	require.Zero(t, f.browser.open())
}

func TestTidy_WhenTheStoreIsAway_LeavesEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.opened(ref)
	f.finish(ref, siteFailure())
	f.clock.advance(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // every read fails
	f.pages.Tidy(ctx)
	require.Equal(t, 1, f.browser.open())
	f.pages.Tidy(t.Context())
	require.Zero(t, f.browser.open())
}

func TestRunJanitor_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			(&activities.Pages{Now: time.Now, Browsers: &fakeBrowsers{browser: newFakeBrowser("br_1")}}).RunJanitor(ctx)
		}()
		<-time.After(time.Minute) // in the bubble's time
		cancel()
		<-done
	})
}
