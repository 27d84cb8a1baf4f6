package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoad_WhenALineHasNoLanguage_SaysWhere(t *testing.T) {
	t.Parallel()
	_, err := load(newTrie(), Login, "# comment\n\nen: sign in\nanmelden\n")
	require.ErrorContains(t, err, "login, line 4")
}

func TestLoad_AddsStemsAndFoldedForms(t *testing.T) {
	t.Parallel()
	root := newTrie()
	langs, err := load(root, Wrong, "de: ungültig*\npl: błąd\n")
	require.NoError(t, err)
	require.Equal(t, []string{"de", "pl"}, langs)
	for _, text := range []string{"ungültiges", "ungultig", "błąd", "blad"} {
		set, length := root.longest(text)
		require.True(t, set.Has(Wrong), text)
		require.Equal(t, len(text), length)
	}
	_, length := root.longest("błądzić")
	require.Zero(t, length)
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		mustLoad()
	}
}
