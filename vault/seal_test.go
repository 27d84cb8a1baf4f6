package vault_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
)

func TestSeal_WhateverIsSealed_OpensInItsContextOnly(t *testing.T) {
	t.Parallel()
	v, stranger := newVault(t), newVault(t)
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		ctx, other := anyContext().Draw(t, "ctx"), anyContext().Draw(t, "other")

		sealed, err := v.Seal(plaintext, ctx)
		require.NoError(t, err)
		require.Len(t, sealed, len(plaintext)+33)

		opened, err := v.Open(sealed, ctx)
		require.NoError(t, err)
		require.True(t, bytes.Equal(plaintext, opened))

		if other != ctx {
			_, err = v.Open(sealed, other)
			require.ErrorIs(t, err, vault.ErrNotOpened)
		}
		_, err = stranger.Open(sealed, ctx)
		require.ErrorIs(t, err, vault.ErrNotOpened)
	})
}

func TestOpen_WhenTheSealedValueWasChanged_DoesNotOpen(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "plaintext")
		sealed, err := v.Seal(plaintext, row)
		require.NoError(t, err)
		bad := bytes.Clone(sealed)
		switch rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case 1:
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(t, "length")]
		case 2:
			bad = append(bad, rapid.Byte().Draw(t, "more"))
		}

		opened, err := v.Open(bad, row)

		require.ErrorIs(t, err, vault.ErrNotOpened)
		require.Nil(t, opened)
	})
}

func TestSeal_WhenTheSameIsSealedTwice_GivesDifferentValues(t *testing.T) {
	t.Parallel()
	v := newVault(t)

	first, err := v.Seal([]byte(canary), row)
	require.NoError(t, err)
	second, err := v.Seal([]byte(canary), row)
	require.NoError(t, err)

	require.NotEqual(t, first, second)
	require.NotContains(t, string(first), canary)
}

func TestSeal_WhenTheContextLacksAPart_Refuses(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	for _, ctx := range []vault.Context{{}, {Kind: "k", ID: "i"}, {Workspace: "w", ID: "i"}, {Workspace: "w", Kind: "k"}} {
		_, err := v.Seal([]byte(canary), ctx)
		require.ErrorIs(t, err, vault.ErrContext)
		require.NotContains(t, err.Error(), canary)
		_, err = v.Open([]byte(canary), ctx)
		require.ErrorIs(t, err, vault.ErrContext)
		require.NotContains(t, err.Error(), canary)
	}
}

func TestSealSecret_WhenOpened_GivesTheSecretBack(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	for _, value := range []string{"", canary, session.Redacted} {
		sealed, err := v.SealSecret(session.NewSecret(value), row)
		require.NoError(t, err)
		opened, err := v.OpenSecret(sealed, row)
		require.NoError(t, err)
		require.Equal(t, value, opened.Reveal())
	}
	secret, err := v.OpenSecret([]byte(canary), row)
	require.ErrorIs(t, err, vault.ErrNotOpened)
	require.NotContains(t, err.Error(), canary)
	require.True(t, secret.IsZero())
}

func TestVault_WhenPrintedOrLogged_ShowsItsKeyIDOnly(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	v, err := vault.Open(path)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("opened", "vault", v)

	for _, shown := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), log.String()} {
		require.Contains(t, shown, v.KeyID())
		require.NotContains(t, shown, keyMaterial(t, file))
		require.NotContains(t, shown, "AesGcm")
	}
}
