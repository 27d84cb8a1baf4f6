package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
)

func TestAuthorize_WithoutAKnownKey_Is401InEachVocabulary(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for key, reason := range map[string]string{"": "key-missing", "wrong": "key-unknown", apitest.Key + " x": "key-unknown"} {
		header := apitest.Header{"x-api-key", key}
		r := f.Call(t, http.MethodGet, projects, nil, header)
		requireProblem(t, r, http.StatusUnauthorized, reason)
		require.NotEmpty(t, r.Header.Get("WWW-Authenticate"))
		r = f.Call(t, http.MethodGet, apitest.Sessions, nil, header)
		require.Equal(t, http.StatusUnauthorized, r.Status)
		require.Equal(t, "unauthorized", r.JSON(t)["code"])
	}
}

func TestAuthorize_OnlyTheKeyHeaderCounts(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodGet, projects+"?x-api-key="+apitest.Key, nil,
		apitest.Header{"x-api-key", ""}, apitest.Header{"Authorization", "Bearer " + apitest.Key}, apitest.Header{"Cookie", "x-api-key=" + apitest.Key})
	requireProblem(t, r, http.StatusUnauthorized, "key-missing")
}

func TestAuthorize_KeyOfAnotherWorkspace_Is404AsForAWorkspaceThatIsNot(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	other := apitest.Header{"x-api-key", apitest.OtherKey}
	there := requireProblem(t, f.Call(t, http.MethodGet, projects, nil, other), http.StatusNotFound, "workspace-not-found")
	nowhere := strings.Replace(projects, apitest.Workspace, "nowhere", 1)
	missing := requireProblem(t, f.Call(t, http.MethodGet, nowhere, nil, other), http.StatusNotFound, "workspace-not-found")
	require.Equal(t, there["detail"], strings.Replace(missing["detail"].(string), "nowhere", apitest.Workspace, 1))
}

func TestAuthorize_NothingOfAnotherWorkspaceIsReachable(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{"id": "s1"})
	mine := apitest.Header{"x-api-key", apitest.OtherKey}
	in := func(path string) string {
		return strings.Replace(path, "/workspace/"+apitest.Workspace, "/workspace/"+apitest.OtherWorkspace, 1)
	}
	for _, path := range []string{
		apitest.Sessions + "/s1", apitest.Sessions + "/s1/storage-state", apitest.Sessions + "/create/" + id + "/result", operations + "/" + id,
	} {
		require.Equal(t, http.StatusNotFound, f.Call(t, http.MethodGet, in(path), nil, mine).Status, path)
	}
	require.Equal(t, http.StatusNotFound, f.Call(t, http.MethodDelete, in(apitest.Sessions)+"/s1", nil, mine).Status)
	require.Equal(t, http.StatusNotFound, f.Call(t, http.MethodPost, in(operations)+"/"+id+"/cancel", nil, mine).Status)
	require.Equal(t, "[]", f.Call(t, http.MethodGet, in(apitest.Sessions), nil, mine).Body)
	require.JSONEq(t, `{"operations":[]}`, f.Call(t, http.MethodGet, in(operations), nil, mine).Body)
	require.Equal(t, "pending", f.Result(t, id)["status"])
}

func TestAuthorize_FailsBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodPut, projects+"/p1", strings.Repeat("x", 2<<20), apitest.Header{"x-api-key", "wrong"})
	requireProblem(t, r, http.StatusUnauthorized, "key-unknown")
}

func TestEveryRoute_WantsAKey_ButTheProbes(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	open := map[string]bool{"/healthz": true, "/readyz": true, "/version": true, "/openapi.yaml": true}
	for _, route := range specRoutes(t) {
		path := strings.NewReplacer("{workspaceId}", apitest.Workspace, "{projectName}", apitest.Project,
			"{operationId}", "op_x", "{authSessionId}", "s1").Replace(route.path)
		r := f.Call(t, route.method, path, nil, apitest.Header{"x-api-key", ""})
		require.Equal(t, open[route.path], r.Status == http.StatusOK, route)
		require.Equal(t, !open[route.path], r.Status == http.StatusUnauthorized, route)
	}
}
