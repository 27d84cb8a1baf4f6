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
		key, err := parseOTP(session.NewSecret("otpauth://totp/a:b?digits=8&algorithm=" + v.algorithm + "&secret=" + secrets[v.algorithm]))
		require.NoError(t, err)
		step, _ := key.step(time.Unix(v.at, 0))
		code, err := key.code(step)
		require.NoError(t, err)
		require.Equal(t, v.code, code.Reveal(), "%s at %d", v.algorithm, v.at)
	}
}

func TestParseOTP_AcceptsSecretsAsPeopleCopyThem(t *testing.T) {
	t.Parallel()
	want, err := parseOTP(session.NewSecret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
	require.NoError(t, err)
	for _, secret := range []string{
		"jbswy3dpehpk3pxpjbswy3dpehpk3pxp", " JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP ", "JBSWY3DP-EHPK3PXP-JBSWY3DP-EHPK3PXP==",
		"otpauth://totp/Site:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Site",
		"OTPAUTH://TOTP/Site:alice?secret=jbswy3dpehpk3pxpjbswy3dpehpk3pxp&algorithm=sha1&digits=6&period=30",
	} {
		got, err := parseOTP(session.NewSecret(secret))
		require.NoError(t, err, secret)
		require.Equal(t, want, got)
	}
}

func TestTOTPStep_AlwaysHasTimeLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := &otpKey{period: rapid.Int64Range(1, totpMaxPeriod).Draw(t, "period")}
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

// The vectors of RFC 4226, appendix D.
func TestHOTP_OnTheVectorsOfRFC4226_GivesTheirCodes(t *testing.T) {
	t.Parallel()
	key, err := parseOTP(session.NewSecret("otpauth://hotp/a:b?counter=3&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))
	require.NoError(t, err)
	require.False(t, key.timed())
	require.Equal(t, int64(3), key.counter)
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		code, err := key.code(int64(counter))
		require.NoError(t, err)
		require.Equal(t, want, code.Reveal(), "counter %d", counter)
	}
}

func TestParseOTP_OfAnything_NeverPanicsAndKeepsItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching(`otpauth://(totp|hotp|x)/a\?secret=[A-Z2-7= ]{0,20}&digits=-?[0-9]{0,3}&period=-?[0-9]{0,4}&counter=-?[0-9]{0,20}`)).Draw(t, "secret")
		key, err := parseOTP(session.NewSecret(raw))
		if err != nil {
			if err.Error() != errOTPSecret.Error() {
				t.Fatalf("the error speaks of the secret: %v", err)
			}
			return
		}
		if key.digits < totpMinDigits || key.digits > totpMaxDigits || key.period < 0 || key.period > totpMaxPeriod || key.counter < 0 {
			t.Fatalf("%+v", key)
		}
	})
}
