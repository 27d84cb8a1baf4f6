package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/anteroom/anteroom/session"
)

// ProxyOptions say how the forwarding proxy decides and resolves.
type ProxyOptions struct {
	Policy Policy
	// Resolver is for tests; nil is the system's.
	Resolver Resolver
	// Logger is told about refusals, by host and port only; nil is slog.Default.
	Logger *slog.Logger
}

// Proxy is the forwarding proxy that all traffic of browsers and probes passes: it checks the resolved address when
// connecting. It listens on loopback, once for direct traffic and once for each upstream proxy.
type Proxy struct {
	guard  *guard
	logger *slog.Logger
	direct *listener

	mu        sync.Mutex // guards listeners
	listeners map[string]*listener
}

// NewProxy opens the proxy on a free port of 127.0.0.1. The caller must call Close.
func NewProxy(ctx context.Context, o ProxyOptions) (*Proxy, error) {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	p := &Proxy{logger: o.Logger, listeners: map[string]*listener{}}
	policy := o.Policy
	named := policy.OwnPorts
	policy.OwnPorts = func() []uint16 {
		if named == nil {
			return p.ports()
		}
		return append(p.ports(), named()...)
	}
	p.guard = &guard{policy: &policy, resolver: o.Resolver}
	l, err := p.open(ctx, newDirectRoute(p.guard))
	if err != nil {
		return nil, err
	}
	p.direct = l
	return p, nil
}

// URL is the direct listener's: "http://127.0.0.1:port".
func (p *Proxy) URL() string { return p.direct.url }

// Transport returns a transport for probes: the same policy as for the browser, without the hop over loopback. With a
// non-empty proxyURL of an Upstream, traffic goes through that.
func (p *Proxy) Transport(proxyURL string) (*http.Transport, error) {
	if proxyURL == "" || proxyURL == p.direct.url {
		return newTransport(p.guard), nil
	}
	if p.lookup(proxyURL) == nil {
		return nil, fmt.Errorf("find the proxy listener %s: not one of ours", proxyURL)
	}
	return viaListener(proxyURL)
}

// Fault tells why hostPort ("example.com:443") was last not reached through the listener at proxyURL, within the
// last minute; false when it was reached or never asked for.
func (p *Proxy) Fault(proxyURL, hostPort string) (Fault, bool) {
	l := p.lookup(proxyURL)
	if l == nil {
		return Fault{}, false
	}
	return l.faults.recall(hostPort)
}

// Upstream is a further listener of the proxy that forwards everything through somebody else's proxy.
type Upstream struct{ listener *listener }

// URL is the listener's: "http://127.0.0.1:port". It holds no credentials.
func (u *Upstream) URL() string { return u.listener.url }

// Close ends the listener and its connections, and waits for them until ctx ends.
func (u *Upstream) Close(ctx context.Context) error { return u.listener.close(ctx) }

// NewUpstream opens a listener that forwards through upstream ("http://user:password@host:port"; http, https or
// socks5), after it was reached once within 5 s. The error is ErrUpstreamProxy with a sentence for the caller, without
// the credentials. The caller must call Close.
func (p *Proxy) NewUpstream(ctx context.Context, upstream session.Secret) (*Upstream, error) {
	route, err := newUpstreamRoute(upstream, p.guard)
	if err != nil {
		return nil, err
	}
	if err := route.reach(ctx); err != nil {
		return nil, err
	}
	l, err := p.open(ctx, route)
	if err != nil {
		return nil, err
	}
	return &Upstream{listener: l}, nil
}

// Close ends all listeners and connections, and waits for them until ctx ends.
func (p *Proxy) Close(ctx context.Context) error {
	p.mu.Lock()
	open := make([]*listener, 0, len(p.listeners))
	for _, l := range p.listeners {
		open = append(open, l)
	}
	p.mu.Unlock()
	var errs []error
	for _, l := range open {
		errs = append(errs, l.close(ctx))
	}
	return errors.Join(errs...)
}

func (p *Proxy) lookup(proxyURL string) *listener {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.listeners[proxyURL]
}

func (p *Proxy) ports() []uint16 {
	p.mu.Lock()
	defer p.mu.Unlock()
	ports := make([]uint16, 0, len(p.listeners))
	for _, l := range p.listeners {
		ports = append(ports, l.port)
	}
	return ports
}

// Bounds of what a client of the proxy may ask.
const (
	maxHeaderBytes    = 256 << 10 // Chromium's own limit of a response is 256 KiB; requests with large cookies exist
	readHeaderTimeout = 10 * time.Second
	clientIdleTimeout = 2 * time.Minute
)

func (p *Proxy) open(ctx context.Context, r route) (*listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the forwarding proxy: %w", err)
	}
	addr, err := netip.ParseAddrPort(ln.Addr().String())
	if err != nil {
		_ = ln.Close()
		return nil, fmt.Errorf("open the forwarding proxy: %w", err)
	}
	l := &listener{
		port: addr.Port(), url: "http://" + addr.String(),
		route: r, logger: p.logger, tunnels: map[*tunnel]struct{}{},
		done: make(chan struct{}),
	}
	l.forward = l.newForward()
	l.server = &http.Server{
		Handler: l, MaxHeaderBytes: maxHeaderBytes,
		ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: clientIdleTimeout,
		ErrorLog: slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
	}
	p.mu.Lock()
	p.listeners[l.url] = l
	p.mu.Unlock()
	l.onClose = func() { p.mu.Lock(); defer p.mu.Unlock(); delete(p.listeners, l.url) }
	go l.serve(ln)
	return l, nil
}
