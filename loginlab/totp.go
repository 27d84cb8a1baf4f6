package loginlab

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default; authenticator apps expect it
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

const (
	// totpPeriod is RFC 6238's default time step, in seconds.
	totpPeriod = 30
	totpDigits = 6
	// totpSkew is how many steps a code may be early or late (RFC 6238, section 5.2).
	totpSkew = 1
)

// totpStep returns the number of the time step of t (RFC 6238, section 4.2).
func totpStep(t time.Time) int64 { return t.Unix() / totpPeriod }

// hotp computes a code by RFC 4226, section 5.3, with HMAC-SHA-1.
func hotp(key []byte, counter int64, digits int) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash never fails to be written to
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:offset+4]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, number%modulus)
}

// TOTPSecret returns every account's TOTP secret in base32 without padding, as a site
// shows it to be entered by hand: SHA-1, 6 digits, 30 seconds.
func (l *Lab) TOTPSecret() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(l.options.TOTPKey)
}

// TOTPCode returns the code that an authenticator shows at a moment.
func (l *Lab) TOTPCode(at time.Time) string {
	return hotp(l.options.TOTPKey, totpStep(at), totpDigits)
}

// useTOTP checks a code for an account and uses its step up: a step that was used, or one
// before it, is refused as reused. The caller holds l.mu.
func (l *Lab) useTOTP(site, user, code string) Outcome {
	now, account := totpStep(l.options.Now()), accountKey(site, user)
	last, used := l.lastStep.get(account)
	outcome := OutcomeWrong
	for step := now - totpSkew; step <= now+totpSkew; step++ {
		if !equal(code, hotp(l.options.TOTPKey, step, totpDigits)) {
			continue
		}
		if used && step <= last {
			outcome = OutcomeReused
			continue
		}
		l.lastStep.put(account, step)
		return OutcomeOK
	}
	return outcome
}
