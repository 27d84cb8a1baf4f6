//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The suite trusts what the race detector printed; so it must read it.
func TestComplaint_OfARaceOrAPanic_IsFoundInTheLog(t *testing.T) {
	t.Parallel()
	for log, bad := range map[string]bool{
		"level=INFO msg=fine\n": false,
		"level=INFO\n==================\nWARNING: DATA RACE\nRead at 0x00": true,
		"level=INFO\npanic: boom\n":                                        true,
		"fatal error: all goroutines are":                                  true,
	} {
		c := &child{name: "x", stderr: filepath.Join(t.TempDir(), "stderr")}
		require.NoError(t, os.WriteFile(c.stderr, []byte(log), 0o600))
		if bad {
			require.Error(t, c.complaint(), log)
			continue
		}
		require.NoError(t, c.complaint())
	}
}
