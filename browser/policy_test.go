package browser_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/browser"
)

func TestParseAllow_WithEveryForm_ReadsIt(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"127.0.0.0/8":        "127.0.0.0/8",
		"127.0.0.1":          "127.0.0.1/32",
		"127.0.0.1:8443":     "127.0.0.1/32:8443",
		"10.1.0.0/16:443":    "10.1.0.0/16:443",
		"10.1.2.3/16":        "10.1.0.0/16",
		"::1":                "::1/128",
		"[::1]":              "::1/128",
		"fd00::/8":           "fd00::/8",
		"[fd00::]/8:443":     "[fd00::/8]:443",
		"[fd00::/8]:443":     "[fd00::/8]:443",
		"[::1]:8080":         "[::1/128]:8080",
		"::ffff:192.168.1.1": "192.168.1.1/32",
	} {
		rule, err := browser.ParseAllow(entry)
		require.NoError(t, err, entry)
		require.Equal(t, want, rule.String(), entry)
	}
}

func TestParseAllow_WithNonsense_SaysWhatToWrite(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{"", "localhost", "10.0.0.0/33", "10.0.0.0/8:0", "10.0.0.0/8:70000", "10.0.0.0/8:http", "::ffff:10.0.0.0/104", "*", "[::1"} {
		_, err := browser.ParseAllow(entry)
		if entry == "[::1" { // brackets are only marks
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "network.allow", entry)
	}
}

func TestParseAllow_OfItsOwnText_GivesTheSameRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		addr, _ := netip.AddrFromSlice(rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 4, 4), rapid.SliceOfN(rapid.Byte(), 16, 16)).Draw(t, "address"))
		addr = addr.Unmap()
		bits := rapid.IntRange(0, addr.BitLen()).Draw(t, "bits")
		text := netip.PrefixFrom(addr, bits).Masked().String()

		rule, err := browser.ParseAllow(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := browser.ParseAllow(rule.String())
		if err != nil || again != rule {
			t.Fatalf("%q became %v: %v", text, again, err)
		}
	})
}

func FuzzParseAllow(f *testing.F) {
	for _, s := range []string{"127.0.0.0/8", "[::1]:80", "10.0.0.0/8:443", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		rule, err := browser.ParseAllow(entry)
		if err != nil {
			return
		}
		again, err := browser.ParseAllow(rule.String())
		require.NoError(t, err)
		require.Equal(t, rule, again)
	})
}
