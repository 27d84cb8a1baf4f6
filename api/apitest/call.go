package apitest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Sessions is the path of auth-sessions of the project "demo".
const Sessions = "/api/v1/workspace/" + Workspace + "/projects/" + Project + "/auth-sessions"

// Response is an answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// JSON decodes the body.
func (r Response) JSON(tb testing.TB) map[string]any {
	tb.Helper()
	var v map[string]any
	require.NoError(tb, json.Unmarshal([]byte(r.Body), &v), r.Body)
	return v
}

// Header changes the headers of a call: name, value; an empty value leaves the header out.
type Header [2]string

// Call sends body (a string as it is, nil for none, anything else as JSON) with the key of the workspace "default".
func (f *Fixture) Call(tb testing.TB, method, path string, body any, headers ...Header) Response {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, f.URL+path, reader(tb, body))
	require.NoError(tb, err)
	req.Header.Set("X-Api-Key", Key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		req.Header.Del(h[0])
		if h[1] != "" {
			req.Header.Set(h[0], h[1])
		}
	}
	resp, err := f.Transport.RoundTrip(req)
	require.NoError(tb, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	return Response{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
}

func reader(tb testing.TB, body any) io.Reader {
	tb.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	}
	encoded, err := json.Marshal(body)
	require.NoError(tb, err)
	return bytes.NewReader(encoded)
}

// Start starts a login and returns its operation's id.
func (f *Fixture) Start(tb testing.TB, body any) string {
	tb.Helper()
	r := f.Call(tb, http.MethodPost, Sessions+"/create", body)
	require.Equal(tb, http.StatusCreated, r.Status, r.Body)
	id, _ := r.JSON(tb)["operationId"].(string)
	require.NotEmpty(tb, id)
	return id
}

// Result returns the body of a login's result.
func (f *Fixture) Result(tb testing.TB, operationID string) map[string]any {
	tb.Helper()
	r := f.Call(tb, http.MethodGet, Sessions+"/create/"+operationID+"/result", nil)
	require.Equal(tb, http.StatusOK, r.Status, r.Body)
	return r.JSON(tb)
}
