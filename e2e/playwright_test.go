//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// playwrightDir holds playwright-core, installed by npm from the lock file.
var playwrightDir struct {
	once sync.Once
	dir  string
}

func installPlaywright(t *testing.T) string {
	t.Helper()
	playwrightDir.once.Do(func() {
		dir := filepath.Join(everything.dir, "playwright")
		require.NoError(t, os.CopyFS(dir, os.DirFS("playwright")))
		command(t, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
		playwrightDir.dir = dir
	})
	require.NotEmpty(t, playwrightDir.dir, "playwright-core could not be installed")
	return playwrightDir.dir
}

// requireLoggedInToPlaywright loads the exported session into Playwright, as a user would, and requires that the application
// takes it as logged in, and an anonymous visitor as a stranger.
func requireLoggedInToPlaywright(t *testing.T, a *app, s target) {
	t.Helper()
	dir := installPlaywright(t)
	browser, err := findChromium()
	require.NoError(t, err)
	state := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(state, []byte(a.storageState("alice")), 0o600))
	var seen struct{ LoggedIn, Anonymous bool }
	out := command(t, dir, "node", "check.mjs", browser, state, s.CheckURL, s.LoggedInMarker)
	require.NoError(t, json.Unmarshal([]byte(out), &seen), out)
	require.True(t, seen.LoggedIn, "the exported state is not logged in")
	require.False(t, seen.Anonymous, "an anonymous visitor sees the mark too")
}
