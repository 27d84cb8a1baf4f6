package browser

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Resolver turns a name into addresses; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Bounds of one connection that the proxy makes.
const (
	resolveTimeout = 5 * time.Second
	dialTimeout    = 5 * time.Second // for each address
	connectTimeout = 15 * time.Second
)

// refusedError is the policy's no to a host.
type refusedError struct {
	host string
	why  error
}

func (e *refusedError) Error() string { return "connect to " + e.host + ": " + e.why.Error() }
func (e *refusedError) Unwrap() error { return e.why }

// guard resolves, checks and connects: the only place where the proxy reaches out.
type guard struct {
	policy   *Policy
	resolver Resolver
	dialer   net.Dialer
}

// resolve returns the addresses of hostPort that the policy allows, and how many it refused. A name is resolved once:
// what was checked is what is connected to, so an answer that changes in between (DNS rebinding) has no effect.
func (g *guard) resolve(ctx context.Context, hostPort string) (allowed []netip.AddrPort, refused int, err error) {
	host, port, err := splitTarget(hostPort)
	if err != nil {
		return nil, 0, err
	}
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, 0, err
	}
	why := errAddressRefused
	for _, a := range addrs {
		target := netip.AddrPortFrom(a.Unmap().WithZone(""), port)
		if err := g.policy.check(target); err != nil {
			why = err
			refused++
			continue
		}
		allowed = append(allowed, target)
	}
	if len(allowed) == 0 {
		return nil, refused, &refusedError{host: hostPort, why: why}
	}
	return allowed, refused, nil
}

func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	return g.resolver.LookupNetIP(ctx, "ip", host)
}

// DialContext connects to the first allowed address of hostPort that answers. Its signature is net.Dialer's.
func (g *guard) DialContext(ctx context.Context, _, hostPort string) (net.Conn, error) {
	allowed, _, err := g.resolve(ctx, hostPort)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, a := range allowed {
		conn, err := g.dialOne(ctx, a)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func (g *guard) dialOne(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return g.dialer.DialContext(ctx, "tcp", a.String())
}

// Dial is DialContext without a context, as golang.org/x/net/proxy wants it.
func (g *guard) Dial(network, hostPort string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	return g.DialContext(ctx, network, hostPort)
}

// inwardNames lead to an inner network wherever they are resolved: RFC 6761, RFC 6762, ICANN's .internal.
var inwardNames = []string{"localhost", "local", "internal", "home.arpa", "localdomain"}

// checkRemote checks a target that somebody else connects to, by name: every address must be allowed, since we cannot
// choose which one is taken. A name that only the other side can resolve passes, unless it says that it is inward.
func (g *guard) checkRemote(ctx context.Context, hostPort string) error {
	_, refused, err := g.resolve(ctx, hostPort)
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return checkName(hostPort)
	}
	if err == nil && refused > 0 {
		return &refusedError{host: hostPort, why: errAddressRefused}
	}
	return err
}

func checkName(hostPort string) error {
	host, _, err := splitTarget(hostPort)
	if err != nil {
		return err
	}
	name := "." + strings.TrimSuffix(strings.ToLower(host), ".")
	for _, inward := range inwardNames {
		if strings.HasSuffix(name, "."+inward) {
			return &refusedError{host: hostPort, why: errAddressRefused}
		}
	}
	if !strings.Contains(name[1:], ".") {
		return &refusedError{host: hostPort, why: errAddressRefused} // a bare name is one of the local network
	}
	return nil
}

func splitTarget(hostPort string) (string, uint16, error) {
	host, portText, err := net.SplitHostPort(hostPort)
	if err != nil {
		return "", 0, fmt.Errorf("read the target %q: %w", hostPort, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 || host == "" {
		return "", 0, fmt.Errorf("read the target %q: not host:port", hostPort)
	}
	return host, uint16(port), nil
}
