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
	"syscall"
	"time"

	"github.com/anteroom/anteroom/session"
)

// ErrNoKeeper: nobody serves the socket of an Endpoint: it is not there, or it refuses. Since a keeper's browsers die with
// it, that is evidence that they are gone.
var ErrNoKeeper = errors.New("no browser process answers")

// Endpoint reaches a Keeper on this machine by its socket. It is safe for use by several goroutines.
type Endpoint struct {
	path   string
	client *http.Client
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
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", e.path)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w at %s: start \"anteroom browser\" with this path as browser.socket", ErrNoKeeper, e.path)
	}
	return conn, err
}

// stateTimeout bounds what needs no browser to start.
const stateTimeout = 5 * time.Second

// State asks what the keeper has. Errors: ErrNoKeeper.
func (e *Endpoint) State(ctx context.Context) (KeeperState, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var s KeeperState
	err := e.ask(ctx, http.MethodGet, "/state", nil, &s)
	return s, wrapAsked("ask for the browsers", err)
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
func (e *Endpoint) devtools(ctx context.Context, browserID string, ports []uint16) (io.ReadWriteCloser, error) {
	conn, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://keeper/browsers/"+url.PathEscape(browserID)+"/devtools", nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	req.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {devtoolsProtocol}, portsHeader: {formatPorts(ports)}}
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
