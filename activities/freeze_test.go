package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

const freezeAfter = 30 * time.Second

// parked is a page that asked for a code, of an operation that waits for it.
func parked(t *testing.T) (*fixture, store.Ref, workflows.PageRef, *fakePage) {
	t.Helper()
	f := newFixture(t)
	f.pages.FreezeAfter = freezeAfter
	ref := f.running("op_1")
	page := f.opened(ref)
	site := f.browser.made[0]
	site.next = viewCode
	at, err := f.advance(page)
	require.NoError(t, err)
	require.NotNil(t, at.Question)
	return f, ref, page, site
}

func TestFreeze_WhenACodeWasAskedFor_FreezesThePageAfterItsTime(t *testing.T) {
	t.Parallel()
	f, _, page, site := parked(t)
	f.clock.advance(freezeAfter - time.Second)
	f.pages.Freeze(t.Context())
	require.False(t, site.frozen.Load())
	epoch := f.lease(refOf(page), 1).Epoch

	f.clock.advance(time.Second)
	f.pages.Freeze(t.Context())
	require.True(t, site.frozen.Load())
	require.Equal(t, epoch, f.lease(refOf(page), 1).Epoch, "which is no use of the page")
	f.pages.Freeze(t.Context())
	require.EqualValues(t, 1, site.freezes.Load(), "once is enough")

	site.next = viewApp
	_, err := f.advance(page) // which reads and acts; the fake page refuses both while it is frozen
	require.NoError(t, err)
	require.False(t, site.frozen.Load())
}

func TestFreeze_OfAPageThatLivesByItself_IsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]error{"quietly": nil, "because of a fault": errors.New("no")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _, _, site := parked(t)
			site.lively.Store(true)
			site.freezeErr = fault
			f.clock.advance(freezeAfter)
			f.pages.Freeze(t.Context())
			f.pages.Freeze(t.Context())
			require.EqualValues(t, 1, site.freezes.Load())

			site.lively.Store(false)
			f.clock.advance(5 * time.Second)
			f.pages.Freeze(t.Context())
			require.Equal(t, fault == nil, site.frozen.Load(), "a fault comes again")
		})
	}
}

func TestFreeze_OfAPageThatIsUsed_IsLeftToAnotherTime(t *testing.T) {
	t.Parallel()
	f, _, page, site := parked(t)
	f.clock.advance(freezeAfter)
	held, err := activities.Attach(f.pages, t.Context(), page)
	require.NoError(t, err)
	f.pages.Freeze(t.Context())
	require.Zero(t, site.freezes.Load())
	held.Leave()
	f.pages.Freeze(t.Context())
	require.Zero(t, site.freezes.Load(), "nor one that was used and asked nothing since")
}

func TestFreeze_OfAPageThatMayGoOnByItself_IsNotDone(t *testing.T) {
	t.Parallel()
	for _, kind := range session.InfoRequestKinds() {
		stands := kind == session.AskCode || kind == session.AskCredentials || kind == session.AskChoice || kind == session.AskSecurityQuestion
		require.Equal(t, stands, activities.StandsStill(kind), kind)
	}
}

func TestFreeze_WhenTheTimeIsZero_IsNotDone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	site := f.browser.made[0]
	site.next = viewCode
	_, err := f.advance(page)
	require.NoError(t, err)
	f.clock.advance(24 * time.Hour)
	f.pages.Freeze(t.Context())
	require.Zero(t, site.freezes.Load())
	f.pages.RunFreezer(t.Context()) // returns
}

func TestTidyBrowsers_WhenAProcessLeftBeforeItFrozeAPage_PicksItUp(t *testing.T) {
	t.Parallel()
	f, ref, page, site := parked(t)
	contextID, _ := site.IDs()
	f.restart()
	f.pages.FreezeAfter = freezeAfter
	f.browser.wakeful = []string{contextID}
	f.pages.TidyBrowsers(t.Context())
	require.Empty(t, f.browser.adopted, "nobody waits for a person yet")

	f.ask(ref, 2, 1, session.AskCode, nil)
	f.pages.TidyBrowsers(t.Context())
	require.Len(t, f.browser.adopted, 1)
	f.clock.advance(freezeAfter)
	f.pages.Freeze(t.Context())
	require.True(t, site.frozen.Load())

	f.ask(ref, 3, 2, session.AskCode, map[string]session.Secret{"code": session.NewSecret("123456")})
	f.restart()
	f.pages.FreezeAfter = freezeAfter
	f.pages.TidyBrowsers(t.Context())
	require.Len(t, f.browser.adopted, 1, "a page whose answer is there is about to be used")
	site.next = viewApp
	_, err := f.advance(page)
	require.NoError(t, err)
	require.Len(t, f.browser.adopted, 2)
}

func TestRunFreezer_LooksEachSecond(t *testing.T) {
	t.Parallel()
	f, _, _, site := parked(t)
	f.clock.advance(freezeAfter)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.pages.RunFreezer(ctx) }()
	require.Eventually(t, site.frozen.Load, 20*time.Second, 10*time.Millisecond)
	cancel()
	<-done
}
