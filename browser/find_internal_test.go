package browser

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
)

func TestFindAmong_WhenNothingIsInstalled_SaysWhichPackageToInstall(t *testing.T) {
	t.Parallel()
	for kind, pkg := range map[session.BrowserKind]string{
		session.BrowserShell: "apt-get install chromium-headless-shell", session.BrowserChrome: "apt-get install chromium`",
	} {
		_, err := findAmong(kind, []string{"/nowhere/chromium"})

		require.ErrorIs(t, err, ErrNotFound)
		require.ErrorContains(t, err, pkg)
	}
}

func TestCandidates_OfTheFullBrowser_PutDebiansWrapperLast(t *testing.T) {
	t.Parallel()
	names := candidates[session.BrowserChrome]

	require.Equal(t, "/usr/lib/chromium/chromium", names[0])
	require.NotContains(t, names[:4], "chromium")
}
