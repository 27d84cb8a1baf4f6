//go:build e2e

package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestLoad_OnAQuietInstallation_LosesNothing(t *testing.T) {
	t.Parallel()
	srv := sharedServer(t)
	l := startLoad(t, loadOptions{
		PerMinute: 120, APIs: []string{srv.API}, Key: srv.key, Lab: newLab(t, loginlab.Options{}), Thinks: 200 * time.Millisecond,
	})
	require.Eventually(t, func() bool { return l.began() >= 4 }, loginTimeout, pause)
	r := l.stop()
	r.requireNothingLost(t)
	require.GreaterOrEqual(t, r.Succeeded, 4)
	require.Positive(t, r.Requests["2xx"])
	require.Positive(t, r.took(0.5))
}

// sent sends a request with a body through a balancer and returns the status of the answer.
func sent(t *testing.T, b *balancer, ctxErr bool) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://anywhere.invalid/x", strings.NewReader("body"))
	require.NoError(t, err)
	resp, err := b.RoundTrip(req)
	if ctxErr {
		require.Error(t, err)
		return 0
	}
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

func TestBalancer_WhenAnAddressIsGone_GoesToTheNext_AndCounts(t *testing.T) {
	t.Parallel()
	var bodies []string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 10)
		n, _ := r.Body.Read(body)
		bodies = append(bodies, string(body[:n]))
		if len(bodies) > 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	gone, alive := httptest.NewServer(h), httptest.NewServer(h)
	defer alive.Close()
	gone.Close()
	b, err := newBalancer(gone.URL, alive.URL)
	require.NoError(t, err)
	defer b.close()

	require.Equal(t, http.StatusOK, sent(t, b, false))
	counts, failed := b.seen()
	require.Equal(t, map[string]int{kindRefused: 1, "2xx": 1}, counts)
	require.Empty(t, failed, "a client's retry mends it")
	require.Equal(t, []string{"body"}, bodies)

	require.Equal(t, http.StatusServiceUnavailable, sent(t, b, false))
	_, failed = b.seen()
	require.Len(t, failed, 1, "an answer that says that the service failed is a failed request")

	require.NoError(t, b.use(gone.URL))
	sent(t, b, true)
	counts, failed = b.seen()
	require.Equal(t, map[string]int{kindRefused: 2, "2xx": 1, "503": 1}, counts)
	require.Len(t, failed, 2, "nobody served it")
}
