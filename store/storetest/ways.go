package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

var wayTests = tests{
	"Way_WhenSaved_ReplacesTheOneBefore": func(f *fixture) {
		for _, way := range []string{`{"steps":1}`, `{"steps":2}`} {
			f.saveWay(way)
			require.Equal(f.t, way, f.way())
		}
	},
	"Way_WhenDropped_IsNotFound": func(f *fixture) {
		f.saveWay("way")
		for range 2 {
			require.NoError(f.t, f.DropWay(f.t.Context(), workspace, project))
		}
		require.Empty(f.t, f.way())
	},
	"Way_WhenTheProjectIsUnknown_IsNotFound": func(f *fixture) {
		require.ErrorIs(f.t, f.SaveWay(f.t.Context(), workspace, "nowhere", []byte("way"), now), store.ErrNotFound)
		require.NoError(f.t, f.DropWay(f.t.Context(), workspace, "nowhere"))
	},
	"Way_WhenTheProjectIsPutWithTheSameLogin_Stays": func(f *fixture) {
		f.saveWay("way")
		p := sampleProject(workspace, project)
		p.LoggedIn = "#account"
		_, _, err := f.PutProject(f.t.Context(), p, now)
		require.NoError(f.t, err)
		require.Equal(f.t, "way", f.way())
	},
	"Way_WhenTheProjectIsPutWithAnotherLogin_IsForgotten": func(f *fixture) {
		f.saveWay("way")
		p := sampleProject(workspace, project)
		p.LoginURL = "https://portal.example/other"
		_, _, err := f.PutProject(f.t.Context(), p, now)
		require.NoError(f.t, err)
		require.Empty(f.t, f.way())
	},
	"Way_WhenTheProjectIsDeleted_GoesWithIt": func(f *fixture) {
		f.saveWay("way")
		require.NoError(f.t, f.DeleteProject(f.t.Context(), workspace, project))
		_, _, err := f.PutProject(f.t.Context(), sampleProject(workspace, project), now)
		require.NoError(f.t, err)
		require.Empty(f.t, f.way())
	},
}

func (f *fixture) saveWay(way string) {
	f.t.Helper()
	require.NoError(f.t, f.SaveWay(f.t.Context(), workspace, project, []byte(way), now))
}

// way returns the project's way, or "" for none.
func (f *fixture) way() string {
	f.t.Helper()
	way, err := f.Way(f.t.Context(), workspace, project)
	if err != nil {
		require.ErrorIs(f.t, err, store.ErrNotFound)
	}
	return string(way)
}
