package api

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// How many unknown keys an address may send. Keys are not guessed, since they hold 256 random bits; the bound keeps a caller with
// a wrong key in a loop from costing a query each time.
const (
	failureBurst = 20
	failureEvery = time.Second
	// maxRemembered bounds the memory for addresses and for keys: each kind is kept twice at most.
	maxRemembered = 4096
)

// failures counts unknown keys by the caller's address.
type failures struct {
	now func() time.Time

	mu        sync.Mutex
	addresses recent[netip.Prefix, *rate.Limiter]
	good      recent[[sha256.Size]byte, bool]
}

func newFailures(now func() time.Time) *failures { return &failures{now: now} }

// wait returns how long a request must wait before its key is looked at; zero for not at all.
func (f *failures) wait(address string, key session.Secret) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	limiter, known := f.addresses.get(networkOf(address))
	if !known || limiter.TokensAt(f.now()) >= 1 {
		return 0
	}
	if good, _ := f.good.get(sha256.Sum256([]byte(key.Reveal()))); good {
		return 0
	}
	return failureEvery
}

// note remembers what became of a key.
func (f *failures) note(address string, key session.Secret, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.good.put(sha256.Sum256([]byte(key.Reveal())), true)
		return
	}
	if service.AsError(err).Kind != service.Unauthorized {
		return
	}
	network := networkOf(address)
	limiter, known := f.addresses.get(network)
	if !known {
		limiter = rate.NewLimiter(rate.Every(failureEvery), failureBurst)
		f.addresses.put(network, limiter)
	}
	limiter.AllowN(f.now(), 1)
}

// networkOf is the address, or the /64 that one customer has of IPv6; the zero Prefix for what is no address.
func networkOf(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap()
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	network, _ := ip.WithZone("").Prefix(bits) // fails for bits that an address does not have
	return network
}

// recent keeps what was put in lately: two generations, of which the older one is forgotten when the newer one is full.
type recent[K comparable, V any] struct{ newer, older map[K]V }

func (r *recent[K, V]) get(key K) (V, bool) {
	if v, ok := r.newer[key]; ok {
		return v, true
	}
	v, ok := r.older[key]
	return v, ok
}

func (r *recent[K, V]) put(key K, v V) {
	if _, ok := r.newer[key]; !ok && len(r.newer) >= maxRemembered {
		r.older, r.newer = r.newer, nil
	}
	if r.newer == nil {
		r.newer = map[K]V{}
	}
	r.newer[key] = v
}
