package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var projectTests = tests{
	"PutProject_WhenNew_StoresTheWholeDocument": func(f *fixture) {
		p := sampleProject(workspace, "shop")
		p.CheckURL = "https://portal.example/me"
		stored, created, err := f.PutProject(f.t.Context(), p, after(time.Second))
		require.NoError(f.t, err)
		require.True(f.t, created)

		p.Version, p.UpdatedAt = 1, after(time.Second)
		require.Equal(f.t, p, stored)
		got, err := f.GetProject(f.t.Context(), workspace, "shop")
		require.NoError(f.t, err)
		require.Equal(f.t, p, got)
	},
	"PutProject_WhenItExists_ReplacesAndRaisesVersion": func(f *fixture) {
		changed := session.Project{Workspace: workspace, Name: project, LoginURL: "https://portal.example/new"}
		stored, created, err := f.PutProject(f.t.Context(), changed, after(time.Hour))
		require.NoError(f.t, err)
		require.False(f.t, created)

		changed.Version, changed.UpdatedAt = 2, after(time.Hour)
		require.Equal(f.t, changed, stored, "nothing of the old document remains")
	},
	"PutProject_WhenWorkspaceIsUnknown_IsNotFound": func(f *fixture) {
		_, created, err := f.PutProject(f.t.Context(), sampleProject("nowhere", project), now)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.False(f.t, created)
	},
	"PutProject_WhenConcurrent_CountsEveryVersion": func(f *fixture) {
		errs := together(repeat(20, func() error {
			_, _, err := f.PutProject(f.t.Context(), sampleProject(workspace, project), now)
			return err
		})...)
		require.Equal(f.t, 20, successes(errs))
		got, err := f.GetProject(f.t.Context(), workspace, project)
		require.NoError(f.t, err)
		require.EqualValues(f.t, 21, got.Version)
	},
	"ListProjects_WhenSeveral_ListsThoseOfTheWorkspace": func(f *fixture) {
		_, _, err := f.PutProject(f.t.Context(), sampleProject(workspace, "archive"), now)
		require.NoError(f.t, err)
		projects, err := f.ListProjects(f.t.Context(), workspace)
		require.NoError(f.t, err)
		require.Len(f.t, projects, 2)
		require.Equal(f.t, []string{"archive", project}, []string{projects[0].Name, projects[1].Name})
		require.Equal(f.t, workspace, projects[1].Workspace)
	},
	"ListProjects_WhenNone_IsEmptyNotNil": func(f *fixture) {
		projects, err := f.ListProjects(f.t.Context(), "nowhere")
		require.NoError(f.t, err)
		require.NotNil(f.t, projects)
		require.Empty(f.t, projects)
	},
	"DeleteProject_WhenItHasSessions_IsInUse": func(f *fixture) {
		ref := f.finished("a", session.OperationSucceeded)
		require.ErrorIs(f.t, f.DeleteProject(f.t.Context(), workspace, project), store.ErrInUse)

		_, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", after(time.Hour))
		require.NoError(f.t, err)
		require.NoError(f.t, f.DeleteProject(f.t.Context(), workspace, project))
		_, err = f.GetProject(f.t.Context(), workspace, project)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.Equal(f.t, session.OperationSucceeded, f.operation(ref).State, "operations outlive their project")
		_, err = f.GetProject(f.t.Context(), otherWorkspace, project)
		require.NoError(f.t, err)
	},
	"DeleteProject_WhenUnknown_IsNotFound": func(f *fixture) {
		require.ErrorIs(f.t, f.DeleteProject(f.t.Context(), workspace, "nowhere"), store.ErrNotFound)
	},
}
