package config_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/config"
)

func anyNetwork() *rapid.Generator[config.AllowedNetwork] {
	return rapid.Custom(func(t *rapid.T) config.AllowedNetwork {
		var addr netip.Addr
		if rapid.Bool().Draw(t, "v6") {
			var b [16]byte
			copy(b[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
			b[0] = 0xfd // no IPv4 in IPv6 form
			addr = netip.AddrFrom16(b)
		} else {
			addr = netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes")))
		}
		prefix := netip.PrefixFrom(addr, rapid.IntRange(0, addr.BitLen()).Draw(t, "bits")).Masked()
		return config.AllowedNetwork{Prefix: prefix, Port: rapid.Uint16().Draw(t, "port")}
	})
}

func TestNetworkAllow_WhateverTheNetworks_TheirTextGivesThemBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		networks := rapid.SliceOfN(anyNetwork(), 1, 4).Draw(rt, "networks")
		var texts []string
		for _, n := range networks {
			texts = append(texts, n.String())
		}
		text := strings.Join(texts, " , ") + ","

		c, err := load(t, env{"ANTEROOM_NETWORK_ALLOW": text}, "")

		require.NoError(t, err)
		require.Equal(t, networks, c.Network.Allow)
	})
}

func TestNetworkAllows_WhenAskedForAnAddress_LooksAtNetworkAndPort(t *testing.T) {
	t.Parallel()
	c, err := load(t, env{"ANTEROOM_NETWORK_ALLOW": "127.0.0.0/8,10.1.0.0/16:8443,[fd00::/8]:443,::1/128,[fe80::/10]"}, "")
	require.NoError(t, err)
	for address, want := range map[string]bool{
		"127.0.0.1:80":          true,
		"127.255.0.9:1":         true,
		"[::ffff:127.0.0.1]:80": true,
		"128.0.0.1:80":          false,
		"10.1.2.3:8443":         true,
		"10.1.2.3:8444":         false,
		"10.2.2.3:8443":         false,
		"[fd12::1]:443":         true,
		"[fd12::1]:80":          false,
		"[::1]:9":               true,
		"[fe80::1%eth0]:9":      true,
		"[2001:db8::1]:443":     false,
	} {
		require.Equal(t, want, c.Network.Allows(netip.MustParseAddrPort(address)), address)
	}
	require.False(t, config.Network{}.Allows(netip.MustParseAddrPort("127.0.0.1:80")), "nothing is listed")
}
