//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// object is a JSON object.
type object = map[string]any

// response is what the API answered.
type response struct {
	Status int
	Header http.Header
	Body   []byte
}

// rawClient speaks HTTP without the help of client: what is sent is what the test says.
var rawClient = &http.Client{
	Timeout:       90 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call sends a request with the server's key; header replaces headers, and an empty value removes one.
func (srv *server) call(t *testing.T, method, path string, body any, header ...string) response {
	t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = bytes.NewReader([]byte(b))
	case []byte:
		sent = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		require.NoError(t, err)
		sent = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, srv.API+path, sent)
	require.NoError(t, err)
	req.Header.Set("x-api-key", srv.key)
	if sent != nil {
		req.Header.Set("content-type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Del(header[i])
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := rawClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return response{Status: resp.StatusCode, Header: resp.Header, Body: got}
}

// json reads the body as an object.
func (r response) json(t *testing.T) object {
	t.Helper()
	var o object
	require.NoError(t, json.Unmarshal(r.Body, &o), "%s", r.Body)
	return o
}

// refused requires an error body that every generation of the SDK parses, and returns its sentence.
func (r response) refused(t *testing.T, status int) string {
	t.Helper()
	require.Equal(t, status, r.Status, "%s", r.Body)
	require.Regexp(t, `^application/json(;|$)`, r.Header.Get("Content-Type"))
	body := r.json(t)
	for _, name := range []string{"code", "category", "correlationId"} {
		require.NotEmpty(t, body[name], name)
	}
	require.IsType(t, true, body["retirable"])
	message, _ := body["message"].(string)
	require.Greater(t, len(message), 10, "a sentence")
	return message
}
