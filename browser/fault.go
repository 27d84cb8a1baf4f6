package browser

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Headers that the proxy sets on its own answers to plain HTTP requests, and strips from those of sites.
const (
	// RefusedHeader marks a refusal by policy; its value is "policy".
	RefusedHeader = "X-Anteroom-Refused"
	// FaultHeader carries Chromium's name of what went wrong between proxy and site.
	FaultHeader = "X-Anteroom-Fault"
)

// Fault is why the proxy could not reach a host.
type Fault struct {
	// Reason is Chromium's network error name: "ERR_CONNECTION_REFUSED".
	Reason string
	// Refused is true when policy said no.
	Refused bool
}

// Chromium's names, net/base/net_error_list.h.
const (
	reasonRefused     = "ERR_NETWORK_ACCESS_DENIED"
	reasonName        = "ERR_NAME_NOT_RESOLVED"
	reasonConnRefused = "ERR_CONNECTION_REFUSED"
	reasonReset       = "ERR_CONNECTION_RESET"
	reasonEmpty       = "ERR_EMPTY_RESPONSE"
	reasonUnreachable = "ERR_ADDRESS_UNREACHABLE"
	reasonTimeout     = "ERR_CONNECTION_TIMED_OUT"
	reasonCredentials = "ERR_INVALID_AUTH_CREDENTIALS"
	reasonTimedOut    = "ERR_TIMED_OUT"
	reasonUpstream    = "ERR_PROXY_CONNECTION_FAILED"
	reasonFailed      = "ERR_CONNECTION_FAILED"
)

// faultOf translates an error of the proxy.
func faultOf(err error) Fault {
	var refused *refusedError
	var dns *net.DNSError
	var netErr net.Error
	var op *net.OpError
	switch {
	case errors.As(err, &refused):
		return Fault{Reason: reasonRefused, Refused: true}
	case errors.Is(err, ErrUpstreamProxy), errors.As(err, &op) && op.Op == "proxyconnect":
		return Fault{Reason: reasonUpstream}
	case errors.As(err, &dns):
		return Fault{Reason: reasonName}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Fault{Reason: reasonConnRefused}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return Fault{Reason: reasonReset}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return Fault{Reason: reasonUnreachable}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Fault{Reason: reasonEmpty}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return Fault{Reason: reasonTimeout}
	}
	return Fault{Reason: reasonFailed}
}

// How long and how many faults are remembered: long enough for the navigation that met them to ask.
const (
	faultMemory = time.Minute
	maxFaults   = 256
)

// faults remembers, for each host:port, why it was last not reached: behind CONNECT the browser learns only that the
// tunnel failed.
type faults struct {
	mu    sync.Mutex // guards known
	known map[string]rememberedFault
}

type rememberedFault struct {
	fault Fault
	at    time.Time
}

func (f *faults) remember(hostPort string, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= maxFaults {
		f.known = map[string]rememberedFault{}
	}
	f.known[hostPort] = rememberedFault{fault: fault, at: time.Now()}
}

func (f *faults) forget(hostPort string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, hostPort)
}

func (f *faults) recall(hostPort string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r, ok := f.known[hostPort]
	if !ok || time.Since(r.at) > faultMemory {
		return Fault{}, false
	}
	return r.fault, true
}
