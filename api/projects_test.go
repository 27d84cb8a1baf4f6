package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api/apitest"
)

func requireSameJSON(t *testing.T, want, got any) {
	t.Helper()
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	have, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, string(wanted), string(have))
}

func TestProject_IsCreatedReadReplacedListedAndDeleted(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	document := object{
		"loginUrl": "https://portal.example/login", "allowedHosts": []any{"portal.example", "*.sso.example"}, "checkUrl": "https://portal.example/me",
		"loggedIn": "text=Sign out", "browser": "chrome",
		"otp":        object{"wait": "5m", "prefer": []any{"totp", "sms"}},
		"signInWith": "google", "consent": "ask", "terms": "accept", "remember": "decline", "identityProviders": true, "loadMedia": true,
		"recipe": object{
			"before": []any{object{"click": "text=Log in", "optional": true}},
			"fields": object{"identifier": object{"target": "label=User"}},
			"submit": "css=#go", "typing": "keys", "waits": object{"settle": "20s"},
		},
	}
	r := f.Call(t, http.MethodPut, projects+"/portal", document)
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
	created := r.JSON(t)
	document["name"], document["version"], document["updatedAt"] = "portal", 1.0, "2026-03-01T12:00:00.000Z"
	require.Equal(t, document, created)
	require.Equal(t, created, f.Call(t, http.MethodGet, projects+"/portal", nil).JSON(t))

	r = f.Call(t, http.MethodPut, projects+"/portal", created) // what a GET gave may be sent back
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.InDelta(t, 2, r.JSON(t)["version"], 0)

	list := f.Call(t, http.MethodGet, projects, nil).JSON(t)["projects"].([]any)
	require.Len(t, list, 2)

	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, projects+"/portal", nil).Status)
	requireProblem(t, f.Call(t, http.MethodGet, projects+"/portal", nil), http.StatusNotFound, "project-not-found")
	requireProblem(t, f.Call(t, http.MethodDelete, projects+"/portal", nil), http.StatusNotFound, "project-not-found")
}

func TestPutProject_RefusesWhatItCannotKeep(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		path          string
		body          any
		reason, field string
	}{
		"unknown field":        {"/p", object{"loginUrl": "http://h/", "loginURL": "x"}, "unknown-field", "loginURL"},
		"unknown field in otp": {"/p", object{"loginUrl": "http://h/", "otp": object{"waits": "5m"}}, "unknown-field", "otp.waits"},
		"otp as a string":      {"/p", object{"loginUrl": "http://h/", "otp": "5m"}, "invalid-field", "otp"},
		"wait as a number":     {"/p", object{"loginUrl": "http://h/", "otp": object{"wait": 5}}, "invalid-field", "otp.wait"},
		"wait of a week":       {"/p", object{"loginUrl": "http://h/", "otp": object{"wait": "168h"}}, "invalid-field", "otp.wait"},
		"no loginUrl":          {"/p", object{}, "invalid-field", "loginUrl"},
		"no body":              {"/p", nil, "invalid-field", "loginUrl"},
		"loginUrl as number":   {"/p", object{"loginUrl": 1}, "invalid-field", "loginUrl"},
		"secret in loginUrl":   {"/p", object{"loginUrl": "http://u:hunter2@h/"}, "invalid-field", "loginUrl"},
		"hosts as a string":    {"/p", object{"loginUrl": "http://h/", "allowedHosts": "h"}, "invalid-field", "allowedHosts"},
		"a host that is none":  {"/p", object{"loginUrl": "http://h/", "allowedHosts": []string{"http://h"}}, "invalid-field", "allowedHosts[0]"},
		"unknown browser":      {"/p", object{"loginUrl": "http://h/", "browser": "netscape"}, "invalid-field", "browser"},
		"unknown in recipe":    {"/p", object{"loginUrl": "http://h/", "recipe": object{"clicks": "x"}}, "unknown-field", "recipe.clicks"},
		"unknown deep in it":   {"/p", object{"loginUrl": "http://h/", "recipe": object{"before": []any{object{"press": "x"}}}}, "unknown-field", "recipe.press"},
		"recipe as a string":   {"/p", object{"loginUrl": "http://h/", "recipe": "x"}, "invalid-field", "recipe"},
		"recipe of a number":   {"/p", object{"loginUrl": "http://h/", "recipe": object{"submit": 7}}, "invalid-field", "recipe.submit"},
		"media as a string":    {"/p", object{"loginUrl": "http://h/", "loadMedia": "yes"}, "invalid-field", "loadMedia"},
		"unknown consent":      {"/p", object{"loginUrl": "http://h/", "consent": "decline"}, "invalid-field", "consent"},
		"unknown terms":        {"/p", object{"loginUrl": "http://h/", "terms": "no"}, "invalid-field", "terms"},
		"unknown remember":     {"/p", object{"loginUrl": "http://h/", "remember": "ask"}, "invalid-field", "remember"},
		"unknown method":       {"/p", object{"loginUrl": "http://h/", "otp": object{"prefer": []string{"sms", "pigeon"}}}, "invalid-field", "otp.prefer[1]"},
		"a public suffix":      {"/p", object{"loginUrl": "http://h/", "allowedHosts": []string{"*.corp.example", "*.co.uk"}}, "invalid-field", "allowedHosts[1]"},
		"a shared host":        {"/p", object{"loginUrl": "http://h/", "allowedHosts": []string{"*.github.io"}}, "invalid-field", "allowedHosts[0]"},
		"another name":         {"/p", object{"loginUrl": "http://h/", "name": "q"}, "invalid-field", "name"},
		"a name with a slash":  {"/a%2Fb", object{"loginUrl": "http://h/"}, "invalid-field", "name"},
		"a hidden name":        {"/.p", object{"loginUrl": "http://h/"}, "invalid-field", "name"},
		"malformed":            {"/p", `{"loginUrl":}`, "malformed-json", ""},
		"array":                {"/p", `[]`, "invalid-body", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			r := f.Call(t, http.MethodPut, projects+row.path, row.body)
			p := requireProblem(t, r, http.StatusBadRequest, row.reason)
			if row.field == "" {
				require.NotContains(t, p, "field")
			} else {
				require.Equal(t, row.field, p["field"])
			}
			require.Contains(t, p["detail"], row.field)
			require.NotContains(t, r.Body, "hunter2")
			requireProblem(t, f.Call(t, http.MethodGet, projects+"/p", nil), http.StatusNotFound, "project-not-found")
		})
	}
}

func TestDeleteProject_WithSessions_Is409(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	f.Start(t, object{"id": "s1"})
	requireProblem(t, f.Call(t, http.MethodDelete, projects+"/demo", nil), http.StatusConflict, "project-in-use")
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, apitest.Sessions+"/s1", nil).Status)
	require.Equal(t, http.StatusNoContent, f.Call(t, http.MethodDelete, projects+"/demo", nil).Status)
}

func TestProjects_NamesThatCannotBe_Are400(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		requireProblem(t, f.Call(t, method, projects+"/a%2Fb", nil), http.StatusBadRequest, "invalid-field")
	}
	r := f.Call(t, http.MethodGet, projects+"/a%2Fb/auth-sessions/s1", nil)
	require.Equal(t, http.StatusBadRequest, r.Status)
	require.Equal(t, "bad-request", r.JSON(t)["code"])
}
