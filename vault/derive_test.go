package vault_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/vault"
)

func TestDeriveID_WhenPrefixOrPartsDiffer_DiffersAndOtherwiseRepeats(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	v, err := vault.Open(path)
	require.NoError(t, err)
	again, err := vault.Open(path)
	require.NoError(t, err)
	stranger := newVault(t)
	rapid.Check(t, func(t *rapid.T) {
		// Few letters and short parts: an encoding that joins parts would collide soon.
		text := rapid.StringMatching(`[ab\x00]{0,3}`)
		list := rapid.SliceOfN(text, 0, 3)
		prefix, otherPrefix := text.Draw(t, "prefix"), text.Draw(t, "otherPrefix")
		parts, otherParts := list.Draw(t, "parts"), list.Draw(t, "otherParts")

		id := v.DeriveID(prefix, parts...)

		require.Equal(t, id, again.DeriveID(prefix, parts...))
		require.NotEqual(t, id, stranger.DeriveID(prefix, parts...))
		if prefix != otherPrefix || !slices.Equal(parts, otherParts) {
			require.NotEqual(t, id, v.DeriveID(otherPrefix, otherParts...))
		}
	})
}

func TestDeriveID_WhenShown_LooksLikeAnID(t *testing.T) {
	t.Parallel()
	v := newVault(t)

	id := v.DeriveID("ask_", "op_1", "1")

	require.Regexp(t, `^ask_[a-z2-7]{26}$`, id)
	require.NotContains(t, id, "op_1")
	require.Regexp(t, `^vk_[a-z2-7]{26}$`, v.KeyID())
	require.NotEqual(t, strings.TrimPrefix(v.KeyID(), "vk_"), strings.TrimPrefix(v.DeriveID("vk_"), "vk_"),
		"a caller cannot derive the fingerprint")
}
