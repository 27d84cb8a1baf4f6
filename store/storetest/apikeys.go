package storetest

import (
	"crypto/sha256"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

var keyTests = tests{
	"APIKeyByHash_WhenCreated_ReturnsIt": func(f *fixture) {
		key, other := apiKey("key_1", workspace), apiKey("key_2", otherWorkspace)
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), other))

		found, err := f.APIKeyByHash(f.t.Context(), key.Hash)
		require.NoError(f.t, err)
		require.Equal(f.t, key, found)
		found, err = f.APIKeyByHash(f.t.Context(), other.Hash)
		require.NoError(f.t, err)
		require.Equal(f.t, other, found)
	},
	"APIKeyByHash_WhenUnknown_IsNotFound": func(f *fixture) {
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), apiKey("key_1", workspace)))
		for _, hash := range [][]byte{apiKey("key_2", workspace).Hash, {}, nil} {
			found, err := f.APIKeyByHash(f.t.Context(), hash)
			require.ErrorIs(f.t, err, store.ErrNotFound)
			require.Zero(f.t, found)
		}
	},
	"CreateAPIKey_WhenHashIsTaken_Fails": func(f *fixture) {
		key := apiKey("key_1", workspace)
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		key.ID, key.Workspace = "key_2", otherWorkspace
		require.ErrorIs(f.t, f.CreateAPIKey(f.t.Context(), key), store.ErrKeyExists)
		found, err := f.APIKeyByHash(f.t.Context(), key.Hash)
		require.NoError(f.t, err)
		require.Equal(f.t, workspace, found.Workspace)
	},
	"CreateAPIKey_WhenWorkspaceIsUnknown_IsNotFound": func(f *fixture) {
		require.ErrorIs(f.t, f.CreateAPIKey(f.t.Context(), apiKey("key_1", "nowhere")), store.ErrNotFound)
	},
	"CreateAPIKey_WhenRepeated_IsHarmless": func(f *fixture) {
		key := apiKey("key_1", workspace)
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		require.Len(f.t, f.keys(""), 1)
		key.Hash = apiKey("key_2", workspace).Hash
		require.Error(f.t, f.CreateAPIKey(f.t.Context(), key), "another key with the same ID")
	},
	"ListAPIKeys_WhenThereAreSome_ShowsNoHash": func(f *fixture) {
		require.Empty(f.t, f.keys(""))
		late, early, theirs := apiKey("key_1", workspace), apiKey("key_2", workspace), apiKey("key_3", otherWorkspace)
		late.CreatedAt = after(time.Hour)
		for _, key := range []store.APIKey{late, early, theirs} {
			require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		}
		late.Hash, early.Hash, theirs.Hash = nil, nil, nil
		require.Equal(f.t, []store.APIKey{early, late}, f.keys(workspace))
		require.Equal(f.t, []store.APIKey{early, theirs, late}, f.keys(""))
		require.Empty(f.t, f.keys("nowhere"))
	},
	"RevokeAPIKey_WhenRevoked_IsNoLongerFound": func(f *fixture) {
		key, other := apiKey("key_1", workspace), apiKey("key_2", workspace)
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key))
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), other))
		want := key
		want.Hash, want.RevokedAt = nil, after(time.Minute)
		for _, at := range []time.Time{after(time.Minute), after(time.Hour)} {
			revoked, err := f.RevokeAPIKey(f.t.Context(), key.ID, at)
			require.NoError(f.t, err)
			require.Equal(f.t, want, revoked, "the first time stays")
		}
		_, err := f.APIKeyByHash(f.t.Context(), key.Hash)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		_, err = f.APIKeyByHash(f.t.Context(), other.Hash)
		require.NoError(f.t, err)
		other.Hash = nil
		require.Equal(f.t, []store.APIKey{want, other}, f.keys(workspace))
		require.NoError(f.t, f.CreateAPIKey(f.t.Context(), key), "a repeat of the create does not bring it back")
		_, err = f.APIKeyByHash(f.t.Context(), key.Hash)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"RevokeAPIKey_WhenUnknown_IsNotFound": func(f *fixture) {
		_, err := f.RevokeAPIKey(f.t.Context(), "key_made_up", now)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
}

func (f *fixture) keys(ws string) []store.APIKey {
	f.t.Helper()
	keys, err := f.ListAPIKeys(f.t.Context(), ws)
	require.NoError(f.t, err)
	return keys
}

func apiKey(id, ws string) store.APIKey {
	hash := sha256.Sum256([]byte("secret of " + id))
	return store.APIKey{ID: id, Workspace: ws, Name: "name of " + id, Hash: hash[:], CreatedAt: now}
}
