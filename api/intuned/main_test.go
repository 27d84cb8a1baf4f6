package intuned_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/api/apitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// requireError requires the one error body that every generation of the SDK parses, and returns message and details.
func requireError(t *testing.T, r apitest.Response, status int, code string) (message string, details map[string]any) {
	t.Helper()
	require.Equal(t, status, r.Status, r.Body)
	require.Regexp(t, `^application/json(;|$)`, r.Header.Get("Content-Type"))
	body := r.JSON(t)
	require.Equal(t, code, body["code"])
	require.Contains(t, []any{"user", "infrastructure"}, body["category"])
	require.IsType(t, true, body["retirable"])
	require.Equal(t, body["retirable"], body["retriable"])
	require.NotEmpty(t, body["correlationId"])
	require.Equal(t, r.Header.Get("X-Request-ID"), body["correlationId"])
	message, _ = body["message"].(string)
	require.Greater(t, len(message), 10, "a sentence")
	details, _ = body["details"].(map[string]any)
	require.NotEmpty(t, details["reason"])
	return message, details
}

const create = apitest.Sessions + "/create"

func post(t *testing.T, f *apitest.Fixture, body any, headers ...apitest.Header) apitest.Response {
	t.Helper()
	return f.Call(t, http.MethodPost, create, body, headers...)
}

func resume(t *testing.T, f *apitest.Fixture, operationID string, body any) apitest.Response {
	t.Helper()
	return f.Call(t, http.MethodPost, create+"/"+operationID+"/resume", body)
}

type object = map[string]any
