package loginlab_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
)

func TestLocked_EveryPassword_IsAnswered429(t *testing.T) {
	t.Parallel()
	b := setup(t)
	locked := b.visitor().open("/s/locked/login").submit(b.credentials("ada"))
	require.Equal(t, http.StatusTooManyRequests, locked.status)
	require.Equal(t, "Too many attempts. Please try again later.", locked.alert())
	require.Equal(t, []loginlab.Outcome{loginlab.OutcomeLocked}, b.outcomes(loginlab.KindPasswordSubmit, "locked"))
	require.Empty(t, b.leaks())
}

func TestError500_EveryPage_Is500(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/s/error-500/login", "/s/error-500/account"} {
		broken := b.visitor().open(path)
		require.Equal(t, http.StatusInternalServerError, broken.status)
		require.Contains(t, broken.body, "Something went wrong")
	}
}

func TestUnsupported_ShowsAPuzzleAndNoForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	puzzle := b.visitor().open("/s/unsupported/account")
	puzzle.requireAt("/s/unsupported/login")
	require.Contains(t, puzzle.body, "Are you human?")
	require.NotContains(t, puzzle.body, "<form")
	require.NotContains(t, puzzle.body, "<input")
}

func TestSlow_AnswersAfterTheDelay(t *testing.T) {
	t.Parallel()
	const delay = 50 * time.Millisecond
	b := setup(t, func(o *loginlab.Options) { o.SlowDelay = delay })
	started := time.Now()
	b.visitor().open("/s/slow/login").submit(b.credentials("ada")).requireAccount("slow", "ada")
	require.GreaterOrEqual(t, time.Since(started), 3*delay, "login page, submit, account page")
}

func TestSlow_WhenTheVisitorLeaves_DoesNothingMore(t *testing.T) {
	t.Parallel()
	lab := loginlab.New(loginlab.Options{SlowDelay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/s/slow/login", http.NoBody)
	require.NoError(t, err)
	lab.ServeHTTP(discard{}, request)
	require.Zero(t, lab.Count("", "", ""))
}

// discard is where nobody listens any more.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
