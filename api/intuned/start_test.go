package intuned_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestStart_Answers201WithTheOperationAndTellsTheEngine(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := post(t, f, object{"id": "my-session", "parameters": object{"username": "alice", "password": "s3cret"}})
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
	body := r.JSON(t)
	require.Equal(t, "started", body["status"])
	id, _ := body["operationId"].(string)
	require.True(t, strings.HasPrefix(id, session.OperationPrefix), id)
	require.Equal(t, []string{"start " + id}, f.Engine.Told())
	require.Equal(t, object{"status": "pending"}, f.Result(t, id))
}

func TestStart_SealsParametersAndProxyForTheOperationOnly(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, object{
		"parameters": object{"username": "alice", "password": "s3cret", "pin": 1234, "remember": true, "empty": nil},
		"proxy":      "http://user:pw@proxy.example:8080",
	})
	sealed := secretsOf(t, f, id)
	plain, err := f.Sealer.Open(sealed[session.SecretParameters], apitest.Workspace, session.SealedParameters, id)
	require.NoError(t, err)
	require.JSONEq(t, `{"username":"alice","password":"s3cret","pin":"1234","remember":"true"}`, string(plain))
	plain, err = f.Sealer.Open(sealed[session.SecretProxy], apitest.Workspace, session.SealedProxy, id)
	require.NoError(t, err)
	require.Equal(t, "http://user:pw@proxy.example:8080", string(plain))
}

func secretsOf(t *testing.T, f *apitest.Fixture, id string) map[string]store.Sealed {
	t.Helper()
	list, err := f.Store.OperationSecrets(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id})
	require.NoError(t, err)
	sealed := map[string]store.Sealed{}
	for _, s := range list {
		sealed[s.Name] = s.Value
	}
	return sealed
}

func operation(t *testing.T, f *apitest.Fixture, id string) session.Operation {
	t.Helper()
	op, err := f.Store.GetOperation(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id})
	require.NoError(t, err)
	return op
}

func TestStart_WithoutID_MakesARandomUUID(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, body := range []any{nil, "", "{}", "null", object{"id": nil}} {
		op := operation(t, f, f.Start(t, body))
		id, err := uuid.Parse(op.SessionID)
		require.NoError(t, err)
		require.Equal(t, uuid.Version(4), id.Version())
	}
}

func TestStart_TakesTheDisplayNameOfTheFirstGeneration(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	op := operation(t, f, f.Start(t, object{"authSessionDisplayName": "Alice's account"}))
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/"+op.SessionID, nil)
	require.Equal(t, object{"id": op.SessionID, "name": "Alice's account", "type": "CREDENTIALS", "status": "PENDING"}, r.JSON(t))
}

func TestStart_IgnoresFieldsItDoesNotKnow(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, `{"parameters":{"username":"a"},"proxy":null,"createAttempts":3,"checkAttempts":3,"saveTrace":true,"ID":7}`)
}

func TestStart_DerivesKeysFromAccountAndCredentials(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	start := func(parameters object) session.Operation {
		op := operation(t, f, f.Start(t, object{"parameters": parameters}))
		f.Fail(op.ID, session.NewFailure(session.FailureSite, "unreachable", "The site is away.")) // one live login per account
		return op
	}
	first := start(object{"username": "alice", "password": "one"})
	again := start(object{"password": "one", "username": "alice"})
	changed := start(object{"username": "alice", "password": "two"})
	other := start(object{"username": "bob", "password": "one"})
	none := start(object{"password": "one"})
	require.NotEmpty(t, first.AccountKey)
	require.Equal(t, first.AccountKey, again.AccountKey)
	require.Equal(t, first.CredentialKey, again.CredentialKey)
	require.Equal(t, first.AccountKey, changed.AccountKey)
	require.NotEqual(t, first.CredentialKey, changed.CredentialKey)
	require.NotEqual(t, first.AccountKey, other.AccountKey)
	require.Empty(t, none.AccountKey)
}

func TestStart_OnALiveSession_Is409NamingTheOperation(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	live := f.Start(t, object{"id": "s1"})
	f.Engine.Told()
	message, details := requireError(t, post(t, f, object{"id": "s1"}), http.StatusConflict, "conflict")
	require.Contains(t, message, live)
	require.Equal(t, live, details["operationId"])
	require.Empty(t, f.Engine.Told(), "nothing is started")
}

func TestStart_OnAFinishedSession_RecreatesItAndKeepsTheOldState(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Succeed(f.Start(t, object{"id": "s1", "authSessionDisplayName": "first"}), "s1", `{"cookies":[],"origins":[]}`)
	again := f.Start(t, object{"id": "s1"})
	require.Equal(t, object{"status": "pending"}, f.Result(t, again))
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, apitest.Sessions+"/s1/storage-state", nil).Status)
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/s1", nil).JSON(t)
	require.Equal(t, "READY", r["status"])
	require.Equal(t, "first", r["name"])
}

func TestStart_WhenTheEngineIsAway_IsPromisedAllTheSame(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Engine.Err = errors.New("temporal is down")
	id := f.Start(t, object{"id": "s1"})
	require.Equal(t, object{"status": "pending"}, f.Result(t, id))
	require.Contains(t, f.Log.String(), "temporal is down")
}

func TestStart_WhenSealingFails_PromisesNothing(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Sealer.Err = errors.New("no key")
	r := post(t, f, object{"id": "s1", "parameters": object{"password": "s3cret"}})
	message, _ := requireError(t, r, http.StatusInternalServerError, "internal-server-error")
	require.NotContains(t, message, "no key")
	require.Contains(t, f.Log.String(), "no key")
	require.Equal(t, http.StatusNotFound, f.Call(t, http.MethodGet, apitest.Sessions+"/s1", nil).Status)
	require.Empty(t, f.Engine.Told())
}

func TestStart_RefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	many := object{}
	for i := range service.MaxParameters + 1 {
		many[strings.Repeat("p", i+1)] = "v"
	}
	for name, row := range map[string]struct {
		body         any
		field, words string
	}{
		"id with a slash":          {object{"id": "a/b"}, "id", "letters, digits, hyphens"},
		"id of dots":               {object{"id": ".."}, "id", "letters"},
		"empty id":                 {object{"id": ""}, "id", "1 to 128"},
		"long id":                  {object{"id": strings.Repeat("a", 129)}, "id", "129"},
		"id as a number":           {object{"id": 7}, "id", "a string, not a number"},
		"long display name":        {object{"authSessionDisplayName": strings.Repeat("ä", 129)}, "authSessionDisplayName", "129"},
		"display name with a bell": {object{"authSessionDisplayName": "a\a"}, "authSessionDisplayName", "control"},
		"parameters as an array":   {object{"parameters": []string{"alice"}}, "parameters", "array is not supported"},
		"parameters as a string":   {object{"parameters": "alice"}, "parameters", "not a string"},
		"nested parameter":         {object{"parameters": object{"user": object{"name": "a"}}}, "parameters.user", "a string, not an object"},
		"parameter as an array":    {object{"parameters": object{"user": []int{1}}}, "parameters.user", "not an array"},
		"many parameters":          {object{"parameters": many}, "parameters", "65 entries"},
		"long parameter name":      {object{"parameters": object{strings.Repeat("n", 65): "v"}}, "parameters", "65 bytes"},
		"nameless parameter":       {object{"parameters": object{"": "v"}}, "parameters", "without a name"},
		"control in a name":        {object{"parameters": object{"a\x00": "v"}}, "parameters", "control"},
		"long parameter":           {object{"parameters": object{"password": strings.Repeat("x", 16<<10+1)}}, "parameters.password", "16385 bytes"},
		"proxy as an object":       {object{"proxy": object{}}, "proxy", "a string, not an object"},
		"proxy that is no URL":     {object{"proxy": "http://user:pa%zz@h:1"}, "proxy", "form http://user:password@host:port"},
		"proxy without a port":     {object{"proxy": "http://user:hunter2@host"}, "proxy", "no port"},
		"proxy of another kind":    {object{"proxy": "ftp://user:hunter2@host:1"}, "proxy", "must start with"},
		"proxy with a path":        {object{"proxy": "http://host:1/hunter2"}, "proxy", "more than host and port"},
		"long proxy":               {object{"proxy": "http://" + strings.Repeat("h", 2048) + ":1"}, "proxy", "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			message, details := requireError(t, post(t, f, row.body), http.StatusBadRequest, "bad-request")
			require.Equal(t, row.field, details["field"])
			require.Contains(t, message, row.words)
			require.Contains(t, message, row.field)
			require.NotContains(t, message, "hunter2")
			require.Empty(t, f.Engine.Told(), "nothing is started")
			require.Equal(t, "[]", f.Call(t, http.MethodGet, apitest.Sessions, nil).Body)
		})
	}
}

func TestStart_MalformedBody_Says400AndWhere(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for body, words := range map[string]string{
		"{\"id\": \"a\",\n \"parameters\": {oops}}": "line 2, column 17",
		`{"id":"a"`:             "line 1, column",
		`{"id":"a"} trailing`:   "line 1, column 12",
		`[]`:                    "JSON object, not an array",
		`"id"`:                  "JSON object, not a string",
		`3`:                     "JSON object, not a number",
		"{\"id\":\"\xff\xfe\"}": "UTF-8",
	} {
		message, _ := requireError(t, post(t, f, body), http.StatusBadRequest, "bad-request")
		require.Contains(t, message, words, body)
	}
}

func TestStart_OtherContentType_Is415(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ";;"} {
		message, _ := requireError(t, post(t, f, "{}", apitest.Header{"Content-Type", contentType}),
			http.StatusUnsupportedMediaType, "unsupported-media-type")
		require.Contains(t, message, "content-type: application/json")
	}
	for _, contentType := range []string{"", "application/json", "Application/JSON; charset=utf-8"} {
		require.Equal(t, http.StatusCreated, post(t, f, "{}", apitest.Header{"Content-Type", contentType}).Status)
	}
}

func TestStart_UnknownProject_Is404(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	path := strings.Replace(create, "/demo/", "/nowhere/", 1)
	message, details := requireError(t, f.Call(t, http.MethodPost, path, "{}"), http.StatusNotFound, "not-found")
	require.Contains(t, message, `project "nowhere" not found`)
	require.Equal(t, "project-not-found", details["reason"])
}

func TestStart_ProxyThatCannotBeUsed_Is400WithoutItsPassword(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err   error
		words string
	}{
		"a reason":                {&session.FieldError{Field: "proxy", Message: "connection refused by host:1"}, "connection refused"},
		"a reason with password":  {&session.FieldError{Field: "proxy", Message: "dial http://u:hunter2 pw@h:1"}, "cannot be reached"},
		"a reason, as it is sent": {&session.FieldError{Field: "proxy", Message: "dial http://u:hunter2%20pw@h:1"}, "cannot be reached"},
		"another error":           {errors.New("parse http://u:hunter2%20pw@h:1"), "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t, func(d *api.Deps) {
				d.CheckProxy = func(ctx context.Context, proxy session.Secret) error {
					_, bounded := ctx.Deadline()
					require.True(t, bounded)
					require.Equal(t, "http://u:hunter2%20pw@h:1", proxy.Reveal())
					return row.err
				}
			})
			message, details := requireError(t, post(t, f, object{"proxy": "http://u:hunter2%20pw@h:1"}), http.StatusBadRequest, "bad-request")
			require.Equal(t, "proxy", details["field"])
			require.Contains(t, message, row.words)
			require.NotContains(t, message+f.Log.String(), "hunter2")
		})
	}
}

func TestStart_ParameterValuesSurviveAsTheyAre(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	want := map[string]string{"password": `ü"\<&>` + "\n\u2028 😀", "big": "12345678901234567890", "e": "1e3"}
	body := `{"parameters":{"password":` + string(mustJSON(t, want["password"])) + `,"big":12345678901234567890,"e":1e3}}`
	id := f.Start(t, body)
	plain, err := f.Sealer.Open(secretsOf(t, f, id)[session.SecretParameters], apitest.Workspace, session.SealedParameters, id)
	require.NoError(t, err)
	var got map[string]string
	require.NoError(t, json.Unmarshal(plain, &got))
	require.Equal(t, want, got)
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}
