package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
)

func TestLoadProjects_WhenAWildcardOpensAPublicSuffix_SaysWhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "portal.yaml")
	require.NoError(t, os.WriteFile(file, []byte("loginUrl: https://portal.example/login\nallowedHosts:\n  - '*.corp.example'\n  - '*.co.uk'\n  - '*.GitHub.io'\nconsent: maybe\n"), 0o600))
	_, err := config.LoadProjects(dir)
	for _, want := range []string{":4: allowedHosts[1]", ":5: allowedHosts[2]", ":6: consent", "anybody can have a host"} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "allowedHosts[0]")
}
