package activities_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

func TestOpenPage_LendsAPage_AndNamesItInTheLease(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	require.Equal(t, workflows.PageRef{
		Workspace: workspace, Operation: "op_1", Attempt: 1, BrowserID: "br_1", TaskQueue: workflows.BrowserTaskQueue("br_1"),
	}, page)
	lease := f.lease(ref, 1)
	require.Equal(t, "context-1", lease.ContextID)
	require.Equal(t, "target-1", lease.TargetID)
	require.Empty(t, f.browser.options[0].ProxyURL, "the browser's own proxy")
}

func TestOpenPage_Repeated_ReturnsTheSamePage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	first := f.opened(ref)
	require.Equal(t, first, f.opened(ref))
	require.Len(t, f.browser.made, 1)
}

func TestOpenPage_AsksForTheBrowserOfTheProject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.putProject(session.Project{Workspace: workspace, Name: project, LoginURL: loginURL, Browser: session.BrowserChrome})
	f.opened(f.running("op_1"))
	require.Equal(t, []session.BrowserKind{session.BrowserChrome}, f.browsers.asked)
}

func TestOpenPage_WithoutABrowser_IsTypedByWhetherWaitingHelps(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{browser.ErrNotFound, browser.ErrNoSandbox} {
		f := newFixture(t)
		f.browsers.err = fmt.Errorf("install chromium-headless-shell: %w", cause)
		_, err := f.open(f.running("op_1"), 1)
		requireType(t, err, workflows.ErrorNoBrowser, false)
		require.ErrorContains(t, err, "install chromium-headless-shell", "the operator is told what to do")
	}
	f := newFixture(t)
	f.browsers.err = errors.New("it crashed at the start")
	ref := f.running("op_1")
	_, err := f.open(ref, 1)
	require.Error(t, err)
	f.browsers.err = nil
	f.opened(ref)
}

func TestOpenPage_WhenEveryPageIsLent_MayBeTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.opened(f.running("op_1"))
	f.opened(f.running("op_2"))
	ref := f.running("op_3")
	_, err := f.open(ref, 1)
	require.ErrorContains(t, err, store.ErrNoPageFree.Error())
	requireRetryable(t, err)
	require.Equal(t, 2, f.browser.open())

	require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: first}, nil))
	f.opened(ref)
	require.Equal(t, 2, f.browser.open())
}

func TestOpenPage_OfAnEndedOperation_IsOver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.finish(ref, siteFailure())
	_, err := f.open(ref, 1)
	requireType(t, err, workflows.ErrorOperationOver, false)
	require.Empty(t, f.browser.made)
}

// withProxy is an operation that goes through a proxy of the caller.
func (f *fixture) withProxy(id string) store.Ref {
	f.t.Helper()
	sealed, err := f.vault.SealSecret(session.NewSecret("http://proxy.example:3128"), vault.ProxyOf(workspace, id))
	require.NoError(f.t, err)
	return f.running(id, store.SealedSecret{Name: session.SecretProxy, Value: sealed})
}

func TestOpenPage_ThroughTheCallersProxy_UntilThePageIsClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.opened(f.withProxy("op_1"))
	require.Equal(t, upstreamURL, f.browser.options[0].ProxyURL)
	require.Equal(t, "http://proxy.example:3128", f.upstreams.opened[0].Reveal())
	require.Zero(t, f.upstreams.closed)
	require.NoError(t, f.run("close", f.pages.ClosePage, &workflows.ClosePageInput{Page: page}, nil))
	require.Equal(t, 1, f.upstreams.closed)
}

func TestOpenPage_WhenItFailsHalfWay_LeavesNothingOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*fixture, store.Ref)
		mend  func(*fixture)
	}{
		"no upstream": {
			spoil: func(f *fixture, _ store.Ref) { f.upstreams.err = errors.New("the proxy does not answer") },
			mend:  func(f *fixture) { f.upstreams.err = nil },
		},
		"no page": {
			spoil: func(f *fixture, _ store.Ref) { f.browser.onNew = func() error { return browser.ErrBrowserLost } },
			mend:  func(f *fixture) { f.browser.onNew = nil },
		},
		"lease not completed": {
			spoil: func(f *fixture, ref store.Ref) {
				f.browser.onNew = func() error { // somebody raises the epoch meanwhile
					_, err := f.db.AttachLease(f.t.Context(), f.lease(ref, 1))
					return err
				}
			},
			mend: func(f *fixture) { f.browser.onNew = nil },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			ref := f.withProxy("op_1")
			c.spoil(f, ref)
			_, err := f.open(ref, 1)
			require.Error(t, err)
			require.Zero(t, f.browser.open())
			require.Len(t, f.upstreams.opened, f.upstreams.closed)
			_, err = f.advance(workflows.PageRef{Workspace: workspace, Operation: "op_1", Attempt: 1})
			requireType(t, err, workflows.ErrorPageLost, false)

			c.mend(f)
			f.opened(ref)
			require.Equal(t, 1, f.browser.open(), "the same attempt gets its page after all")
		})
	}
}

func TestOpenPage_WhenTheFirstBrowserIsGone_MovesToAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.browser.onNew = func() error { return browser.ErrBrowserLost }
	_, err := f.open(ref, 1)
	require.ErrorContains(t, err, "the browser is lost")
	other := newFakeBrowser("br_2")
	f.register(other)
	f.browsers.browser = other
	page := f.opened(ref)
	require.Equal(t, "br_2", page.BrowserID)
	require.Equal(t, "target-1", f.lease(ref, 1).TargetID)
}

func TestOpenPage_WhenAnotherBrowserHasThePage_NamesThatOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	first := f.opened(ref)
	other := newFakeBrowser("br_2")
	f.register(other)
	f.browsers.browser = other
	require.Equal(t, first, f.opened(ref))
	require.Empty(t, other.made)
}

func TestOpenPage_WhenTwoExecutionsOpenOneAtATime_KeepsOnePage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.withProxy("op_1")
	f.browser.onNew = func() error { // the execution that the server took for dead
		f.browser.onNew = nil
		f.opened(ref)
		return nil
	}
	f.opened(ref)
	require.Len(t, f.browser.made, 2)
	require.Equal(t, 1, f.browser.open())
	require.Equal(t, 1, f.upstreams.closed)
	require.False(t, f.browser.made[0].closed.Load(), "the first one's page may be in use")
	require.Equal(t, "target-1", f.lease(ref, 1).TargetID)
}
