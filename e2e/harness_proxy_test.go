//go:build e2e

package e2e

import (
	"encoding/base64"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// upstreamProxy is a caller's own HTTP proxy, which wants a user name and a password.
type upstreamProxy struct {
	// url is the proxy with its credentials.
	url  string
	want string

	mu      sync.Mutex // guards passed and refused
	passed  []string
	refused int
}

func newProxy(t *testing.T, user, password string) *upstreamProxy {
	t.Helper()
	l := listen(t)
	u := url.URL{Scheme: "http", User: url.UserPassword(user, password), Host: l.Addr().String()}
	p := &upstreamProxy{url: u.String(), want: "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}
	serve(t, l, p)
	return p
}

// hosts lists the targets of what passed.
func (p *upstreamProxy) hosts() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.passed...)
}

func (p *upstreamProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ok := r.Header.Get("Proxy-Authorization") == p.want
	p.mu.Lock()
	if ok {
		p.passed = append(p.passed, r.Host)
	} else {
		p.refused++
	}
	p.mu.Unlock()
	switch {
	case !ok:
		w.Header().Set("Proxy-Authenticate", `Basic realm="upstream"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		tunnel(w, r)
	default:
		forward(w, r)
	}
}

// forward passes a plain request on.
func forward(w http.ResponseWriter, r *http.Request) {
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.Header.Del("Proxy-Authorization")
	out.Header.Del("Proxy-Connection")
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// tunnel connects the caller with its target until one of them hangs up.
func tunnel(w http.ResponseWriter, r *http.Request) {
	target, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = target.Close() }()
	caller, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = caller.Close() }()
	_, _ = io.WriteString(caller, "HTTP/1.1 200 Connection established\r\n\r\n")
	var both sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{caller: target, target: caller} {
		both.Go(func() {
			_, _ = io.Copy(to, from)
			_ = to.Close()
		})
	}
	both.Wait()
}
