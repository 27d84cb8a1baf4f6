package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
)

// listener is one port of the proxy. Everything that comes in there takes the same route.
type listener struct {
	port    uint16
	url     string
	route   route
	logger  *slog.Logger
	server  *http.Server
	forward http.Handler
	faults  faults
	onClose func()

	mu      sync.Mutex // guards tunnels and closed
	tunnels map[*tunnel]struct{}
	closed  bool
	running sync.WaitGroup // the tunnels' handlers
	done    chan struct{}  // closed when serve returned
	once    sync.Once
}

func (l *listener) serve(ln net.Listener) {
	defer close(l.done)
	if err := l.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		l.logger.Error("forwarding proxy stopped", "url", l.url, "error", err)
	}
}

// close ends the port and all connections.
func (l *listener) close(ctx context.Context) error {
	l.once.Do(l.shut)
	ended := make(chan struct{})
	go func() { l.running.Wait(); <-l.done; close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close the forwarding proxy: connections are still open: %w", ctx.Err())
	}
}

func (l *listener) shut() {
	l.onClose()
	_ = l.server.Close()
	l.route.close()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for t := range l.tunnels {
		t.close()
	}
}

// ServeHTTP answers a proxy request: CONNECT (https and WebSocket), or a plain http request in absolute form.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		l.connect(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		l.forward.ServeHTTP(w, r)
	default:
		http.Error(w, "this is a forwarding proxy", http.StatusBadRequest)
	}
}

// newForward makes the handler of plain requests. ReverseProxy strips hop-by-hop headers, streams and handles upgrades.
func (l *listener) newForward() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:       func(*httputil.ProxyRequest) {}, // the target is what the client wrote
		Transport:     checkedTransport{l.route},
		FlushInterval: -1,
		ErrorLog:      slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), // it would quote URLs
		ModifyResponse: func(resp *http.Response) error {
			resp.Header.Del(RefusedHeader) // a site must not speak for us
			resp.Header.Del(FaultHeader)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			l.fail(w, targetOf(r.URL.Host), err)
		},
	}
}

// checkedTransport sends a plain request over a route, after the route agreed to the target.
type checkedTransport struct{ route route }

func (t checkedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.route.check(r.Context(), targetOf(r.URL.Host)); err != nil {
		return nil, err
	}
	resp, err := t.route.transport().RoundTrip(r)
	if err == nil && resp.StatusCode == http.StatusProxyAuthRequired {
		_ = resp.Body.Close() // the browser would think that we want a password
		return nil, fmt.Errorf("%w: it refused our credentials", ErrUpstreamProxy)
	}
	return resp, err
}

// targetOf adds http's port where the URL names none.
func targetOf(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	if len(host) > 1 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	return net.JoinHostPort(host, "80")
}

// fail answers that target was not reached, and remembers why.
func (l *listener) fail(w http.ResponseWriter, target string, err error) {
	if errors.Is(err, context.Canceled) {
		w.WriteHeader(http.StatusBadGateway) // the client left
		return
	}
	fault := faultOf(err)
	l.faults.remember(target, fault)
	w.Header().Set(FaultHeader, fault.Reason)
	w.Header().Set("Cache-Control", "no-store")
	if !fault.Refused {
		http.Error(w, "Anteroom could not reach this host.", http.StatusBadGateway)
		return
	}
	if why, ok := errors.AsType[*refusedError](err); ok {
		l.logger.Warn("refused a connection of the browser", "target", target, "reason", why.why.Error())
	}
	w.Header().Set(RefusedHeader, "policy")
	http.Error(w, "Anteroom refused to connect to this host.", http.StatusForbidden)
}
