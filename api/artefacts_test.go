package api_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func keep(t *testing.T, f *apitest.Fixture, operationID, name, mediaType, content string) {
	t.Helper()
	sealed, err := f.Sealer.Seal([]byte(content), apitest.Workspace, session.SealedArtefact, session.ArtefactID(operationID, name))
	require.NoError(t, err)
	require.NoError(t, f.Store.SaveArtefact(t.Context(), store.Artefact{
		Ref: store.Ref{Workspace: apitest.Workspace, Operation: operationID}, Name: name, MediaType: mediaType, Data: sealed, At: f.Clock.Now(),
	}))
	f.Clock.Move(time.Second)
}

func TestArtefacts_AreListedAndRead(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	artefacts := operations + "/" + id + "/artefacts"
	require.JSONEq(t, "[]", f.Call(t, http.MethodGet, artefacts, nil).Body)
	keep(t, f, id, "page-1.png", "image/png", "\x89PNG")
	keep(t, f, id, "page-1.json", "application/json", `{"title":"x"}`)
	keep(t, f, id, "page-1.html", "text/html", "<script>")
	f.Fail(id, session.NewFailure(session.FailureUnsupported, "unknown_page", "The page was not understood."))

	r := f.Call(t, http.MethodGet, artefacts, nil)
	require.Equal(t, http.StatusOK, r.Status)
	var list []object
	require.NoError(t, json.Unmarshal([]byte(r.Body), &list))
	require.Equal(t, object{"name": "page-1.png", "mediaType": "image/png", "createdAt": "2026-03-01T12:00:00.000Z"}, list[0])
	require.Len(t, list, 3)

	for name, want := range map[string][2]string{
		"page-1.png": {"image/png", "\x89PNG"}, "page-1.json": {"application/json", `{"title":"x"}`},
		"page-1.html": {"application/octet-stream", "<script>"},
	} {
		r := f.Call(t, http.MethodGet, artefacts+"/"+name, nil)
		require.Equal(t, http.StatusOK, r.Status)
		require.Equal(t, want, [2]string{r.Header.Get("Content-Type"), r.Body}, name)
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
	}
}

func TestArtefacts_OfWhatIsNotThere_Are404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	keep(t, f, id, "page-1.png", "image/png", "png")
	requireProblem(t, f.Call(t, http.MethodGet, operations+"/op_nobody/artefacts", nil), http.StatusNotFound, "operation-not-found")
	requireProblem(t, f.Call(t, http.MethodGet, operations+"/op_nobody/artefacts/page-1.png", nil), http.StatusNotFound, "operation-not-found")
	for _, name := range []string{"page-2.png", "..%2Fpage-1.png", "%00"} {
		requireProblem(t, f.Call(t, http.MethodGet, operations+"/"+id+"/artefacts/"+name, nil), http.StatusNotFound, "artefact-not-found")
	}
	other := apitest.Header{"x-api-key", apitest.OtherKey}
	requireProblem(t, f.Call(t, http.MethodGet, "/api/v1/workspace/"+apitest.OtherWorkspace+"/operations/"+id+"/artefacts", nil, other),
		http.StatusNotFound, "operation-not-found")

	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	requireProblem(t, f.Call(t, http.MethodGet, operations+"/"+id+"/artefacts/page-1.png", nil), http.StatusNotFound, "artefact-not-found")
}

func TestArtefact_SealedForAnotherOperation_IsAFaultOfOurs(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	one, two := f.Start(t, object{"id": "s1"}), f.Start(t, object{"id": "s2"})
	sealed, err := f.Sealer.Seal([]byte("x"), apitest.Workspace, session.SealedArtefact, session.ArtefactID(one, "page-1.png"))
	require.NoError(t, err)
	require.NoError(t, f.Store.SaveArtefact(t.Context(), store.Artefact{
		Ref: store.Ref{Workspace: apitest.Workspace, Operation: two}, Name: "page-1.png", MediaType: "image/png", Data: sealed, At: f.Clock.Now(),
	}))
	requireProblem(t, f.Call(t, http.MethodGet, operations+"/"+two+"/artefacts/page-1.png", nil), http.StatusInternalServerError, "internal")
}
