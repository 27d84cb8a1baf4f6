package browser

import (
	"net"
	"net/netip"
)

// hereOrThis is 0.0.0.0/8: Linux connects 0.0.0.0 to loopback.
var hereOrThis = netip.MustParsePrefix("0.0.0.0/8")

// notPublic lists what is not the public internet: the special-purpose registries of IANA (RFC 6890 and its updates)
// and the metadata services of clouds that sit at public-looking addresses.
var notPublic = prefixes(
	"0.0.0.0/8",        // this network
	"10.0.0.0/8",       // private, RFC 1918
	"100.64.0.0/10",    // carrier-grade NAT, RFC 6598; Alibaba's metadata service
	"127.0.0.0/8",      // loopback
	"168.63.129.16/32", // Azure's WireServer
	"169.254.0.0/16",   // link-local; metadata services of most clouds
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments; Oracle's metadata service
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved and broadcast
	"::/96",            // unspecified, loopback, IPv4-compatible
	"::ffff:0:0:0/96",  // IPv4-translated, RFC 2765
	"64:ff9b:1::/48",   // local NAT64, RFC 8215
	"100::/64",         // discard
	"2001::/32",        // Teredo
	"2001:2::/48",      // benchmarks
	"2001:db8::/32",    // documentation
	"2001:10::/28",     // ORCHID
	"3fff::/20",        // documentation
	"5f00::/16",        // segment routing
	"fc00::/7",         // unique local; Amazon's metadata service by IPv6
	"fe80::/10",        // link-local
	"fec0::/10",        // site-local
	"ff00::/8",         // multicast
)

// The translations that carry an IPv4 address and may lead to it.
var (
	nat64 = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the last four bytes
	sixTo = netip.MustParsePrefix("2002::/16")    // RFC 3056: bytes 2 to 5
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(texts))
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// isPublic reports whether addr, already unmapped, is an address of the public internet.
func isPublic(addr netip.Addr) bool {
	if !addr.IsValid() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// embedded returns the IPv4 address that addr carries.
func embedded(addr netip.Addr) (netip.Addr, bool) {
	if !addr.Is6() {
		return netip.Addr{}, false
	}
	b := addr.As16()
	switch {
	case nat64.Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case sixTo.Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

// systemAddrs returns the addresses of this machine's interfaces. Unknown is none: loopback is refused without it.
func systemAddrs() []netip.Addr {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	addrs := make([]netip.Addr, 0, len(found))
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			addrs = append(addrs, p.Addr().Unmap())
		}
	}
	return addrs
}
