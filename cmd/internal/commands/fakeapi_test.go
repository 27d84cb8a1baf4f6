package commands_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/commands"
)

const (
	base     = "/api/v1/workspace/default"
	sessions = base + "/projects/demo/auth-sessions"
	// canary must not be seen in anything that is printed.
	canary = "c4nary-horse-battery"
)

// request is what the API was asked.
type request struct {
	method, path, key string
	body              map[string]any
}

// answer is what the API says.
type answer struct {
	status int
	body   any
}

// fakeAPI answers "METHOD path" with the answers in their order; the last one stays.
type fakeAPI struct {
	t      *testing.T
	url    string
	key    string // the file
	mu     sync.Mutex
	answer map[string][]answer
	asked  []request
}

func newAPI(t *testing.T) *fakeAPI {
	t.Helper()
	f := &fakeAPI{t: t, answer: map[string][]answer{}, key: filepath.Join(t.TempDir(), "api-key")}
	require.NoError(t, os.WriteFile(f.key, []byte("ak_test\n"), 0o600))
	s := httptest.NewServer(f)
	t.Cleanup(func() {
		// The client's: its idle connections would count as leaks.
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		s.Close()
	})
	f.url = s.URL
	return f
}

func (f *fakeAPI) on(route string, status int, body any) *fakeAPI {
	f.answer[route] = append(f.answer[route], answer{status, body})
	return f
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := request{method: r.Method, path: r.URL.Path, key: r.Header.Get("x-api-key")}
	_ = json.NewDecoder(r.Body).Decode(&asked.body)
	f.asked = append(f.asked, asked)
	route := r.Method + " " + r.URL.Path
	answers := f.answer[route]
	w.Header().Set("Content-Type", "application/json")
	if len(answers) == 0 {
		w.WriteHeader(http.StatusNotFound)
		f.encode(w, map[string]any{
			"type": "urn:anteroom:problem:not-found", "detail": "there is no " + route, "correlationId": "c_1",
		})
		return
	}
	if len(answers) > 1 {
		f.answer[route] = answers[1:]
	}
	w.WriteHeader(answers[0].status)
	if answers[0].body != nil {
		f.encode(w, answers[0].body)
	}
}

func (f *fakeAPI) encode(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		f.t.Error(err)
	}
}

// body is the body of the only request of a route.
func (f *fakeAPI) body(route string) map[string]any {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []map[string]any
	for _, r := range f.asked {
		if r.method+" "+r.path == route {
			found = append(found, r.body)
		}
	}
	require.Len(f.t, found, 1, route)
	return found[0]
}

// ended is how a command ended.
type ended struct {
	code     int
	out, err string
}

// run runs a command line without an API.
func run(t *testing.T, stdin string, args ...string) ended {
	t.Helper()
	return runIn(t.Context(), commands.Program{Name: "anteroom"}, strings.NewReader(stdin), args...)
}

func runIn(ctx context.Context, p commands.Program, stdin io.Reader, args ...string) ended {
	var out, err bytes.Buffer
	code := commands.Run(ctx, p, args, stdin, &out, &err)
	return ended{code: code, out: out.String(), err: err.String()}
}

// run runs a client command against the API.
func (f *fakeAPI) run(stdin string, args ...string) ended {
	f.t.Helper()
	e := run(f.t, stdin, append(args, "--api", f.url, "--api-key-file", f.key)...)
	require.NotContains(f.t, e.out+e.err, canary, "a secret was printed")
	return e
}

// decode reads the JSON that a command printed: one value, and nothing else.
func (e ended) decode(t *testing.T) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(e.out))
	var v any
	require.NoError(t, dec.Decode(&v), e.out)
	require.False(t, dec.More(), e.out)
	return v
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
