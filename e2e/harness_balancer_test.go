//go:build e2e

package e2e

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// balancer spreads requests over several addresses of one API in turn, as a caller behind a load balancer sees them, and counts
// what became of each. A request whose connection was refused or reset goes to the next address, each address once: that is
// the retry that a client owes. Nothing else is retried here.
type balancer struct {
	transport *http.Transport

	mu        sync.Mutex // guards the rest
	addresses []*url.URL
	next      int
	counts    map[string]int
	// failed are the requests that no address served, and the answers that say that the service failed.
	failed []string
}

// newBalancer balances over base URLs such as "http://127.0.0.1:8080". The caller must close it.
func newBalancer(addresses ...string) (*balancer, error) {
	b := &balancer{transport: &http.Transport{MaxIdleConnsPerHost: 100}, counts: map[string]int{}}
	return b, b.use(addresses...)
}

// use replaces the addresses, for an API that came back elsewhere.
func (b *balancer) use(addresses ...string) error {
	var parsed []*url.URL
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil {
			return err
		}
		parsed = append(parsed, u)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addresses = parsed
	return nil
}

func (b *balancer) close() { b.transport.CloseIdleConnections() }

// RoundTrip sends the request to the next address, and to the others after it while connections fail.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	addresses := b.addresses
	first := b.next
	b.next++
	b.mu.Unlock()
	var kind string
	for n := range addresses {
		resp, err := b.transport.RoundTrip(to(r, addresses[(first+n)%len(addresses)]))
		kind = kindOf(resp, err)
		b.count(kind)
		if err == nil {
			if resp.StatusCode >= http.StatusInternalServerError {
				b.fail(r, kind)
			}
			return resp, nil
		}
		if !isConnection(kind) || n == len(addresses)-1 || !rewind(r) {
			if r.Context().Err() == nil || kind == kindTimeout {
				b.fail(r, kind)
			}
			return nil, err
		}
	}
	return nil, errors.New("the balancer has no address")
}

// to is the request at another address.
func to(r *http.Request, address *url.URL) *http.Request {
	there := r.Clone(r.Context())
	there.URL.Scheme, there.URL.Host, there.Host = address.Scheme, address.Host, ""
	return there
}

// rewind makes the body readable once more.
func rewind(r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	if r.GetBody == nil {
		return false
	}
	body, err := r.GetBody()
	r.Body = body
	return err == nil
}

const (
	kindRefused  = "refused"
	kindReset    = "reset"
	kindTimeout  = "timeout"
	kindCanceled = "canceled"
	kindOther    = "other"
)

// kindOf names what became of a request: the class of the answer ("2xx", "503") or how the connection failed.
func kindOf(resp *http.Response, err error) string {
	switch {
	case err == nil && resp.StatusCode >= http.StatusInternalServerError:
		return strconv.Itoa(resp.StatusCode)
	case err == nil:
		return strconv.Itoa(resp.StatusCode/100) + "xx"
	case errors.Is(err, syscall.ECONNREFUSED):
		return kindRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return kindReset
	case errors.Is(err, context.DeadlineExceeded):
		return kindTimeout
	case errors.Is(err, context.Canceled):
		return kindCanceled
	}
	return kindOther
}

// isConnection reports that there was no answer because of the connection: a client sends the request again.
func isConnection(kind string) bool { return kind == kindRefused || kind == kindReset }

func (b *balancer) count(kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts[kind]++
}

func (b *balancer) fail(r *http.Request, kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = append(b.failed, time.Now().UTC().Format("15:04:05.000")+" "+r.Method+" "+r.URL.Path+": "+kind)
}

// seen returns the counts by kind and the requests that failed.
func (b *balancer) seen() (map[string]int, []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.counts), append([]string(nil), b.failed...)
}
