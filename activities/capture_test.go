package activities_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// captured is an operation whose page was captured.
func (f *fixture) captured(ref store.Ref) workflows.PageRef {
	f.t.Helper()
	page := f.opened(ref)
	require.NoError(f.t, f.run("capture", f.pages.Capture, &workflows.CaptureInput{Page: page}, nil))
	return page
}

func (f *fixture) prove(page workflows.PageRef) (workflows.ProveOutput, error) {
	f.t.Helper()
	var out workflows.ProveOutput
	err := f.run("prove", f.pages.Prove, &workflows.ProveInput{Page: page, Landing: "https://portal.example/home"}, &out)
	return out, err
}

func TestCapture_KeepsTheSealedState_BoundToItsSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	f.captured(ref)
	sealed, err := f.db.Capture(t.Context(), ref)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "s3cret-cookie")
	var state session.StorageState
	require.NoError(t, f.vault.OpenJSON(sealed, vault.StorageStateOf(workspace, project, "session-of-op_1"), &state))
	require.Equal(t, "s3cret-cookie", state.Cookies[0].Value)
	require.Error(t, f.vault.OpenJSON(sealed, vault.StorageStateOf(workspace, project, "session-of-op_2"), &state))
}

func TestCapture_ThatFails_KeepsNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ref := f.running("op_1")
	page := f.opened(ref)
	f.browser.made[0].capture = func() (session.StorageState, error) { return session.StorageState{}, errors.New("no answer") }
	require.ErrorContains(t, f.run("capture", f.pages.Capture, &workflows.CaptureInput{Page: page}, nil), "no answer")
	_, err := f.db.Capture(t.Context(), ref)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestProve_ComparesTheRestoredStateWithAnAnonymousVisitor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		restored, anonymous view
		proven              bool
	}{
		"discriminates":              {viewApp, viewLogin, true},
		"restored is not logged in":  {viewLogin, viewLogin, false},
		"everybody sees the content": {viewApp, viewApp, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			page := f.captured(f.withProxy("op_1"))
			f.browser.restored, f.browser.shows = c.restored, c.anonymous
			out, err := f.prove(page)
			require.NoError(t, err)
			require.Equal(t, c.proven, out.Verdict.Proven)
			require.Equal(t, c.proven, out.Failure == nil)
			require.Equal(t, "s3cret-cookie", f.browser.states[0].Cookies[0].Value)
			require.Equal(t, 1, f.browser.open(), "only the login's own page is left")
			for _, o := range f.browser.options {
				require.Equal(t, upstreamURL, o.ProxyURL, "the proof goes through the caller's proxy, too")
			}
		})
	}
}

func TestProve_WhenTheBrowserFails_LeavesNoPageOpen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.captured(f.running("op_1"))
	f.browser.onNew = func() error {
		if len(f.browser.made) == 2 { // the anonymous page
			return browser.ErrBrowserLost
		}
		return nil
	}
	_, err := f.prove(page)
	require.ErrorContains(t, err, "the browser is lost")
	require.Equal(t, 1, f.browser.open())
}

func TestProve_WithoutACapture_Fails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.prove(f.opened(f.running("op_1")))
	requireRetryable(t, err)
	require.ErrorContains(t, err, "no capture")
	require.Len(t, f.browser.made, 1)
}
