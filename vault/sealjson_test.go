package vault_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
)

func TestSealJSON_WhenAStorageStateIsSealed_OpensUnchanged(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	across := true
	state := session.StorageState{
		Cookies: []session.Cookie{{Name: "sid", Value: canary, Domain: "a.test", Path: "/", Expires: -1, CrossSiteAncestor: &across}},
		Origins: []session.Origin{{Origin: "https://a.test", LocalStorage: []session.StorageItem{{Name: "t", Value: "<&>\u2028"}}}},
	}

	sealed, err := v.SealJSON(&state, row)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), canary)
	var opened session.StorageState
	require.NoError(t, v.OpenJSON(sealed, row, &opened))

	require.Empty(t, cmp.Diff(state, opened))
}

func TestSealSecrets_WhateverTheValues_OpenUnchanged(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "parameters")
		secrets := map[string]session.Secret{}
		for name, value := range plain {
			secrets[name] = session.NewSecret(value)
		}

		sealed, err := v.SealSecrets(secrets, row)
		require.NoError(t, err)
		opened, err := v.OpenSecrets(sealed, row)
		require.NoError(t, err)

		require.Equal(t, secrets, opened)
	})
}

func TestSealSecrets_WhenThereAreNone_OpensAnEmptyMap(t *testing.T) {
	t.Parallel()
	v := newVault(t)

	sealed, err := v.SealSecrets(nil, row)
	require.NoError(t, err)
	opened, err := v.OpenSecrets(sealed, row)

	require.NoError(t, err)
	require.NotNil(t, opened)
	require.Empty(t, opened)
}

func TestSealJSON_WhenASecretIsInside_RefusesInsteadOfSealingItsRedaction(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	secret := session.NewSecret(canary)
	type form struct {
		Name     string
		Password session.Secret
	}
	for name, value := range map[string]any{
		"itself":       secret,
		"pointer":      &secret,
		"map":          map[string]session.Secret{"password": secret},
		"map of any":   map[string]any{"a": []any{map[string]any{"b": secret}}},
		"struct":       form{Password: secret},
		"list":         []form{{}},
		"array":        [1]session.Secret{secret},
		"deep pointer": map[string]*form{"a": {}},
	} {
		_, err := v.SealJSON(value, row)
		require.ErrorIs(t, err, vault.ErrHoldsSecret, name)
		require.NotContains(t, err.Error(), canary, name)
	}
	for name, value := range map[string]any{
		"nil": nil, "nil pointer": (*form)(nil), "empty list": []form{}, "text": session.Redacted,
	} {
		_, err := v.SealJSON(value, row)
		require.NoError(t, err, name)
	}
}

func TestSealJSON_WhenTheValueHasNoJSON_Refuses(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	type loop struct{ Next *loop }
	cycle := &loop{}
	cycle.Next = cycle
	for _, value := range []any{math.NaN(), make(chan int), cycle} {
		_, err := v.SealJSON(value, row)
		require.ErrorIs(t, err, vault.ErrNotJSON)
	}
}

func TestOpenJSON_WhenTheShapeIsWrong_DoesNotQuoteTheValue(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	for _, plaintext := range []string{`{"code": 481516}`, canary, `"` + canary + `"`, `{"` + canary + `": []}`} {
		sealed, err := v.Seal([]byte(plaintext), row)
		require.NoError(t, err)

		_, err = v.OpenSecrets(sealed, row)

		require.ErrorIs(t, err, vault.ErrNotJSON)
		require.NotContains(t, err.Error(), "481516")
		require.NotContains(t, err.Error(), canary)
	}
}

func TestOpenJSON_WhenMovedToAnotherRow_LeavesTheTargetAlone(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	sealed, err := v.SealJSON(map[string]string{"a": "b"}, row)
	require.NoError(t, err)
	other := row
	other.ID = "op_2"
	into := map[string]string{"kept": "yes"}

	require.ErrorIs(t, v.OpenJSON(sealed, other, &into), vault.ErrNotOpened)

	require.Equal(t, map[string]string{"kept": "yes"}, into)
}
