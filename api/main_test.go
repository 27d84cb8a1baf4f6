package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/api/apitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type object = map[string]any

const (
	projects   = "/api/v1/workspace/" + apitest.Workspace + "/projects"
	operations = "/api/v1/workspace/" + apitest.Workspace + "/operations"
)

// requireProblem requires an RFC 9457 problem of this type.
func requireProblem(t *testing.T, r apitest.Response, status int, reason string) map[string]any {
	t.Helper()
	require.Equal(t, status, r.Status, r.Body)
	require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	p := r.JSON(t)
	require.Equal(t, "urn:anteroom:problem:"+reason, p["type"], r.Body)
	require.Equal(t, http.StatusText(status), p["title"])
	require.InDelta(t, status, p["status"], 0)
	require.NotEmpty(t, p["detail"])
	require.Equal(t, r.Header.Get("X-Request-ID"), p["correlationId"])
	return p
}
