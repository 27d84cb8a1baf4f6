package apitest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// What every fixture holds: two workspaces with a key and the project "demo" each.
const (
	Workspace      = "default"
	OtherWorkspace = "other"
	Project        = "demo"
	Key            = "test-key-of-default"
	OtherKey       = "test-key-of-other"
)

// Fixture is an API with everything around it.
type Fixture struct {
	*Workflow

	URL     string
	Handler http.Handler
	// Transport is for calls of the API; it never follows a redirect.
	Transport *http.Transport
	Engine    *Engine
	Sealer    *Sealer
	Log       *Log
	// Logger writes to Log.
	Logger *slog.Logger
	Clock  *Clock
}

// Option changes what the API is made of.
type Option func(d *api.Deps)

// New starts an API on a loopback port until the test ends.
func New(tb testing.TB, options ...Option) *Fixture {
	tb.Helper()
	f := &Fixture{
		Engine: &Engine{Calls: make(chan string, 100)}, Sealer: &Sealer{}, Log: &Log{},
		Clock: &Clock{now: start},
	}
	logger := slog.New(slog.NewTextHandler(f.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.Logger = logger
	db := openCopy(tb, logger)
	f.Workflow = &Workflow{t: tb, Store: db, Clock: f.Clock, seq: map[string]int64{}}

	d := api.Deps{Store: db, Sealer: f.Sealer, Engine: f.Engine, Logger: logger, Clock: f.Clock.Now}
	for _, o := range options {
		o(&d)
	}
	handler, err := api.New(d)
	require.NoError(tb, err)
	server := httptest.NewServer(handler)
	f.Transport = &http.Transport{}
	tb.Cleanup(func() {
		f.Transport.CloseIdleConnections()
		server.Close()
	})
	f.URL, f.Handler = server.URL, handler
	return f
}

// Engine notes what it is told. Err is what every call returns.
type Engine struct {
	// Calls receives "start OPERATION", "resume OPERATION QUESTION" and "cancel OPERATION".
	Calls chan string
	Err   error
}

// Start notes the call.
func (e *Engine) Start(_ context.Context, op session.Operation) error {
	e.Calls <- "start " + op.ID
	return e.Err
}

// Resume notes the call.
func (e *Engine) Resume(_ context.Context, ref store.Ref, questionID string) error {
	e.Calls <- "resume " + ref.Operation + " " + questionID
	return e.Err
}

// Cancel notes the call.
func (e *Engine) Cancel(_ context.Context, ref store.Ref) error {
	e.Calls <- "cancel " + ref.Operation
	return e.Err
}

// Told returns the calls so far and forgets them.
func (e *Engine) Told() []string {
	var calls []string
	for {
		select {
		case call := <-e.Calls:
			calls = append(calls, call)
		default:
			return calls
		}
	}
}

// Log collects what is logged.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write appends p.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns its time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves it on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
