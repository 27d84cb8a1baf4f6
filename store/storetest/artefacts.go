package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var artefactTests = tests{
	"Artefact_WhenSaved_IsReadAsItWas": func(f *fixture) {
		want := artefactOf(f.running("a"), "page-1.png")
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), want))
		got, err := f.GetArtefact(f.t.Context(), want.Ref, want.Name)
		require.NoError(f.t, err)
		require.Equal(f.t, want, got)
	},
	"Artefact_WhenSavedAgain_IsReplaced": func(f *fixture) {
		a := artefactOf(f.running("a"), "page-1.json")
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), a))
		a.Data, a.MediaType, a.At = store.Sealed("other"), "application/json", after(time.Minute)
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), a))
		got, err := f.GetArtefact(f.t.Context(), a.Ref, a.Name)
		require.NoError(f.t, err)
		require.Equal(f.t, a, got)
	},
	"Artefact_WhenListed_ComesOldestFirstWithoutItsData": func(f *fixture) {
		ref, other := f.running("a"), f.running("b")
		for i, name := range []string{"page-2.png", "page-1.png", "page-1.json"} {
			a := artefactOf(ref, name)
			a.At = after(time.Duration(min(i, 1)) * time.Second)
			require.NoError(f.t, f.SaveArtefact(f.t.Context(), a))
		}
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), artefactOf(other, "page-9.png")))
		list, err := f.ListArtefacts(f.t.Context(), ref)
		require.NoError(f.t, err)
		var names []string
		for _, a := range list {
			names = append(names, a.Name)
			require.Nil(f.t, a.Data)
			require.Equal(f.t, ref, a.Ref)
		}
		require.Equal(f.t, []string{"page-2.png", "page-1.json", "page-1.png"}, names)
	},
	"Artefact_WhenTheOperationEnded_Stays": func(f *fixture) {
		a := artefactOf(f.running("a"), "page-1.png")
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), a))
		_, err := f.FinishOperation(f.t.Context(), end(a.Ref, 2, session.OperationFailed))
		require.NoError(f.t, err)
		_, err = f.GetArtefact(f.t.Context(), a.Ref, a.Name)
		require.NoError(f.t, err)
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), artefactOf(a.Ref, "page-2.png")), "a picture may come after the end")
	},
	"Artefact_WhenItsSessionIsDeleted_GoesAndComesNoMore": func(f *fixture) {
		gone, kept := artefactOf(f.running("a"), "page-1.png"), artefactOf(f.running("b"), "page-1.png")
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), gone))
		require.NoError(f.t, f.SaveArtefact(f.t.Context(), kept))
		_, err := f.DeleteSession(f.t.Context(), workspace, project, "session-a", now)
		require.NoError(f.t, err)
		_, err = f.GetArtefact(f.t.Context(), gone.Ref, gone.Name)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		require.ErrorIs(f.t, f.SaveArtefact(f.t.Context(), gone), store.ErrNotFound)
		_, err = f.GetArtefact(f.t.Context(), kept.Ref, kept.Name)
		require.NoError(f.t, err)
	},
	"Artefact_WhenUnknown_IsNotFound": func(f *fixture) {
		ref := f.running("a")
		_, err := f.GetArtefact(f.t.Context(), ref, "page-1.png")
		require.ErrorIs(f.t, err, store.ErrNotFound)
		list, err := f.ListArtefacts(f.t.Context(), ref)
		require.NoError(f.t, err)
		require.Empty(f.t, list)
		require.ErrorIs(f.t, f.SaveArtefact(f.t.Context(), artefactOf(refOf("op_nobody"), "x")), store.ErrNotFound)
	},
	"DeleteSession_WhenItsOperationsAskedAndFailed_ForgetsWhatTheySaid": func(f *fixture) {
		ref, q := f.answered("a")
		fin := failure(ref, 9, session.FailureCredential)
		fin.Failure.SiteError = "alice@example.com is unknown"
		_, err := f.FinishOperation(f.t.Context(), fin)
		require.NoError(f.t, err)
		_, err = f.DeleteSession(f.t.Context(), workspace, project, "session-a", now)
		require.NoError(f.t, err)

		op := f.operation(ref)
		require.Equal(f.t, session.FailureCredential, op.Failure.Class)
		require.Empty(f.t, op.Failure.SiteError)
		asked, _, err := f.GetQuestion(f.t.Context(), ref, q.ID)
		require.NoError(f.t, err)
		require.Equal(f.t, session.InfoRequest{
			ID: q.ID, Number: q.Number, Kind: q.Kind, Attempt: q.Attempt, AskedAt: q.AskedAt, ExpiresAt: q.ExpiresAt,
			Fields: []session.Field{}, Choices: []session.Choice{}, Allow: []session.Action{},
		}, asked)
	},
}

func artefactOf(ref store.Ref, name string) store.Artefact {
	return store.Artefact{Ref: ref, Name: name, MediaType: "image/png", Data: store.Sealed("sealed picture " + name), At: after(time.Second)}
}
