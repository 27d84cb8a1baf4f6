package activities_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

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
