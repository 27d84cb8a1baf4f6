package loginlab

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238's default; authenticator apps expect it
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"time"
)

const (
	// totpPeriod is RFC 6238's default time step, in seconds.
	totpPeriod = 30
	totpDigits = 6
	// totpSkew is how many steps a code may be early or late (RFC 6238, section 5.2).
	totpSkew = 1
	// hotpWindow is how many counters ahead a code may be (RFC 4226, section 7.4).
	hotpWindow = 10
)

// authenticator says how the codes of a factor are made.
type authenticator struct {
	newHash func() hash.Hash
	// algorithm is the name of newHash in otpauth URIs.
	algorithm string
	digits    int
	// period is in seconds; 0 for a counter.
	period int64
}

// authenticatorOf returns how the codes of a factor are made: RFC 6238's defaults unless the factor says otherwise.
func authenticatorOf(f Factor) authenticator {
	a := authenticator{newHash: sha1.New, algorithm: "SHA1", digits: totpDigits, period: totpPeriod}
	switch f { //nolint:exhaustive // the others have the defaults
	case FactorTOTPSHA256:
		a.newHash, a.algorithm = sha256.New, "SHA256"
	case FactorTOTP8Digits:
		a.digits = 8
	case FactorTOTP60s:
		a.period = 60
	case FactorHOTP:
		a.period = 0
	}
	return a
}

// step returns the number of the time step of t (RFC 6238, section 4.2).
func (a authenticator) step(t time.Time) int64 { return t.Unix() / a.period }

// code computes a code by RFC 4226, section 5.3, with the authenticator's hash in place of HMAC-SHA-1.
func (a authenticator) code(key []byte, counter int64) string {
	mac := hmac.New(a.newHash, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash never fails to be written to
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[offset:offset+4]) & 0x7fffffff
	modulus := uint32(1)
	for range a.digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", a.digits, number%modulus)
}

// window lists the counters that are right now, oldest first.
func (a authenticator) window(now time.Time, last int64, used bool) []int64 {
	first, size := int64(0), int64(hotpWindow)
	if a.period == 0 {
		if used {
			first = last + 1
		}
	} else {
		first, size = a.step(now)-totpSkew, 2*totpSkew+1
	}
	counters := make([]int64, size)
	for i := range counters {
		counters[i] = first + int64(i)
	}
	return counters
}

// uri returns the otpauth URI of an account, as authenticator apps read it from a QR code. counter counts for HOTP only.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func (a authenticator) uri(key []byte, user string, counter int64) string {
	q := url.Values{
		"secret": {encodeKey(key)}, "issuer": {brand}, "algorithm": {a.algorithm}, "digits": {strconv.Itoa(a.digits)},
	}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + brand + ":" + user}
	if a.period == 0 {
		u.Host = "hotp"
		q.Set("counter", strconv.FormatInt(counter, 10))
	} else {
		q.Set("period", strconv.FormatInt(a.period, 10))
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func encodeKey(key []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
}

// TOTPSecret returns every account's TOTP secret in base32 without padding, as a site
// shows it to be entered by hand: SHA-1, 6 digits, 30 seconds, but where the site's factor says otherwise.
func (l *Lab) TOTPSecret() string { return encodeKey(l.options.TOTPKey) }

// TOTPCode returns the code that an authenticator shows at a moment.
func (l *Lab) TOTPCode(at time.Time) string {
	a := authenticatorOf(FactorTOTP)
	return a.code(l.options.TOTPKey, a.step(at))
}

// useCode checks an authenticator's code for an account and uses its step or counter up: one that was used, or one
// before it, is refused as reused. The caller holds l.mu.
func (l *Lab) useCode(f Factor, site, user, code string) Outcome {
	a, account := authenticatorOf(f), accountKey(site, user)
	last, used := l.lastStep.get(account)
	outcome := OutcomeWrong
	for _, counter := range a.window(l.options.Now(), last, used) {
		if !equal(code, a.code(l.options.TOTPKey, counter)) {
			continue
		}
		if used && counter <= last {
			outcome = OutcomeReused
			continue
		}
		l.lastStep.put(account, counter)
		return OutcomeOK
	}
	return outcome
}
