package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

var installationTests = tests{
	"Ping_WhenOpen_Answers": func(f *fixture) {
		require.NoError(f.t, f.Ping(f.t.Context()))
	},
	"Clock_TellsTheTime": func(f *fixture) {
		at, err := f.Clock(f.t.Context())
		require.NoError(f.t, err)
		require.WithinDuration(f.t, time.Now(), at, patience) // of the same machine
		require.Equal(f.t, time.UTC, at.Location())
	},
	"VaultKeyID_TellsWhatWasBound": func(f *fixture) {
		_, err := f.VaultKeyID(f.t.Context())
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.NoError(f.t, f.BindVault(f.t.Context(), "key-1"))
		id, err := f.VaultKeyID(f.t.Context())
		require.NoError(f.t, err)
		require.Equal(f.t, "key-1", id)
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
	"ListWorkspaces_WhenThereAreSome_NamesThemInOrder": func(f *fixture) {
		_, err := f.CreateWorkspace(f.t.Context(), "Before", now)
		require.NoError(f.t, err)
		names, err := f.ListWorkspaces(f.t.Context())
		require.NoError(f.t, err)
		require.Equal(f.t, []string{"Before", workspace, otherWorkspace}, names)
	},
}
