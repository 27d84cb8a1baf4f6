package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
)

// hanging is a check that never answers, whatever its context says, until the test ends.
func hanging(t *testing.T) (check api.Check, begun *atomic.Int32) {
	t.Helper()
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	begun = &atomic.Int32{}
	return api.Check{Name: "temporal", Ready: func(context.Context) error {
		begun.Add(1)
		<-end
		return nil
	}}, begun
}

func statuses(t *testing.T, r apitest.Response) map[string]any {
	t.Helper()
	all := map[string]any{}
	for name, check := range r.JSON(t)["checks"].(map[string]any) {
		all[name] = check.(map[string]any)["status"]
	}
	return all
}

func TestReadyz_SaysWhatCannotBeUsedAndKeepsTheReasonForTheLog(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	f := apitest.New(t, func(d *api.Deps) {
		d.Checks = []api.Check{
			{Name: "temporal", Ready: func(context.Context) error {
				if down.Load() {
					return errors.New("connection to 10.1.2.3 refused")
				}
				return nil
			}},
			{Name: "browser", Ready: func(context.Context) error { return nil }},
		}
	})
	r := f.Call(t, http.MethodGet, "/readyz", nil, apitest.Header{"x-api-key", ""})
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.Equal(t, "ok", r.JSON(t)["status"])
	require.Equal(t, map[string]any{"store": "ok", "temporal": "ok", "browser": "ok"}, statuses(t, r))

	down.Store(true)
	for range 3 {
		r = f.Call(t, http.MethodGet, "/readyz", nil)
	}
	require.Equal(t, http.StatusServiceUnavailable, r.Status)
	require.Equal(t, "2", r.Header.Get("Retry-After"))
	require.Equal(t, "unavailable", r.JSON(t)["status"])
	require.Equal(t, map[string]any{"store": "ok", "temporal": "unavailable", "browser": "ok"}, statuses(t, r))
	require.NotContains(t, r.Body, "10.1.2.3")
	require.Equal(t, 1, strings.Count(f.Log.String(), "connection to 10.1.2.3 refused"), "a change is logged once")
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/healthz", nil).Status, "the process lives")

	down.Store(false)
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/readyz", nil).Status)
	require.Contains(t, f.Log.String(), "ready again")
}

func TestReadyz_WhenACheckHangs_AnswersInTimeAndStartsItOnce(t *testing.T) {
	t.Parallel()
	check, begun := hanging(t)
	f := apitest.New(t, func(d *api.Deps) { d.Checks = []api.Check{check} })
	began := time.Now()
	for range 2 {
		r := f.Call(t, http.MethodGet, "/readyz", nil)
		require.Equal(t, http.StatusServiceUnavailable, r.Status)
		require.Equal(t, map[string]any{"store": "ok", "temporal": "no_answer"}, statuses(t, r))
	}
	require.Less(t, time.Since(began), 4*time.Second, "two seconds each at most")
	require.Equal(t, int32(1), begun.Load(), "a check that hangs does not pile up")
}

func TestReadyz_WhenACheckPanics_SaysSoAndGoesOn(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) {
		d.Checks = []api.Check{{Name: "browser", Ready: func(context.Context) error { panic("hunter2") }}}
	})
	r := f.Call(t, http.MethodGet, "/readyz", nil)
	require.Equal(t, map[string]any{"store": "ok", "browser": "unavailable"}, statuses(t, r))
	require.NotContains(t, f.Log.String(), "hunter2")
}

func TestMonitor_ShowsHealthReadinessAndMetricsWithoutAKey(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	h, err := api.NewMonitor(api.MonitorDeps{
		Logger: f.Logger, Metrics: textHandler("metric 1\n"),
		Checks: []api.Check{{Name: "store", Ready: func(context.Context) error { return errors.New("away") }}},
	})
	require.NoError(t, err)
	ask := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}
	require.JSONEq(t, `{"status":"ok"}`, ask(http.MethodGet, "/healthz").Body.String())
	require.Equal(t, "metric 1\n", ask(http.MethodGet, "/metrics").Body.String())
	ready := ask(http.MethodGet, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, ready.Code)
	require.NotEmpty(t, ready.Header().Get("Retry-After"))
	require.JSONEq(t, `{"status":"unavailable","checks":{"store":{"status":"unavailable"}}}`, ready.Body.String())
	require.Equal(t, http.StatusNotFound, ask(http.MethodGet, apitest.Sessions).Code, "it is no API")
	require.Equal(t, http.StatusMethodNotAllowed, ask(http.MethodPost, "/metrics").Code)

	_, err = api.NewMonitor(api.MonitorDeps{})
	require.ErrorContains(t, err, "MonitorDeps.Logger is missing")
}

func textHandler(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
}

func TestMetrics_OnTheAPIsPort_AreNotPassedOnByAProxy(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Metrics = textHandler("metric 1\n") })
	r := f.Call(t, http.MethodGet, "/metrics", nil, apitest.Header{"x-api-key", ""})
	require.Equal(t, http.StatusOK, r.Status)
	require.Equal(t, "metric 1\n", r.Body)
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via"} {
		r = f.Call(t, http.MethodGet, "/metrics", nil, apitest.Header{name, "x"})
		requireProblem(t, r, http.StatusNotFound, "path-not-found")
	}
	without := apitest.New(t)
	requireProblem(t, without.Call(t, http.MethodGet, "/metrics", nil), http.StatusNotFound, "path-not-found")
}
