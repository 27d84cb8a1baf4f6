package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
)

func TestARequestOfAnotherOrigin_Is403(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, header := range []apitest.Header{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		requireProblem(t, f.Call(t, http.MethodPut, projects+"/p", object{"loginUrl": "http://h/"}, header), http.StatusForbidden, "cross-origin")
		r := f.Call(t, http.MethodPost, apitest.Sessions+"/create", "{}", header)
		require.Equal(t, http.StatusForbidden, r.Status)
		require.Equal(t, "forbidden", r.JSON(t)["code"])
	}
	require.Empty(t, f.Engine.Told())
}

func TestAnswers_TellBrowsersToKeepAndGuessNothing(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, path := range []string{projects, apitest.Sessions, "/healthz", "/nowhere"} {
		r := f.Call(t, http.MethodGet, path, nil)
		require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), path)
		require.Contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, strings.HasPrefix(path, "/api/"), r.Header.Get("Cache-Control") == "no-store", path)
	}
}

func TestABodyThatIsTooLarge_Is413(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Config.MaxBody = 100 })
	r := f.Call(t, http.MethodPut, projects+"/p", object{"loginUrl": "http://h/" + strings.Repeat("x", 100)})
	p := requireProblem(t, r, http.StatusRequestEntityTooLarge, "body-too-large")
	require.Contains(t, p["detail"], "100 bytes")
	require.Equal(t, http.StatusCreated, f.Call(t, http.MethodPut, projects+"/p", object{"loginUrl": "http://h/"}).Status)
}

func TestRequestID_IsTheCallersWhereUsable(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodGet, "/healthz", nil, apitest.Header{"X-Request-ID", "trace-1.a_B"})
	require.Equal(t, "trace-1.a_B", r.Header.Get("X-Request-ID"))
	for _, unusable := range []string{"", "a b", "<script>", strings.Repeat("a", 65), "é"} {
		r = f.Call(t, http.MethodGet, "/healthz", nil, apitest.Header{"X-Request-ID", unusable})
		require.Regexp(t, "^req_[a-z2-7]{26}$", r.Header.Get("X-Request-ID"))
	}
}

func TestLog_NamesRoutesAndNeverPathsQueriesKeysOrSecrets(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	const canary = "c4nary-Kq8vXz2LrT7wPm3NhYb5"
	id := f.Start(t, object{"parameters": object{"username": canary, "password": canary, "totpSecret": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=" + canary}, "proxy": "http://u:" + canary + "@h:1"})
	q := f.Ask(id, apitest.CodeQuestion(1))
	sessions := apitest.Sessions
	f.Call(t, http.MethodPost, sessions+"/create/"+id+"/resume", object{"input": canary, "info_request_id": q})
	f.Call(t, http.MethodPost, sessions+"/create/"+id+"/resume", object{"input": "123456", "info_request_id": canary})
	f.Call(t, http.MethodPost, sessions+"/create", `{"parameters":{"password":"`+canary+`"`)
	f.Call(t, http.MethodPost, sessions+"/create", object{"parameters": object{canary: object{canary: canary}}})
	f.Call(t, http.MethodPost, sessions+"/create", object{"proxy": "http://u:" + canary + "%zz@h:1"})
	f.Call(t, http.MethodGet, sessions+"/"+canary+"?password="+canary, nil, apitest.Header{"Cookie", canary})
	f.Call(t, http.MethodGet, "/"+canary, nil, apitest.Header{"x-api-key", canary})
	f.Call(t, http.MethodGet, projects, nil, apitest.Header{"x-api-key", canary})
	f.Call(t, canary, projects, nil)
	log := f.Log.String()
	require.Contains(t, log, "/api/v1/workspace/:workspaceId/projects/:projectName/auth-sessions/create/:operationId/resume")
	require.Contains(t, log, "unmatched")
	require.NotContains(t, log, canary)
	require.NotContains(t, log, apitest.Key)
}

func TestLog_SaysWhichKeyAskedForWhichSession(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "alice"})
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, apitest.Sessions+"/alice", nil).Status)
	lines := strings.Split(strings.TrimSpace(f.Log.String()), "\n")
	last := lines[len(lines)-1]
	require.Contains(t, last, "key_"+apitest.Workspace)
	require.Contains(t, last, "alice")
	f.Call(t, http.MethodGet, apitest.Sessions+"/nobody", nil)
	require.NotContains(t, f.Log.String(), "nobody", "what is asked for in vain may be anything, a secret too")
}

func TestForwardedHeaders_AreNotTrusted(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Call(t, http.MethodGet, projects, nil, apitest.Header{"X-Forwarded-For", "203.0.113.7"})
	require.NotContains(t, f.Log.String(), "203.0.113.7")
}

func TestProbes_SayVersionAndHealth(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Config.Version = "1.2.3" })
	require.JSONEq(t, `{"status":"ok"}`, f.Call(t, http.MethodGet, "/healthz", nil).Body)
	require.JSONEq(t, `{"status":"ok","checks":{"store":{"status":"ok"}}}`, f.Call(t, http.MethodGet, "/readyz", nil).Body)
	require.JSONEq(t, `{"version":"1.2.3"}`, f.Call(t, http.MethodGet, "/version", nil).Body)
}
