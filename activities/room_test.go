package activities_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
)

func TestRoom_LetsInAsManyAsFit_InTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r activities.Room
		first, err := r.Enter(t.Context(), 2)
		require.NoError(t, err)
		second, err := r.Enter(t.Context(), 2)
		require.NoError(t, err)
		entered := make(chan int, 3)
		for n := range 3 {
			go func() {
				leave, err := r.Enter(t.Context(), 2)
				if err == nil {
					entered <- n
					<-time.After(time.Second)
					leave()
				}
			}()
			synctest.Wait()
		}
		require.Empty(t, entered)
		first()
		first() // once is enough
		require.Equal(t, 0, <-entered)
		synctest.Wait()
		require.Empty(t, entered, "the second one is still there")
		second()
		require.Equal(t, 1, <-entered)
		require.Equal(t, 2, <-entered)

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		<-time.After(2 * time.Millisecond)
		_, err = (&activities.Room{}).Enter(ctx, 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		<-time.After(2 * time.Second)
	})
}

func TestCatchUps_AreBounded_AndGoOnWhereOneWaitsForItsSite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &activities.Pages{}
		var entered atomic.Int32
		for range activities.MostCatchUps() {
			_, err := p.CatchUpRoom(t.Context()) // none of them comes to an end
			require.NoError(t, err)
		}
		began := time.Now()
		go func() {
			if _, err := p.CatchUpRoom(t.Context()); err == nil {
				entered.Add(1)
			}
		}()
		synctest.Wait()
		require.Zero(t, entered.Load())
		<-time.After(activities.CatchUpLimit)
		synctest.Wait()
		require.EqualValues(t, 1, entered.Load(), "after %s", time.Since(began))
		<-time.After(activities.CatchUpLimit)
	})
}
