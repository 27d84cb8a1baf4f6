package storetest

import (
	"strconv"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

var memoryTests = tests{
	"AccountMemory_WhenThereIsNone_IsNotFound": func(f *fixture) {
		_, version, err := f.AccountMemory(f.t.Context(), workspace, "account")
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Zero(f.t, version)
	},
	"AccountMemory_WhenSaved_IsReadWithItsVersion": func(f *fixture) {
		for version, memory := range []string{"first", "second", ""} {
			require.NoError(f.t, f.remember(memory, int64(version)))
			got, next, err := f.AccountMemory(f.t.Context(), workspace, "account")
			require.NoError(f.t, err)
			require.Equal(f.t, memory, string(got))
			require.EqualValues(f.t, version+1, next)
		}
	},
	"AccountMemory_WhenItChangedMeanwhile_IsRefused": func(f *fixture) {
		require.ErrorIs(f.t, f.remember("early", 1), store.ErrVersion)
		require.NoError(f.t, f.remember("first", 0))
		for _, version := range []int64{0, 2} {
			require.ErrorIs(f.t, f.remember("late", version), store.ErrVersion)
		}
		got, _, err := f.AccountMemory(f.t.Context(), workspace, "account")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("first"), got)
	},
	"AccountMemory_WhenConcurrent_OneIsKept": func(f *fixture) {
		var sealed atomic.Int64 // what is sealed is never the same twice
		require.Equal(f.t, 1, successes(together(repeat(20, func() error { return f.remember(strconv.FormatInt(sealed.Add(1), 10), 0) })...)))
	},
	"AccountMemory_WithoutAnAccount_IsRefused": func(f *fixture) {
		err := f.SaveAccountMemory(f.t.Context(), workspace, "", store.Sealed("x"), 0, now)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"AccountMemory_WhenAnotherWorkspaceHasTheKey_IsItsOwn": func(f *fixture) {
		require.NoError(f.t, f.remember("ours", 0))
		require.NoError(f.t, f.SaveAccountMemory(f.t.Context(), otherWorkspace, "account", store.Sealed("theirs"), 0, now))
		got, _, err := f.AccountMemory(f.t.Context(), workspace, "account")
		require.NoError(f.t, err)
		require.Equal(f.t, store.Sealed("ours"), got)
	},
}

func (f *fixture) remember(memory string, version int64) error {
	return f.SaveAccountMemory(f.t.Context(), workspace, "account", store.Sealed(memory), version, now)
}
