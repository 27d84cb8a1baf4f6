package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

func TestFind_WithOverride_TakesOnlyThat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "my-browser")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755))

	got, err := browser.Find(session.BrowserChrome, path)

	require.NoError(t, err)
	require.Equal(t, path, got)
}

func TestFind_WithOverrideThatIsNoExecutable_NamesThePath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plain-file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))

	_, err := browser.Find(session.BrowserShell, path)

	require.ErrorIs(t, err, browser.ErrNotFound)
	require.ErrorContains(t, err, path)
}

func TestFind_WithUnknownKind_SaysWhichThereAre(t *testing.T) {
	t.Parallel()

	_, err := browser.Find("netscape", "")

	require.ErrorIs(t, err, browser.ErrNotFound)
	require.ErrorContains(t, err, `"shell" or "chrome"`)
}
