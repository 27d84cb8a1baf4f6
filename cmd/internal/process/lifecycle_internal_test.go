package process

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// shell is what most machines have.
var shell = []session.BrowserKind{session.BrowserShell}

func TestStart_WithoutABrowser_TouchesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	_, err := Start(t.Context(), Options{
		Parts:  alone,
		Config: &config.Config{DataDir: dir, Browser: config.Browser{Kinds: shell, Path: filepath.Join(t.TempDir(), "no-browser")}},
		Logger: slog.New(slog.DiscardHandler),
	})
	require.ErrorIs(t, err, browser.ErrNotFound)
	_, err = os.Stat(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// program is a file that counts as a browser as long as nobody starts it.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "browser")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nexit 1\n"), 0o700))
	return path
}

func TestStart_OnAPortInUse_SaysSo_AndEndsWhatItStarted(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	dir := t.TempDir()
	var told []string
	_, err = Start(t.Context(), Options{
		Parts:    alone,
		Config:   &config.Config{DataDir: dir, Listen: taken.Addr().String(), Browser: config.Browser{Kinds: shell, Path: program(t)}},
		Logger:   slog.New(slog.DiscardHandler),
		Progress: func(doing string) { told = append(told, doing) },
	})
	require.ErrorContains(t, err, taken.Addr().String())
	require.ErrorContains(t, err, "choose another with --listen")
	require.Equal(t, "opening the API's port", told[len(told)-1])
	startedOn(t, dir, "")
}

func TestStart_WhenTemporalCannotBeStarted_EndsWhatItStarted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var options TemporalOptions
	_, err := Start(t.Context(), Options{
		Parts: alone,
		Config: &config.Config{
			DataDir: dir, Listen: "127.0.0.1:0", Browser: config.Browser{Kinds: shell, Path: program(t)},
			Temporal: config.Temporal{Namespace: "logins", Retention: time.Hour},
		},
		Logger: slog.New(slog.DiscardHandler),
		Temporal: func(_ context.Context, o TemporalOptions) (TemporalServer, error) {
			options = o
			return nil, errors.New("the schema is newer")
		},
	})
	require.ErrorContains(t, err, "the schema is newer")
	require.Equal(t, filepath.Join(dir, "temporal"), options.DataDir)
	require.Equal(t, "logins", options.Namespace)
	require.Len(t, options.SearchAttributes, len(workflows.SearchAttributeNames()))
	startedOn(t, dir, "")
}

func TestDialTemporal_OfAServerThatIsNotThere_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = dialTemporal(ctx, l.Addr().String(), "default", vault.PlainConverters(), slog.New(slog.DiscardHandler),
		noTelemetry)
	require.ErrorContains(t, err, l.Addr().String())
	require.ErrorContains(t, err, "temporal.address")
}

func TestStop_EndsEveryPart_TheLastFirst_AlsoAfterAFault(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	var ended []string
	for _, what := range []string{"store", "Temporal", "API"} {
		p.onStop(what, func(context.Context) error {
			ended = append(ended, what)
			if what == "Temporal" {
				return errors.New("it hangs")
			}
			return nil
		})
	}
	require.EqualError(t, p.Stop(t.Context()), "stop Temporal: it hangs")
	require.Equal(t, []string{"API", "Temporal", "store"}, ended)
	require.NoError(t, p.Stop(t.Context()), "a repeat is harmless")
	require.Len(t, ended, 3)
}

func TestStopTimeout_LeavesRoomAfterTheDrain(t *testing.T) {
	t.Parallel()
	c := &config.Config{Worker: config.Worker{Drain: 6 * time.Second}}
	require.Equal(t, 10*time.Second, StopTimeout(c))
	c.Worker.Drain = time.Minute
	require.Greater(t, StopTimeout(c), time.Minute)
}

// listening serves h on a free port.
func listening(t *testing.T, p *Process, h http.Handler) (url string) {
	t.Helper()
	require.NoError(t, p.listen(t.Context()))
	p.serveOn("API", p.api, h)
	return p.APIURL()
}

func TestServeOn_WhenTheProcessStops_LetsRequestsFinish(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	began, stopped := make(chan struct{}), make(chan struct{})
	url := listening(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		select {
		case <-r.Context().Done():
			_, _ = io.WriteString(w, "cut off")
		case <-stopped:
			_, _ = io.WriteString(w, "written")
		}
	}))
	answered := make(chan string, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Post(url, "application/json", http.NoBody)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-began
	refused := make(chan struct{})
	go func() { // the port is closed first
		defer close(refused)
		for {
			c, err := net.Dial("tcp", p.api.Addr().String())
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- p.Stop(context.Background()) }()
	<-refused
	close(stopped)
	require.NoError(t, <-ended)
	require.Equal(t, "written", <-answered)
}

func TestServeOn_WhenARequestDoesNotEnd_IsCutOffAfterTheDrain(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	began, release := make(chan struct{}), make(chan struct{})
	url := listening(t, p, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(began)
		<-release
	}))
	cut := make(chan error, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get(url)
		if err == nil {
			_ = resp.Body.Close()
		}
		cut <- err
	}()
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.NoError(t, p.Stop(ctx))
	require.Error(t, <-cut)
	close(release)
}

// brokenListener cannot accept.
type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errors.New("too many open files") }

func TestServeOn_WhenTheServerDies_TellsTheProcess(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	require.NoError(t, p.listen(t.Context()))
	p.serveOn("API", brokenListener{p.api}, http.NotFoundHandler())
	require.EqualError(t, <-p.Failed(), "serve the API: too many open files")
	require.NoError(t, p.Stop(t.Context()))
}

func TestBackground_IsWaitedForByStop(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	ended := false
	p.background("loop", func(ctx context.Context) {
		<-ctx.Done()
		ended = true
	})
	require.NoError(t, p.Stop(t.Context()))
	require.True(t, ended)
}

// fakeTemporal is a server in this process that is none.
type fakeTemporal struct {
	address, ui string
	ports       []uint16
	stopped     chan struct{}
	err         error
}

func (f *fakeTemporal) Address() string            { return f.address }
func (f *fakeTemporal) Ports() []uint16            { return f.ports }
func (f *fakeTemporal) UIURL() string              { return f.ui }
func (f *fakeTemporal) Stopped() <-chan struct{}   { return f.stopped }
func (f *fakeTemporal) Err() error                 { return f.err }
func (f *fakeTemporal) Stop(context.Context) error { return nil }

func TestWatchTemporal_TellsOfItsDeath_AndNotOfItsEnd(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	server := &fakeTemporal{stopped: make(chan struct{})}
	p.temporal = server
	close(server.stopped)
	p.watchTemporal(t.Context())
	require.Empty(t, p.Failed(), "it was stopped")
	server.err = errors.New("database is corrupt")
	p.watchTemporal(t.Context())
	require.EqualError(t, <-p.Failed(), "the Temporal server died: database is corrupt")
}

func TestOwnPorts_AreThoseOfEverythingThatListens(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	require.Empty(t, p.ownPorts())
	p.o.Config.Temporal.Address = "temporal.internal:7233"
	require.Equal(t, []uint16{7233}, p.ownPorts())
	require.NoError(t, p.listen(t.Context()))
	require.NoError(t, p.startCodec(t.Context()))
	p.temporal = &fakeTemporal{address: "127.0.0.1:7300", ports: []uint16{7300, 7301}, ui: "http://127.0.0.1:8233"}
	port := func(l net.Listener) uint16 { return uint16(l.Addr().(*net.TCPAddr).Port) }
	require.ElementsMatch(t, []uint16{7233, 7300, 7301, 8233, port(p.api), port(p.codec)}, p.ownPorts())
	require.NoError(t, p.Stop(t.Context()))
}

func TestOwnPorts_OfAUILessServer_AreTheRest(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.temporal = &fakeTemporal{address: "127.0.0.1:7300", ports: []uint16{7300}}
	require.Equal(t, []uint16{7300}, p.ownPorts())
}
