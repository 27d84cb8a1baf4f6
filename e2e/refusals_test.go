//go:build e2e

package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

// refusal is a start that must not succeed.
type refusal struct {
	env  []string
	args []string
	// says is a part of the sentence.
	says string
}

func TestUp_WhenItCannotStart_SaysWhyInOneSentenceAndDamagesNothing(t *testing.T) {
	t.Parallel()
	dir, l := dataDir(t), newLab(t, loginlab.Options{})
	first := up(t, dir)
	a := onSite(t, first, l, "password")
	a.done(a.startAs("ada", l.Password()))
	inUse, err := url.Parse(first.API)
	require.NoError(t, err)
	for what, r := range map[string]refusal{
		"the data directory is in use": {args: []string{"--data-dir", dir}, says: "in use by another anteroom process"},
		"the port is in use":           {args: []string{"--listen", inUse.Host}, says: inUse.Host},
		"it would listen for others":   {args: []string{"--listen", "0.0.0.0:0"}, says: "allow"},
		"there is no browser":          {args: []string{"--browser-path", "/nonexistent/chromium"}, says: "/nonexistent/chromium"},
		"an unknown setting":           {env: []string{"ANTEROOM_LISTN=127.0.0.1:1"}, says: "ANTEROOM_LISTN"},
		"a bad value":                  {env: []string{"ANTEROOM_BROWSER_MAX_PAGES=many"}, says: "ANTEROOM_BROWSER_MAX_PAGES"},
		"a network that is none":       {args: []string{"--network-allow", "10.0.0.0/99"}, says: "network"},
		"a setting of serve":           {env: []string{"ANTEROOM_TEMPORAL_ADDRESS=127.0.0.1:1"}, says: "temporal.address"},
	} {
		t.Log(what)
		r.try(t)
	}
	require.NoError(t, first.stop())

	key := filepath.Join(dir, "vault.key")
	require.NoError(t, os.Chmod(key, 0o644))
	refusal{args: []string{"--data-dir", dir}, says: "0600"}.try(t)
	require.NoError(t, os.Chmod(key, 0o600))
	again := a.on(up(t, dir))
	require.Contains(t, again.storageState("ada"), "cookies", "everything is as it was")
}

// try starts the process and requires that it ends soon, with one sentence.
func (r refusal) try(t *testing.T) {
	t.Helper()
	args := upArgs("--json", "--listen", "127.0.0.1:0", "--data-dir", dataDir(t))
	c, err := everything.spawn("refused", everything.standalone, r.env, append(args, r.args...)...)
	require.NoError(t, err)
	select {
	case <-c.exited:
	case <-time.After(readyTimeout):
		_ = c.kill()
		require.Fail(t, "it was not refused")
	}
	require.Error(t, c.err)
	require.Positive(t, c.cmd.ProcessState.ExitCode())
	said := c.tail(10)
	lines := strings.Split(said, "\n")
	require.Contains(t, lines[len(lines)-1], r.says)
	require.NotContains(t, said, "goroutine")
	require.NoError(t, noBrowserLeft(t.Context(), c.tmp))
}
