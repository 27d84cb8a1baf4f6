package commands_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysCreate_WhenTheNameWouldBreakTheList_IsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"two\nlines", "tab\tbed", "\x1b[2J"} {
		e := run(t, "", "keys", "create", "--data-dir", dir, "--name", name)
		require.Equal(t, 2, e.code, e.err)
		require.Contains(t, e.err, "--name may hold neither line breaks")
		require.Empty(t, e.out)
	}
}
