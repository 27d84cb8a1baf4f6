package browser

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// AllowRule names addresses that the operator opens or closes. The zero value names none.
type AllowRule struct {
	prefix netip.Prefix
	// port is 0 for every port.
	port uint16
}

// ParseAllow reads one entry of the operator's network.allow: "CIDR", "CIDR:port" or "[v6 CIDR]:port" (also
// "[v6]/bits:port"). A bare address means that address alone.
func ParseAllow(entry string) (AllowRule, error) {
	text, port, err := cutPort(strings.TrimSpace(entry))
	if err != nil {
		return AllowRule{}, fmt.Errorf("network.allow entry %q: %w", entry, err)
	}
	text = strings.NewReplacer("[", "", "]", "").Replace(text)
	prefix, err := parsePrefix(text)
	if err != nil {
		return AllowRule{}, fmt.Errorf(`network.allow entry %q: write "CIDR", "CIDR:port" or "[v6 CIDR]:port", such as 127.0.0.0/8`, entry)
	}
	return AllowRule{prefix: prefix.Masked(), port: port}, nil
}

// cutPort takes the port off. A colon is a port's only behind a bracket, or when it is the only one (IPv4).
func cutPort(text string) (string, uint16, error) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || (strings.Count(text, ":") > 1 && !strings.Contains(text[:i], "]")) {
		return text, 0, nil
	}
	if strings.Contains(text[i:], "]") {
		return text, 0, nil
	}
	port, err := strconv.ParseUint(text[i+1:], 10, 16)
	if err != nil || port == 0 {
		return "", 0, errors.New("the port is a number between 1 and 65535")
	}
	return text[:i], uint16(port), nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		if err == nil && p.Addr().Is4In6() {
			return netip.Prefix{}, errors.New("mapped")
		}
		return p, err
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	addr = addr.Unmap().WithZone("")
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

func (r AllowRule) matches(a netip.AddrPort) bool {
	return r.prefix.IsValid() && r.prefix.Contains(a.Addr()) && (r.port == 0 || r.port == a.Port())
}

// String writes the rule as ParseAllow reads it.
func (r AllowRule) String() string {
	switch {
	case r.port == 0:
		return r.prefix.String()
	case r.prefix.Addr().Is6():
		return "[" + r.prefix.String() + "]:" + strconv.Itoa(int(r.port))
	}
	return r.prefix.String() + ":" + strconv.Itoa(int(r.port))
}

// Policy decides which addresses the browser may be connected to. The zero value allows the public internet.
type Policy struct {
	// Allow opens further addresses: the operator's network.allow.
	Allow []AllowRule
	// Deny closes addresses, whatever Allow says: the operator's network.deny.
	Deny []AllowRule
	// OwnPorts returns the TCP ports that this process and its companions listen on. They are refused on every
	// address of this machine, whatever Allow says. Nil: none besides the proxy's own.
	OwnPorts func() []uint16
	// LocalAddrs returns the addresses of this machine; nil asks the operating system.
	LocalAddrs func() []netip.Addr
}

// Errors of a refusal; they are shown to the operator, never to a site.
var (
	errAddressRefused = errors.New("the address is not public and not listed in network.allow")
	errOwnPort        = errors.New("the port is one of our own")
	errDenied         = errors.New("the address is listed in network.deny")
)

// check returns nil when the browser may be connected to a, or why not.
func (p *Policy) check(a netip.AddrPort) error {
	addr := a.Addr().Unmap().WithZone("")
	a = netip.AddrPortFrom(addr, a.Port())
	if p.isOwn(a) {
		return errOwnPort
	}
	if slices.ContainsFunc(p.Deny, func(r AllowRule) bool { return r.matches(a) }) {
		return errDenied
	}
	if slices.ContainsFunc(p.Allow, func(r AllowRule) bool { return r.matches(a) }) {
		return nil
	}
	if !isPublic(addr) {
		return errAddressRefused
	}
	// An address that carries an IPv4 address reaches that one: it counts as both.
	if inner, ok := embedded(addr); ok {
		return p.check(netip.AddrPortFrom(inner, a.Port()))
	}
	return nil
}

func (p *Policy) isOwn(a netip.AddrPort) bool {
	if p.OwnPorts == nil || !slices.Contains(p.OwnPorts(), a.Port()) {
		return false
	}
	addr := a.Addr()
	if addr.IsLoopback() || addr.IsUnspecified() || addr.IsLinkLocalUnicast() || hereOrThis.Contains(addr) {
		return true
	}
	local := p.LocalAddrs
	if local == nil {
		local = systemAddrs
	}
	return slices.Contains(local(), addr)
}
