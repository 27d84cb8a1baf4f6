package browser

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"

	"github.com/anteroom/anteroom/session"
)

// reachTimeout bounds the first contact with an upstream proxy.
const reachTimeout = 5 * time.Second

// upstreamPorts are the ports of upstream schemes whose URL names none.
var upstreamPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080"}

// upstreamRoute forwards through somebody else's proxy. Sites are connected to from there, by name, so the policy is
// applied to what the name means here, and to the proxy's own address.
type upstreamRoute struct {
	guard *guard
	// url holds the credentials: never print it.
	url   *url.URL
	addr  string
	plain *http.Transport
	socks proxy.ContextDialer
}

func newUpstreamRoute(secret session.Secret, g *guard) (*upstreamRoute, error) {
	u, err := url.Parse(secret.Reveal())
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("%w: it is not a URL such as http://user:password@host:port", ErrUpstreamProxy)
	}
	port, ok := upstreamPorts[u.Scheme]
	if !ok {
		return nil, fmt.Errorf("%w: its scheme is %q; it may be http, https or socks5", ErrUpstreamProxy, u.Scheme)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	r := &upstreamRoute{guard: g, url: u, addr: net.JoinHostPort(u.Hostname(), port), plain: newTransport(g)}
	if u.Scheme == "socks5" {
		return r, r.useSOCKS()
	}
	r.plain.Proxy = http.ProxyURL(u)
	return r, nil
}

func (r *upstreamRoute) useSOCKS() error {
	var auth *proxy.Auth
	if r.url.User != nil {
		password, _ := r.url.User.Password()
		auth = &proxy.Auth{User: r.url.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", r.addr, auth, r.guard)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUpstreamProxy, err)
	}
	socks, ok := d.(proxy.ContextDialer)
	if !ok {
		return fmt.Errorf("%w: socks5 is not usable here", ErrUpstreamProxy)
	}
	r.socks = socks
	r.plain.DialContext = socks.DialContext
	return nil
}

// reach connects to the upstream proxy once, so that a wrong one is refused before a login starts.
func (r *upstreamRoute) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	conn, err := r.guard.DialContext(ctx, "tcp", r.addr)
	if err == nil {
		return conn.Close()
	}
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return fmt.Errorf("%w: connecting to %s is not allowed: %w", ErrUpstreamProxy, r.addr, refused.why)
	}
	return fmt.Errorf("%w: %s is not reachable: %s", ErrUpstreamProxy, r.addr, faultOf(err).Reason)
}

func (r *upstreamRoute) check(ctx context.Context, target string) error {
	return r.guard.checkRemote(ctx, target)
}

func (r *upstreamRoute) transport() http.RoundTripper { return r.plain }

func (r *upstreamRoute) close() { r.plain.CloseIdleConnections() }

func (r *upstreamRoute) dial(ctx context.Context, target string) (net.Conn, error) {
	if err := r.check(ctx, target); err != nil {
		return nil, err
	}
	if r.socks != nil {
		return r.socks.DialContext(ctx, "tcp", target)
	}
	conn, err := r.guard.DialContext(ctx, "tcp", r.addr)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrUpstreamProxy, faultOf(err).Reason)
	}
	return r.tunnel(ctx, conn, target)
}

// tunnel asks the upstream proxy for a tunnel to target over conn.
func (r *upstreamRoute) tunnel(ctx context.Context, conn net.Conn, target string) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if r.url.Scheme == "https" {
		secured := tls.Client(conn, &tls.Config{ServerName: r.url.Hostname(), MinVersion: tls.VersionTLS12})
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("%w: TLS with %s: %w", ErrUpstreamProxy, r.addr, err)
		}
		conn = secured
	}
	if err := r.ask(conn, target); err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Time{})
	return conn, nil
}

func (r *upstreamRoute) ask(conn net.Conn, target string) error {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{}}
	if r.url.User != nil {
		password, _ := r.url.User.Password()
		pair := base64.StdEncoding.EncodeToString([]byte(r.url.User.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+pair)
	}
	if err := req.Write(conn); err != nil {
		return fmt.Errorf("%w: %s hung up", ErrUpstreamProxy, r.addr)
	}
	// One byte at a time: what follows the header belongs to the tunnel. That is also why the body is not closed:
	// closing reads to the end.
	answer := bufio.NewReaderSize(io.LimitReader(oneByte{conn}, maxHeaderBytes), 16)
	resp, err := http.ReadResponse(answer, req) //nolint:bodyclose // see above
	if err != nil {
		return fmt.Errorf("%w: %s did not answer", ErrUpstreamProxy, r.addr)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s answered %d", ErrUpstreamProxy, r.addr, resp.StatusCode)
	}
	return nil
}

// oneByte reads single bytes, so that a buffer above it never holds more than was asked for.
type oneByte struct{ net.Conn }

func (o oneByte) Read(p []byte) (int, error) {
	if len(p) > 1 {
		p = p[:1]
	}
	return o.Conn.Read(p)
}
