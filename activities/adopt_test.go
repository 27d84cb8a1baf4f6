package activities_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/workflows"
)

func TestAdvance_OfAPageThatAKilledProcessLeft_AdoptsItAndGoesOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	site := f.browser.made[0]
	site.next = viewCode
	at, err := f.advance(page)
	require.NoError(t, err)
	require.NotNil(t, at.Question)
	before, navigated := f.lease(ref, 1).Epoch, site.navs.Load()
	f.restart()

	out, err := f.advance(page)
	require.NoError(t, err)
	require.NotNil(t, out.Question, "it reads what the page shows")
	require.Equal(t, navigated, site.navs.Load(), "a page that somebody worked on is not opened anew")
	require.Len(t, site.typed, 2, "nothing was typed twice")
	require.Greater(t, f.lease(ref, 1).Epoch, before)
	require.Len(t, f.browser.adopted, 1)

	_, err = f.advance(page)
	require.NoError(t, err)
	require.Len(t, f.browser.adopted, 1, "it is held now")
}

func TestAdvance_OfAPageThatSomebodyElseAdopted_TakesItBackInsteadOfUsingItsOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	first := f.pages
	f.restart()
	_, err := f.advance(page)
	require.NoError(t, err)
	require.True(t, f.browser.made[0].Detached())

	f.env, f.pages = nil, first
	_, err = f.advance(page)
	require.NoError(t, err)
	require.Len(t, f.browser.adopted, 2)
	require.True(t, f.browser.made[0].left.Load(), "what the first process had of the page it let go")
}

func TestAdvance_OfAPageThatIsNotThereAnyMore_IsLost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	f.browser.made[0].closed.Store(true)
	f.restart()
	_, err := f.advance(page)
	requireType(t, err, workflows.ErrorPageLost, false)
}

func TestAdvance_WhileTheBrowserProcessCannotBeReached_IsTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	f.restart()
	f.browsers.heldErr = errors.New("no answer in time")
	_, err := f.advance(page)
	requireRetryable(t, err)

	f.browsers.heldErr = nil
	_, err = f.advance(page)
	require.NoError(t, err)
}

func TestAdvance_WhenAnotherProcessTakesThePage_IsTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.running("op_1"))
	f.browser.made[0].navigate = func() error { return fmt.Errorf("Page.navigate: %w", browser.ErrDetached) }
	_, err := f.advance(page)
	requireRetryable(t, err)
	require.NotErrorIs(t, err, login.ErrPageLost)
}

func TestProve_OfAPageThatAKilledProcessLeft_AdoptsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.captured(ref)
	f.restart()
	_, err := f.prove(page)
	require.NoError(t, err)
	require.Len(t, f.browser.adopted, 1)
}

func TestWatch_OfAPageThatAKilledProcessLeft_AdoptsItOnlyWhileTheQuestionIsOpen(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.f.restart()
	done := w.watch()
	<-w.looked
	w.site.move(viewApp)
	r := <-done
	require.NoError(t, r.err)
	require.True(t, r.out.Changed)
	require.Len(t, w.f.browser.adopted, 1)

	_, err := w.f.db.CloseQuestion(t.Context(), w.ref, w.in.Question, w.f.clock.now())
	require.NoError(t, err)
	w.f.restart()
	r = <-w.watch()
	require.NoError(t, r.err)
	require.False(t, r.out.Changed)
	require.Len(t, w.f.browser.adopted, 1, "whoever acts on the page is not disturbed")
}

func TestClosePage_OfAPageThatAKilledProcessLeft_DisposesOfItsBrowserContext(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	contextID := f.lease(ref, 1).ContextID
	f.restart()
	require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
	require.Equal(t, []string{contextID}, f.browser.disposed)
	require.False(t, f.lease(ref, 1).ReleasedAt.IsZero())
}

func TestAdopt_WithAPasskey_SkipsCountersThatMayHaveBeenUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.withPasskey("op_1", passkey))
	made := f.browser.options[0].Passkeys
	require.Len(t, made, 1)
	f.restart()
	_, err := f.advance(page)
	require.NoError(t, err)
	require.Len(t, f.browser.adopted, 1)
	again := f.browser.adopted[0].Passkeys
	require.Len(t, again, 1)
	require.Equal(t, made[0].CredentialID, again[0].CredentialID)
	require.Greater(t, again[0].SignCount, made[0].SignCount)
}

func TestTidyBrowsers_DisposesOfWhatNoLeaseNames(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.opened(ref)
	leased := f.lease(ref, 1).ContextID
	f.browser.orphans = []string{leased, "context-of-a-proof"}

	f.pages.TidyBrowsers(t.Context())
	require.Equal(t, []string{"context-of-a-proof"}, f.browser.disposed, "a login may wait for a day")

	require.NoError(t, f.db.ReleaseLease(t.Context(), ref, 1, f.clock.now()))
	f.browser.disposed, f.browser.orphans = nil, []string{leased}
	f.pages.TidyBrowsers(t.Context())
	require.Equal(t, []string{leased}, f.browser.disposed)
}

func TestTidy_LetsGoOfAPageThatSomebodyElseAdopted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.opened(ref)
	p := f.browser.made[0]
	p.holder.Store(&adoptedPage{fakePage: p})
	f.clock.advance(24 * time.Hour)

	f.pages.Tidy(t.Context())
	require.True(t, p.left.Load())
	require.False(t, p.closed.Load(), "it is in use")
	require.True(t, f.lease(ref, 1).ReleasedAt.IsZero())
	require.Equal(t, session.OperationRunning, f.operation(ref).State)
}

func TestOpenPage_AfterTheProcessThatMadeThePageWasKilled_LeavesThePageToAdvance(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.browser.made[0].next = viewCode
	_, err := f.advance(page)
	require.NoError(t, err)
	made := f.lease(ref, 1)
	f.restart()

	out, err := f.begun(ref)
	require.NoError(t, err)
	require.Nil(t, out.Advanced)
	require.Len(t, f.browser.made, 1, "what was submitted on the first page is not seen on a second one")
	require.Equal(t, made.TargetID, f.lease(ref, 1).TargetID)
	at, err := f.advance(out.PageRef)
	require.NoError(t, err)
	require.NotNil(t, at.Question)
}
