package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// AllowedNetwork is one entry of network.allow.
type AllowedNetwork struct {
	// Prefix is the network, without host bits.
	Prefix netip.Prefix
	// Port is the only port that is allowed; 0 for every port.
	Port uint16
}

// String is the form that network.allow takes: CIDR, CIDR:port, or for IPv6 [CIDR]:port.
func (n AllowedNetwork) String() string {
	switch {
	case n.Port == 0:
		return n.Prefix.String()
	case n.Prefix.Addr().Is6():
		return fmt.Sprintf("[%s]:%d", n.Prefix, n.Port)
	}
	return fmt.Sprintf("%s:%d", n.Prefix, n.Port)
}

// Allows reports whether the entry covers address. IPv4 addresses in IPv6 form count as IPv4.
func (n AllowedNetwork) Allows(address netip.AddrPort) bool {
	addr := address.Addr().Unmap().WithZone("")
	return n.Prefix.Contains(addr) && (n.Port == 0 || n.Port == address.Port())
}

// Allows reports whether an entry of Allow covers address.
func (n Network) Allows(address netip.AddrPort) bool {
	for _, allowed := range n.Allow {
		if allowed.Allows(address) {
			return true
		}
	}
	return false
}

func networksSetting(key, usage string, field func(*Config) *[]AllowedNetwork) setting {
	return setting{key: key, usage: usage, list: true, parse: func(c *Config, text string) error {
		var networks []AllowedNetwork
		for entry := range strings.SplitSeq(text, ",") {
			entry = strings.TrimSpace(entry)
			if entry == "" {
				continue
			}
			network, err := parseNetwork(entry)
			if err != nil {
				return fmt.Errorf("must be a list of CIDR or CIDR:port: %q %w", entry, err)
			}
			networks = append(networks, network)
		}
		*field(c) = networks
		return nil
	}}
}

func prefixesSetting(key, usage string, field func(*Config) *[]netip.Prefix) setting {
	return setting{key: key, usage: usage, list: true, parse: func(c *Config, text string) error {
		var networks []AllowedNetwork
		if err := networksSetting(key, usage, func(*Config) *[]AllowedNetwork { return &networks }).parse(c, text); err != nil {
			return err
		}
		var prefixes []netip.Prefix
		for _, n := range networks {
			if n.Port != 0 {
				return fmt.Errorf("must be a list of CIDR without ports: %q has one", n)
			}
			prefixes = append(prefixes, n.Prefix)
		}
		*field(c) = prefixes
		return nil
	}}
}

func parseNetwork(entry string) (AllowedNetwork, error) {
	cidr, portText, hasPort := cutPort(entry)
	var network AllowedNetwork
	if hasPort {
		port, err := strconv.ParseUint(portText, 10, 16)
		if err != nil || port == 0 {
			return network, errors.New("has no port from 1 to 65535 after the colon")
		}
		network.Port = uint16(port)
	}
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return network, notCIDR(cidr)
	}
	if prefix.Addr().Is4In6() {
		return network, errors.New("is IPv4 in IPv6 form: write it as IPv4")
	}
	// Allowing more than what was written would be a surprise.
	if prefix != prefix.Masked() {
		return network, fmt.Errorf("has bits set behind its prefix: did you mean %s or %s?",
			prefix.Masked(), netip.PrefixFrom(prefix.Addr(), prefix.Addr().BitLen()))
	}
	network.Prefix = prefix
	return network, nil
}

// cutPort splits CIDR:port and [CIDR]:port. The colons of IPv6 come before the slash, a port's after it.
func cutPort(entry string) (cidr, port string, hasPort bool) {
	if inner, ok := strings.CutPrefix(entry, "["); ok {
		if cidr, port, ok := strings.Cut(inner, "]:"); ok {
			return cidr, port, true
		}
		return strings.TrimSuffix(inner, "]"), "", false
	}
	slash := strings.LastIndexByte(entry, '/')
	if slash < 0 {
		return entry, "", false
	}
	length, port, hasPort := strings.Cut(entry[slash:], ":")
	return entry[:slash] + length, port, hasPort
}

func notCIDR(text string) error {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		return fmt.Errorf("is a single address: write %s", netip.PrefixFrom(addr, addr.BitLen()))
	}
	return errors.New(`is none, such as "10.0.0.0/8" or "127.0.0.0/8:8443"`)
}
