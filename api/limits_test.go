package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// stuck is a store that answers nothing before the context of the call ends.
type stuck struct {
	store.Store
	away atomic.Bool
}

func (s *stuck) wait(ctx context.Context) error {
	if !s.away.Load() {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *stuck) APIKeyByHash(ctx context.Context, hash []byte) (store.APIKey, error) {
	if err := s.wait(ctx); err != nil {
		return store.APIKey{}, err
	}
	return s.Store.APIKeyByHash(ctx, hash)
}

func (s *stuck) GetProject(ctx context.Context, workspace, name string) (session.Project, error) {
	if err := s.wait(ctx); err != nil {
		return session.Project{}, err
	}
	return s.Store.GetProject(ctx, workspace, name)
}

func withStuck(t *testing.T, options ...apitest.Option) (*apitest.Fixture, *stuck) {
	t.Helper()
	s := &stuck{}
	f := apitest.New(t, append(options, func(d *api.Deps) {
		s.Store = d.Store.(store.Store)
		d.Store = s
	})...)
	return f, s
}

func TestARequest_WhenTheStoreHangs_Is503AtTheDeadline(t *testing.T) {
	t.Parallel()
	f, s := withStuck(t, func(d *api.Deps) { d.Config.RequestTimeout = 200 * time.Millisecond })
	s.away.Store(true)
	began := time.Now()
	for method, path := range map[string]string{http.MethodGet: projects, http.MethodPut: projects + "/demo", http.MethodPost: operations + "/op_x/cancel"} {
		r := f.Call(t, method, path, nil)
		requireProblem(t, r, http.StatusServiceUnavailable, "store-unavailable")
		require.Equal(t, "2", r.Header.Get("Retry-After"))
	}
	require.Less(t, time.Since(began), 3*time.Second)
}

func TestAStart_WhenTheStoreHangs_Is503ThoughItMayWaitForAProxy(t *testing.T) {
	t.Parallel()
	f, s := withStuck(t)
	s.away.Store(true)
	began := time.Now()
	r := f.Call(t, http.MethodPost, apitest.Sessions+"/create", nil)
	require.Equal(t, http.StatusServiceUnavailable, r.Status)
	require.Equal(t, "2", r.Header.Get("Retry-After"))
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestAStart_WhenTheEngineHangs_IsAcceptedPromptly(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Engine = hangingEngine{} })
	began := time.Now()
	r := f.Call(t, http.MethodPost, apitest.Sessions+"/create", nil)
	require.Equal(t, http.StatusCreated, r.Status, r.Body)
	require.Less(t, time.Since(began), 3*time.Second)
	require.Contains(t, f.Log.String(), "the engine was not told; the reconciler will")
}

// hangingEngine answers nothing before the context of the call ends.
type hangingEngine struct{}

func (hangingEngine) Start(ctx context.Context, _ session.Operation) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hangingEngine) Resume(ctx context.Context, _ store.Ref, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hangingEngine) Cancel(ctx context.Context, _ store.Ref) error {
	<-ctx.Done()
	return ctx.Err()
}

// serve serves the fixture's handler as the process does, with a short deadline for reading.
func serve(t *testing.T, f *apitest.Fixture, readTimeout time.Duration) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(f.Handler)
	server.Config.ReadTimeout = readTimeout
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func TestALongPoll_OutlastsTheServersReadTimeout(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.URL = serve(t, f, 100*time.Millisecond)
	began := time.Now()
	r := f.Call(t, http.MethodGet, apitest.Sessions+"/create/"+id+"/result?wait=1s", nil)
	require.Equal(t, http.StatusOK, r.Status, r.Body)
	require.Equal(t, "pending", r.JSON(t)["status"])
	require.GreaterOrEqual(t, time.Since(began), time.Second)
}

func TestABody_ThatDoesNotComeInTime_IsRefused(t *testing.T) {
	t.Parallel()
	f := apitest.New(t, func(d *api.Deps) { d.Config.RequestTimeout = 200 * time.Millisecond })
	url := serve(t, f, time.Minute)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", url[len("http://"):])
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = fmt.Fprintf(conn, "PUT %s/slow HTTP/1.1\r\nHost: x\r\nX-Api-Key: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", projects, apitest.Key)
	require.NoError(t, err)
	answer, err := io.ReadAll(conn) // the server closes the connection, since the body is still to come
	require.NoError(t, err)
	require.Contains(t, string(answer), "400 Bad Request")
	require.Contains(t, string(answer), "body-incomplete")
}

func TestRequests_BeyondWhatIsWorkedOn_AreToldToComeAgain(t *testing.T) {
	t.Parallel()
	release, begun := make(chan struct{}), make(chan struct{}, 10)
	h := api.LimitRequests(2, func() {
		begun <- struct{}{}
		<-release
	})
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil))
		return w
	}
	answers := make(chan int, 2)
	for range 2 {
		go func() { answers <- ask().Code }()
		<-begun
	}
	busy := ask()
	require.Equal(t, http.StatusServiceUnavailable, busy.Code)
	require.Equal(t, "1", busy.Header().Get("Retry-After"))
	require.Contains(t, busy.Body.String(), "busy")
	close(release)
	for range 2 {
		require.Equal(t, http.StatusOK, <-answers)
	}
	require.Equal(t, http.StatusOK, ask().Code, "a place is given back")
}
