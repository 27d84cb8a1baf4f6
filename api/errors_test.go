package api_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// faulty is a store whose reads of operations and sessions fail, and which may be gone altogether.
type faulty struct {
	store.Store
	gone atomic.Bool
	fail func() error
}

func (s *faulty) Ping(ctx context.Context) error {
	if s.gone.Load() {
		return errors.New("connection refused")
	}
	return s.Store.Ping(ctx)
}

func (s *faulty) GetOperation(context.Context, store.Ref) (session.Operation, error) {
	return session.Operation{}, s.fail()
}

func (s *faulty) ListSessions(context.Context, string, string) ([]session.Session, error) {
	return nil, s.fail()
}

func withFaulty(t *testing.T, fail func() error) (*apitest.Fixture, *faulty) {
	t.Helper()
	s := &faulty{fail: fail}
	f := apitest.New(t, func(d *api.Deps) {
		s.Store = d.Store.(store.Store)
		d.Store = s
	})
	return f, s
}

func TestAFaultOfTheStore_Is500AndOnlyTheLogSaysWhat(t *testing.T) {
	t.Parallel()
	f, _ := withFaulty(t, func() error { return errors.New("disk I/O error at page 7") })
	r := f.Call(t, http.MethodGet, operations+"/op_x", nil)
	requireProblem(t, r, http.StatusInternalServerError, "internal")
	require.NotContains(t, r.Body, "disk")
	require.Contains(t, f.Log.String(), "disk I/O error at page 7")
	require.Contains(t, f.Log.String(), r.Header.Get("X-Request-ID"))

	r = f.Call(t, http.MethodGet, apitest.Sessions, nil)
	require.Equal(t, http.StatusInternalServerError, r.Status)
	body := r.JSON(t)
	require.Equal(t, "internal-server-error", body["code"])
	require.Equal(t, "infrastructure", body["category"])
	require.Equal(t, false, body["retriable"])
}

func TestAStoreThatIsGone_Is503WithRetryAfter(t *testing.T) {
	t.Parallel()
	f, s := withFaulty(t, func() error { return errors.New("connection refused") })
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/readyz", nil).Status)
	s.gone.Store(true)
	r := f.Call(t, http.MethodGet, operations+"/op_x", nil)
	requireProblem(t, r, http.StatusServiceUnavailable, "store-unavailable")
	require.Equal(t, "2", r.Header.Get("Retry-After"))
	r = f.Call(t, http.MethodGet, apitest.Sessions, nil)
	require.Equal(t, http.StatusServiceUnavailable, r.Status)
	require.Equal(t, true, r.JSON(t)["retirable"])
	require.Equal(t, http.StatusServiceUnavailable, f.Call(t, http.MethodGet, "/readyz", nil).Status)
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/healthz", nil).Status)
}

func TestAPanic_Is500AndItsTextIsNotLogged(t *testing.T) {
	t.Parallel()
	f, _ := withFaulty(t, func() error { panic("hunter2 in a panic") })
	r := f.Call(t, http.MethodGet, operations+"/op_x", nil)
	requireProblem(t, r, http.StatusInternalServerError, "internal")
	require.NotContains(t, r.Body+f.Log.String(), "hunter2")
	require.Contains(t, f.Log.String(), "handler panicked")
	require.Equal(t, http.StatusOK, f.Call(t, http.MethodGet, "/healthz", nil).Status, "the server goes on")
}

func TestUnknownPath_Is404AndOtherMethodIs405WithAllow(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	for _, path := range []string{"/", "/api/v1", projects + "/", "//healthz", "/healthz/", "/API/v1/workspace/default/projects"} {
		requireProblem(t, f.Call(t, http.MethodGet, path, nil), http.StatusNotFound, "path-not-found")
	}
	r := f.Call(t, http.MethodPost, projects+"/demo", object{})
	requireProblem(t, r, http.StatusMethodNotAllowed, "method-not-allowed")
	require.ElementsMatch(t, []string{"GET", "PUT", "DELETE"}, strings.Split(r.Header.Get("Allow"), ", "))
}

func TestNew_WithoutWhatItNeeds_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	whole := api.Deps{
		Store: struct{ store.Store }{}, Sealer: &apitest.Sealer{}, Engine: &apitest.Engine{}, Logger: slog.New(slog.DiscardHandler),
	}
	for name, without := range map[string]func(d *api.Deps){
		"Store": func(d *api.Deps) { d.Store = nil }, "Sealer": func(d *api.Deps) { d.Sealer = nil },
		"Engine": func(d *api.Deps) { d.Engine = nil }, "Logger": func(d *api.Deps) { d.Logger = nil },
	} {
		d := whole
		without(&d)
		_, err := api.New(d)
		require.ErrorContains(t, err, "Deps."+name+" is missing")
	}
	_, err := api.New(whole)
	require.NoError(t, err)
}
