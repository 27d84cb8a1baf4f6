package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/session"
)

// ErrNoKeeper: nobody serves the socket of an Endpoint: it is not there, or it refuses. Since a keeper's browsers die with
// it, that is evidence that they are gone.
var ErrNoKeeper = errors.New("no browser process answers")

// errNoWay is ErrNoKeeper where the keeper last was on another machine: what forwards its socket may be gone, and it not.
var errNoWay = errors.New("the browser process of another machine is not reached")

// Endpoint reaches a Keeper by its socket. It is safe for use by several goroutines.
type Endpoint struct {
	path   string
	client *http.Client
	// elsewhere is true when the keeper that answered last runs on another machine.
	elsewhere atomic.Bool
}

// NewEndpoint returns the endpoint of the socket at path; nothing is connected yet.
func NewEndpoint(path string) *Endpoint {
	e := &Endpoint{path: path}
	e.client = &http.Client{Transport: &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return e.dial(ctx) },
		IdleConnTimeout: time.Minute,
	}}
	return e
}

// Close drops idle connections.
func (e *Endpoint) Close() { e.client.CloseIdleConnections() }

func (e *Endpoint) dial(ctx context.Context) (net.Conn, error) {
	conn, err := e.connect(ctx)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
		if e.elsewhere.Load() {
			return nil, fmt.Errorf("%w at %s: forward its socket again", errNoWay, e.path)
		}
		return nil, fmt.Errorf("%w at %s: start \"anteroom browser\" with this path as browser.socket", ErrNoKeeper, e.path)
	}
	return conn, err
}

func (e *Endpoint) connect(ctx context.Context) (net.Conn, error) {
	path, done, err := shortened(e.path)
	if err != nil {
		return nil, err
	}
	defer done()
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// stateTimeout bounds what needs no browser to start.
const stateTimeout = 5 * time.Second

// State asks what the keeper has. Errors: ErrNoKeeper.
func (e *Endpoint) State(ctx context.Context) (KeeperState, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var s KeeperState
	err := e.ask(ctx, http.MethodGet, "/state", nil, &s)
	if err == nil {
		e.elsewhere.Store(s.Machine != "" && s.Machine != thisMachine())
	}
	return s, wrapAsked("ask for the browsers", err)
}

// Want tells which pages the keeper is to stay for when no client is connected. It replaces what was told before. Errors:
// ErrNoKeeper.
func (e *Endpoint) Want(ctx context.Context, w Wanted) error {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	return wrapAsked("say which pages are wanted", e.ask(ctx, http.MethodPut, "/wanted", w, nil))
}

// Depart tells that this process leaves for good: close its connections first. A keeper with a LeaveAfter that nobody else
// uses ends then, unless pages are wanted. It returns when the keeper serves no more, or it stays. Errors: ErrNoKeeper.
func (e *Endpoint) Depart(ctx context.Context) (ended bool, err error) {
	return e.depart(ctx, departure{})
}

// Stop ends the keeper, whatever waits on its pages, and returns when it serves no more. Errors: ErrNoKeeper.
func (e *Endpoint) Stop(ctx context.Context) error {
	_, err := e.depart(ctx, departure{Ends: true})
	return err
}

func (e *Endpoint) depart(ctx context.Context, d departure) (ended bool, err error) {
	var out departed
	if err := e.ask(ctx, http.MethodPost, "/departures", d, &out); err != nil {
		return false, wrapAsked("leave the browser process", err)
	}
	for out.Ending {
		conn, err := e.dial(ctx)
		if errors.Is(err, ErrNoKeeper) || errors.Is(err, errNoWay) {
			return true, nil
		}
		if err == nil {
			_ = conn.Close()
		}
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("wait for the end of the browser process: %w", ctx.Err())
		case <-time.After(departPause):
		}
	}
	return false, nil
}

// Memory asks how much memory the keeper's browsers take and how much is left there. Errors: ErrNoKeeper.
func (e *Endpoint) Memory(ctx context.Context) (KeeperMemory, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var m KeeperMemory
	err := e.ask(ctx, http.MethodGet, "/memory", nil, &m)
	return m, wrapAsked("ask for the memory of the browsers", err)
}

// Start returns the keeper's browser of a kind, which is started if need be: allow DefaultStartTimeout. Errors:
// ErrNoKeeper, ErrNotFound, ErrNoSandbox.
func (e *Endpoint) Start(ctx context.Context, kind session.BrowserKind) (KeptBrowser, error) {
	var b KeptBrowser
	err := e.ask(ctx, http.MethodPost, "/browsers", wantedBrowser{Kind: kind}, &b)
	return b, wrapAsked("ask for a browser", err)
}

// Contexts lists the browser contexts that clients made in a browser. Errors: ErrNoKeeper, ErrBrowserLost.
func (e *Endpoint) Contexts(ctx context.Context, browserID string) ([]KeptContext, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var list []KeptContext
	err := e.ask(ctx, http.MethodGet, "/browsers/"+url.PathEscape(browserID)+"/contexts", nil, &list)
	return list, wrapAsked("list the browser contexts", err)
}

// OpenUpstream opens a listener of the keeper's proxy that goes on through upstream; see Proxy.NewUpstream. It outlives this
// process: CloseUpstream ends it, or the keeper once no browser context uses it.
func (e *Endpoint) OpenUpstream(ctx context.Context, upstream session.Secret) (proxyURL string, err error) {
	var u openedUpstream
	err = e.ask(ctx, http.MethodPost, "/upstreams", wantedUpstream{Proxy: upstream.Reveal()}, &u)
	return u.URL, wrapAsked("open the proxy", err)
}

// CloseUpstream ends a listener of OpenUpstream. Repeats are harmless.
func (e *Endpoint) CloseUpstream(ctx context.Context, proxyURL string) error {
	err := e.ask(ctx, http.MethodDelete, "/upstreams?url="+url.QueryEscape(proxyURL), nil, nil)
	return wrapAsked("close the proxy", err)
}

// faultTimeout bounds asking why a page did not load: it only makes an error clearer.
const faultTimeout = 2 * time.Second

// Fault is Proxy.Fault of the keeper's proxy; false also when it does not answer.
func (e *Endpoint) Fault(proxyURL, hostPort string) (Fault, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), faultTimeout)
	defer cancel()
	var f foundFault
	q := url.Values{"proxy": {proxyURL}, "target": {hostPort}}
	if err := e.ask(ctx, http.MethodGet, "/faults?"+q.Encode(), nil, &f); err != nil {
		return Fault{}, false
	}
	return Fault{Reason: f.Reason, Refused: f.Refused}, f.Known
}

// wrapAsked says what was asked for, without the made-up URL of the request.
func wrapAsked(what string, err error) error {
	if err == nil {
		return nil
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (e *Endpoint) ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://keeper"+path, body)
	if err != nil {
		return err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusBadRequest {
		return readFault(resp)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxKeeperBody)).Decode(out)
}

func readFault(resp *http.Response) error {
	var f keeperFault
	if json.NewDecoder(io.LimitReader(resp.Body, maxKeeperBody)).Decode(&f) != nil {
		return fmt.Errorf("the browser process answered %d; both processes must be of versions that fit", resp.StatusCode)
	}
	known, ok := keeperFaults[f.Code]
	switch {
	case ok && f.Message == known.Error():
		return known
	case ok:
		return fmt.Errorf("%w: %s", known, f.Message)
	}
	return errors.New(f.Message)
}

// devtools opens a connection to a browser. ErrBrowserLost when the keeper has no such browser.
func (e *Endpoint) devtools(ctx context.Context, browserID, name string, ports []uint16) (io.ReadWriteCloser, error) {
	conn, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://keeper/browsers/"+url.PathEscape(browserID)+"/devtools", nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {devtoolsProtocol}, portsHeader: {formatPorts(ports)}, nameHeader: {name}}
	if err := req.Write(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	r := bufio.NewReaderSize(conn, 64<<10)
	resp, err := http.ReadResponse(r, req) //nolint:bodyclose // it is the connection that the caller gets, or closed with it
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, errors.Join(readFault(resp), conn.Close())
	}
	if ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), conn.Close())
	}
	_ = conn.SetDeadline(time.Time{})
	return &muxClaim{Reader: r, Conn: conn}, nil
}
