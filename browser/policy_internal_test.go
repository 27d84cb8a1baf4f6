package browser

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func allowing(t *testing.T, entries ...string) *Policy {
	t.Helper()
	p := &Policy{}
	for _, e := range entries {
		rule, err := ParseAllow(e)
		require.NoError(t, err)
		p.Allow = append(p.Allow, rule)
	}
	return p
}

func TestPolicy_ByDefault_RefusesWhatIsNotPublic(t *testing.T) {
	t.Parallel()
	p := &Policy{}
	for _, addr := range []string{
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:7f00:1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1",
	} {
		require.Error(t, p.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)), addr)
	}
}

func TestPolicy_ByDefault_AllowsThePublicInternet(t *testing.T) {
	t.Parallel()
	p := &Policy{}
	for _, addr := range []string{"1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"} {
		require.NoError(t, p.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)), addr)
	}
}

func TestPolicy_WithAllow_OpensThatAndNothingElse(t *testing.T) {
	t.Parallel()
	p := allowing(t, "127.0.0.0/8:8080", "10.1.0.0/16", "[fd00::/8]:443")

	require.NoError(t, p.check(netip.MustParseAddrPort("127.0.0.1:8080")))
	require.NoError(t, p.check(netip.MustParseAddrPort("[::ffff:127.0.0.1]:8080")))
	require.NoError(t, p.check(netip.MustParseAddrPort("10.1.2.3:22")))
	require.NoError(t, p.check(netip.MustParseAddrPort("[fd00::1]:443")))
	require.ErrorIs(t, p.check(netip.MustParseAddrPort("127.0.0.1:8081")), errAddressRefused)
	require.ErrorIs(t, p.check(netip.MustParseAddrPort("10.2.0.1:22")), errAddressRefused)
	require.ErrorIs(t, p.check(netip.MustParseAddrPort("[fd00::1]:80")), errAddressRefused)
}

func TestPolicy_WithDeny_ClosesThatWhateverIsAllowed(t *testing.T) {
	t.Parallel()
	allow, err := ParseAllow("127.0.0.0/8")
	require.NoError(t, err)
	deny, err := ParseAllow("127.0.0.1/32:8080")
	require.NoError(t, err)
	public, err := ParseAllow("203.0.114.0/24")
	require.NoError(t, err)
	p := &Policy{Allow: []AllowRule{allow}, Deny: []AllowRule{deny, public}}
	require.NoError(t, p.check(netip.MustParseAddrPort("127.0.0.1:8081")))
	require.NoError(t, p.check(netip.MustParseAddrPort("127.0.0.2:8080")))
	for _, closed := range []string{"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080", "203.0.114.7:443"} {
		require.ErrorIs(t, p.check(netip.MustParseAddrPort(closed)), errDenied, closed)
	}
}

func TestPolicy_OwnPorts_AreRefusedOnEveryLocalAddressWhateverIsAllowed(t *testing.T) {
	t.Parallel()
	p := allowing(t, "0.0.0.0/0", "::/0")
	p.OwnPorts = func() []uint16 { return []uint16{7233} }
	p.LocalAddrs = func() []netip.Addr {
		return []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("2606:4700::1")}
	}
	for _, own := range []string{
		"127.0.0.1:7233", "127.9.9.9:7233", "0.0.0.0:7233", "[::1]:7233", "[::]:7233", "[::ffff:127.0.0.1]:7233",
		"93.184.216.34:7233", "[2606:4700::1]:7233", "169.254.0.5:7233",
	} {
		require.ErrorIs(t, p.check(netip.MustParseAddrPort(own)), errOwnPort, own)
	}
	require.NoError(t, p.check(netip.MustParseAddrPort("127.0.0.1:8000")))
	require.NoError(t, p.check(netip.MustParseAddrPort("8.8.8.8:7233")), "somebody else's port of that number")
}

// An address has one answer, however it is written.
func TestPolicy_MappedAddresses_AreJudgedAsWhatTheyMean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v4 := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
		mapped := netip.AddrFrom16(v4.As16())
		p := &Policy{}
		plain, wrapped := p.check(netip.AddrPortFrom(v4, 80)), p.check(netip.AddrPortFrom(mapped, 80))
		if (plain == nil) != (wrapped == nil) {
			t.Fatalf("%v: %v, but %v: %v", v4, plain, mapped, wrapped)
		}
		b := v4.As4()
		translated := netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: b[0], 13: b[1], 14: b[2], 15: b[3]})
		if plain != nil && p.check(netip.AddrPortFrom(translated, 80)) == nil {
			t.Fatalf("%v is refused, but its translation %v is not", v4, translated)
		}
	})
}
