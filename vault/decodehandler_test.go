package vault_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/anteroom/anteroom/vault"
)

const uiOrigin = "http://127.0.0.1:8233"

func decodeServer(t *testing.T, v *vault.Vault) http.Handler {
	t.Helper()
	h, err := vault.NewDecodeHandler(v, uiOrigin)
	require.NoError(t, err)
	return h
}

// call sends a request as the UI does; change may make it another one.
func call(h http.Handler, method, target, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8234"+target, strings.NewReader(body))
	r.Header.Set("Origin", uiOrigin)
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// sealedBody is the request of the UI for payloads that hold value.
func sealedBody(t *testing.T, v *vault.Vault, value any) string {
	t.Helper()
	payloads, err := v.DataConverter().ToPayloads(value)
	require.NoError(t, err)
	body, err := json.Marshal(payloads)
	require.NoError(t, err)
	require.NotContains(t, string(body), canary)
	return string(body)
}

func TestDecodeHandler_WhenTheUIAsks_AnswersWithTheOpenedPayloads(t *testing.T) {
	t.Parallel()
	v := newVault(t)

	w := call(decodeServer(t, v), http.MethodPost, "/decode?preserveStorageRefs=true", sealedBody(t, v, canary), nil)

	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, uiOrigin, w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "true", w.Header().Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.Equal(t, "Origin", w.Header().Get("Vary"))
	var answer struct {
		Payloads []struct {
			Data []byte `json:"data"`
		} `json:"payloads"`
	}
	require.NoError(t, json.NewDecoder(w.Body).Decode(&answer))
	require.Len(t, answer.Payloads, 1)
	require.Equal(t, `"`+canary+`"`, string(answer.Payloads[0].Data))
}

func TestDecodeHandler_WhenTheSDKsRemoteCodecAsks_Decodes(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	server := httptest.NewServer(decodeServer(t, v))
	t.Cleanup(server.Close)
	remote := converter.NewRemotePayloadCodec(converter.RemotePayloadCodecOptions{Endpoint: server.URL, Client: *server.Client()})
	sealed, err := v.Codec().Encode([]*commonpb.Payload{{Data: []byte(canary)}})
	require.NoError(t, err)

	opened, err := remote.Decode(sealed)
	require.NoError(t, err)
	require.Equal(t, canary, string(opened[0].GetData()))

	_, err = remote.Encode(opened)
	require.Error(t, err, "it never seals")
}

func TestDecodeHandler_WhenTheBrowserAsksFirst_AllowsWhatTheUISends(t *testing.T) {
	t.Parallel()

	w := call(decodeServer(t, newVault(t)), http.MethodOptions, "/decode", "", func(r *http.Request) {
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", "content-type,x-namespace")
	})

	require.Equal(t, http.StatusNoContent, w.Code)
	require.Equal(t, uiOrigin, w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "true", w.Header().Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "Authorization, Content-Type, X-Namespace", w.Header().Get("Access-Control-Allow-Headers"))
	require.Equal(t, "POST", w.Header().Get("Access-Control-Allow-Methods"))
}

func TestDecodeHandler_WhenTheRequestIsNotTheUIs_RefusesIt(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	h := decodeServer(t, v)
	body := sealedBody(t, v, canary)
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	origin := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Origin", name) } }
	for name, tc := range map[string]struct {
		method, target string
		change         func(*http.Request)
		want           int
	}{
		"encode":             {http.MethodPost, "/encode", nil, http.StatusNotFound},
		"download":           {http.MethodPost, "/download", nil, http.StatusNotFound},
		"root":               {http.MethodPost, "/", nil, http.StatusNotFound},
		"below decode":       {http.MethodPost, "/decode/encode", nil, http.StatusNotFound},
		"get":                {http.MethodGet, "/decode", nil, http.StatusMethodNotAllowed},
		"put":                {http.MethodPut, "/decode", nil, http.StatusMethodNotAllowed},
		"rebound name":       {http.MethodPost, "/decode", host("evil.test:8234"), http.StatusForbidden},
		"name of loopback":   {http.MethodPost, "/decode", host("127.0.0.1.evil.test"), http.StatusForbidden},
		"lan address":        {http.MethodPost, "/decode", host("192.168.1.2:8234"), http.StatusForbidden},
		"no host":            {http.MethodPost, "/decode", host(""), http.StatusForbidden},
		"other origin":       {http.MethodPost, "/decode", origin("http://evil.test"), http.StatusForbidden},
		"other port":         {http.MethodPost, "/decode", origin("http://127.0.0.1:8080"), http.StatusForbidden},
		"opaque origin":      {http.MethodPost, "/decode", origin("null"), http.StatusForbidden},
		"preflight of other": {http.MethodOptions, "/decode", origin("http://evil.test"), http.StatusForbidden},
	} {
		w := call(h, tc.method, tc.target, body, tc.change)
		require.Equal(t, tc.want, w.Code, name)
		require.NotContains(t, w.Body.String(), canary, name)
		if tc.want == http.StatusForbidden {
			require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"), name)
		}
	}
}

func TestDecodeHandler_WhenCalledByALoopbackName_Answers(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	h := decodeServer(t, v)
	body := sealedBody(t, v, "x")
	for _, name := range []string{"localhost:1", "localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:80", "[::1]"} {
		w := call(h, http.MethodPost, "/decode", body, func(r *http.Request) {
			r.Host = name
			r.Header.Del("Origin")
		})
		require.Equal(t, http.StatusOK, w.Code, name)
	}
}

func TestDecodeHandler_WhenTheBodyIsWrong_SaysSoPlainly(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	h := decodeServer(t, v)
	foreign := sealedBody(t, newVault(t), canary)
	huge := `{"payloads":[{"data":"` + strings.Repeat("A", 2<<20) + `"}]}`
	for name, tc := range map[string]struct {
		body string
		want int
		says string
	}{
		"another vault's": {foreign, http.StatusBadRequest, "does not open"},
		"not JSON":        {"{", http.StatusBadRequest, ""},
		"empty":           {"", http.StatusBadRequest, ""},
		"too large":       {huge, http.StatusRequestEntityTooLarge, "larger than 2097152 bytes"},
	} {
		w := call(h, http.MethodPost, "/decode", tc.body, nil)
		require.Equal(t, tc.want, w.Code, name)
		require.Contains(t, w.Body.String(), tc.says, name)
		require.Contains(t, w.Header().Get("Content-Type"), "text/plain", name)
		require.Less(t, w.Body.Len(), 500, name)
	}
	for _, harmless := range []string{`{}`, `{"payloads":[]}`} {
		require.Equal(t, http.StatusOK, call(h, http.MethodPost, "/decode", harmless, nil).Code, harmless)
	}
}

func TestNewDecodeHandler_WhenTheOriginIsNone_Refuses(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"", "*", "null", "127.0.0.1:8233", "http://127.0.0.1:8233/", "ftp://a", "http://", "http://u@a", "http://a?b"} {
		_, err := vault.NewDecodeHandler(newVault(t), origin)
		require.ErrorContains(t, err, "scheme, host and port", origin)
	}
	_, err := vault.NewDecodeHandler(newVault(t), "https://temporal.example.com")
	require.NoError(t, err)
}

func FuzzDecodeHandler_WhateverTheBody_AnswersOKOrBadRequest(f *testing.F) {
	f.Add([]byte(`{"payloads":[null]}`))
	f.Add([]byte(`{"payloads":[{"metadata":{"encoding":"YmluYXJ5L2VuY3J5cHRlZA=="},"data":"AA=="}]}`))
	f.Add([]byte(`[]`))
	path := f.TempDir() + "/vault.key"
	v, err := vault.OpenOrCreate(path)
	require.NoError(f, err)
	h, err := vault.NewDecodeHandler(v, uiOrigin)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/decode", bytes.NewReader(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, w.Code)
	})
}
