package browser

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProcessOf_ReadsTheProcessOfAStyleSheet_AndNothingElse(t *testing.T) {
	t.Parallel()
	pid, err := processOf("style-sheet-1234-5")
	require.NoError(t, err)
	require.Equal(t, 1234, pid)
	for _, id := range []string{"", "1234", "1234.5", "style-sheet-", "style-sheet-1234", "style-sheet--5", "style-sheet-0-1", "style-sheet-x-1", "style-sheet-1x-1"} {
		_, err := processOf(id)
		require.Error(t, err, id)
	}
}
