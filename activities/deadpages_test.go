package activities_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestWatchPages_TellsLoginsThatWaitOnADeadPage_AndThoseOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var told []string
	var fault error
	f.pages.OnPageLost = func(_ context.Context, ref store.Ref, attempt int) error {
		told = append(told, fmt.Sprintf("%s/%d", ref.Operation, attempt))
		return fault
	}
	waits, acts := f.running("op_waits"), f.running("op_acts")
	f.opened(waits)
	f.opened(acts)
	f.ask(waits, 2, 1, session.AskCode, nil)
	var watch activities.DeadWatch
	look := func() error { return watch.Look(t.Context(), f.pages, f.browser) }
	require.NoError(t, look())
	require.Empty(t, told, "nothing speaks for a loss")

	f.browser.dead = []string{f.lease(waits, 1).TargetID, f.lease(acts, 1).TargetID, "somebody-elses"}
	fault = errors.New("Temporal is away")
	require.ErrorIs(t, look(), fault)
	fault = nil
	require.NoError(t, look())
	require.Equal(t, []string{"op_waits/1", "op_waits/1"}, told, "a signal that failed is repeated; a step finds out by itself")
	require.NoError(t, look())
	require.Len(t, told, 2, "a signal a second would fill the history")
	f.clock.advance(10 * time.Second)
	require.NoError(t, look())
	require.Len(t, told, 3, "it may not have arrived")
}
