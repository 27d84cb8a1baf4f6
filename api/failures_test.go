package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
)

// wrongKeys sends so many unknown keys, as forwarded for an address, and returns the last answer.
func wrongKeys(t *testing.T, f *apitest.Fixture, n int, address string) apitest.Response {
	t.Helper()
	var r apitest.Response
	for i := range n {
		r = f.Call(t, http.MethodGet, projects, nil, apitest.Header{"x-api-key", fmt.Sprint("wrong-", i)}, apitest.Header{"X-Forwarded-For", address})
	}
	return r
}

func TestAuthorize_AfterManyUnknownKeys_HasTheAddressWaitButNotKnownKeys(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, projects, nil).Status, "the key is known from now on")
	r := wrongKeys(t, f, 60, "203.0.113.7")
	requireProblem(t, r, http.StatusTooManyRequests, "too-many-keys")
	require.Equal(t, "1", r.Header.Get("Retry-After"))
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, projects, nil).Status, "a key that was right lately passes")
	r = wrongKeys(t, f, 1, "203.0.113.8")
	require.Equal(t, http.StatusTooManyRequests, r.Status, "nobody is believed about addresses")
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/healthz", nil).Status)
}

func TestAuthorize_BehindATrustedProxy_CountsForTheAddressThatItNames(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	require.Equal(t, http.StatusTooManyRequests, wrongKeys(t, f, 60, "2001:db8::7").Status)
	require.Equal(t, http.StatusTooManyRequests, wrongKeys(t, f, 1, "2001:db8::8").Status, "of the same network")
	require.Equal(t, http.StatusUnauthorized, wrongKeys(t, f, 1, "203.0.113.8").Status)
}
