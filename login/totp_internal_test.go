package login

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
)

// The vectors of RFC 6238, appendix B: the secret is the ASCII digits repeated to the hash's length.
func TestTOTP_OnTheVectorsOfRFC6238_GivesTheirCodes(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{
		"SHA1":   "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"SHA256": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
		"SHA512": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA",
	}
	for _, v := range []struct {
		at              int64
		algorithm, code string
	}{
		{59, "SHA1", "94287082"}, {59, "SHA256", "46119246"}, {59, "SHA512", "90693936"},
		{1111111109, "SHA1", "07081804"}, {1111111109, "SHA256", "68084774"}, {1111111109, "SHA512", "25091201"},
		{20000000000, "SHA1", "65353130"}, {20000000000, "SHA256", "77737706"}, {20000000000, "SHA512", "47863826"},
	} {
		key, err := parseTOTP(session.NewSecret("otpauth://totp/a:b?digits=8&algorithm=" + v.algorithm + "&secret=" + secrets[v.algorithm]))
		require.NoError(t, err)
		step, _ := key.step(time.Unix(v.at, 0))
		code, err := key.code(step)
		require.NoError(t, err)
		require.Equal(t, v.code, code.Reveal(), "%s at %d", v.algorithm, v.at)
	}
}

func TestParseTOTP_AcceptsSecretsAsPeopleCopyThem(t *testing.T) {
	t.Parallel()
	want, err := parseTOTP(session.NewSecret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
	require.NoError(t, err)
	for _, secret := range []string{
		"jbswy3dpehpk3pxpjbswy3dpehpk3pxp", " JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP ", "JBSWY3DP-EHPK3PXP-JBSWY3DP-EHPK3PXP==",
		"otpauth://totp/Site:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Site",
		"OTPAUTH://TOTP/Site:alice?secret=jbswy3dpehpk3pxpjbswy3dpehpk3pxp&algorithm=sha1&digits=6&period=30",
	} {
		got, err := parseTOTP(session.NewSecret(secret))
		require.NoError(t, err, secret)
		require.Equal(t, want, got)
	}
}

func TestTOTPStep_AlwaysHasTimeLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := &totpKey{period: rapid.Int64Range(1, totpMaxPeriod).Draw(t, "period")}
		now := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "now"), 0)
		step, left := key.step(now)
		if left <= 0 || left > time.Duration(key.period)*time.Second {
			t.Fatalf("left is %s of %d s", left, key.period)
		}
		if next, _ := key.step(now.Add(left)); next != step+1 {
			t.Fatalf("step %d is followed by %d", step, next)
		}
	})
}
