package storetest

import (
	"crypto/sha256"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

var installationTests = tests{
	"Ping_WhenOpen_Answers": func(f *fixture) {
		require.NoError(f.t, f.Ping(f.t.Context()))
	},
	"BindVault_WhenBoundToAnotherKey_Fails": func(f *fixture) {
		require.NoError(f.t, f.BindVault(f.t.Context(), "key-1"))
		require.NoError(f.t, f.BindVault(f.t.Context(), "key-1"))
		require.ErrorIs(f.t, f.BindVault(f.t.Context(), "key-2"), store.ErrOtherVaultKey)
		require.NoError(f.t, f.BindVault(f.t.Context(), "key-1"), "the refused key took no effect")
	},
	"CreateWorkspace_WhenRepeated_CreatesOnce": func(f *fixture) {
		exists, err := f.WorkspaceExists(f.t.Context(), "initech")
		require.NoError(f.t, err)
		require.False(f.t, exists)

		created, err := f.CreateWorkspace(f.t.Context(), "initech", now)
		require.NoError(f.t, err)
		require.True(f.t, created)
		created, err = f.CreateWorkspace(f.t.Context(), "initech", after(time.Hour))
		require.NoError(f.t, err)
		require.False(f.t, created)

		exists, err = f.WorkspaceExists(f.t.Context(), "initech")
		require.NoError(f.t, err)
		require.True(f.t, exists)
	},
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
		require.Error(f.t, f.CreateAPIKey(f.t.Context(), key))
		found, err := f.APIKeyByHash(f.t.Context(), key.Hash)
		require.NoError(f.t, err)
		require.Equal(f.t, workspace, found.Workspace)
	},
	"CreateAPIKey_WhenWorkspaceIsUnknown_IsNotFound": func(f *fixture) {
		require.ErrorIs(f.t, f.CreateAPIKey(f.t.Context(), apiKey("key_1", "nowhere")), store.ErrNotFound)
	},
}

func apiKey(id, ws string) store.APIKey {
	hash := sha256.Sum256([]byte("secret of " + id))
	return store.APIKey{ID: id, Workspace: ws, Hash: hash[:], CreatedAt: now}
}
