package login

import (
	"context"
	"encoding/base32"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/anteroom/anteroom/session"
)

// totpReserve is how much of a time step must be left for its code to be typed and to arrive.
const totpReserve = 5 * time.Second

// maxSteps is how many time steps are waited for when each was spent by somebody else.
const maxSteps = 4

// maxTOTPTries is how many computed codes are tried.
const maxTOTPTries = 2

// Defaults and bounds of otpauth URIs (the Key URI Format of Google Authenticator; RFC 4226, RFC 6238).
const (
	totpPeriod    = 30
	totpMaxPeriod = 300
	totpMinDigits = 6
	totpMaxDigits = 8
)

// errOTPSecret is the only error of parseOTP: it says nothing of the secret.
var errOTPSecret = errors.New("the secret is neither base32 nor an otpauth://totp/ or otpauth://hotp/ URI")

// otpKey computes one-time codes: by time (TOTP, RFC 6238) or by a counter (HOTP, RFC 4226).
type otpKey struct {
	secret    string
	algorithm otp.Algorithm
	digits    otp.Digits
	// period is the length of a time step in seconds; 0 for HOTP.
	period int64
	// counter is the first counter of a HOTP key.
	counter int64
}

// parseOTP reads a secret in base32, as people copy it (lower case, spaces, hyphens, padding), or an otpauth URI.
func parseOTP(secret session.Secret) (*otpKey, error) {
	raw := strings.TrimSpace(secret.Reveal())
	if strings.HasPrefix(strings.ToLower(raw), "otpauth:") {
		return parseOTPAuth(raw)
	}
	return newOTPKey(raw, otpKey{algorithm: otp.AlgorithmSHA1, digits: totpMinDigits, period: totpPeriod})
}

func parseOTPAuth(raw string) (*otpKey, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errOTPSecret
	}
	q := u.Query()
	algorithm, ok := map[string]otp.Algorithm{
		"": otp.AlgorithmSHA1, "SHA1": otp.AlgorithmSHA1, "SHA256": otp.AlgorithmSHA256, "SHA512": otp.AlgorithmSHA512,
	}[strings.ToUpper(strings.ReplaceAll(q.Get("algorithm"), "-", ""))]
	digits, digitsErr := number(q.Get("digits"), totpMinDigits)
	key := otpKey{algorithm: algorithm, digits: otp.Digits(digits)}
	var movingErr error
	switch strings.ToLower(u.Host) {
	case "totp":
		key.period, movingErr = number(q.Get("period"), totpPeriod)
		ok = ok && key.period >= 1 && key.period <= totpMaxPeriod
	case "hotp":
		key.counter, movingErr = number(q.Get("counter"), 0)
		ok = ok && key.counter >= 0
	default:
		ok = false
	}
	if !ok || digitsErr != nil || movingErr != nil {
		return nil, errOTPSecret
	}
	return newOTPKey(q.Get("secret"), key)
}

func newOTPKey(secret string, key otpKey) (*otpKey, error) {
	key.secret = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(secret))
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key.secret)
	if err != nil || len(raw) == 0 || key.digits < totpMinDigits || key.digits > totpMaxDigits {
		return nil, errOTPSecret
	}
	return &key, nil
}

func number(s string, def int64) (int64, error) {
	if s == "" {
		return def, nil
	}
	return strconv.ParseInt(s, 10, 64)
}

// timed reports whether the codes go by time.
func (k *otpKey) timed() bool { return k.period > 0 }

// step returns the number of the time step that now is in, and how much of it is left.
func (k *otpKey) step(now time.Time) (int64, time.Duration) {
	step := now.Unix() / k.period
	return step, time.Unix((step+1)*k.period, 0).Sub(now)
}

// reserve is how much of a time step must be left for its code to be worth typing.
func (k *otpKey) reserve() time.Duration {
	return min(totpReserve, time.Duration(k.period)*time.Second/2)
}

// code returns the code of a time step or counter.
func (k *otpKey) code(step int64) (session.Secret, error) {
	code, err := hotp.GenerateCodeCustom(k.secret, uint64(step), hotp.ValidateOpts{Digits: k.digits, Algorithm: k.algorithm}) //nolint:gosec // steps since 1970 and counters are not negative
	if err != nil {
		return session.Secret{}, errOTPSecret
	}
	return session.NewSecret(code), nil
}

// readOTP reads the parameter totpSecret, so that a bad one is found before anything is submitted.
func (r *run) readOTP() *session.Failure {
	secret, ok := r.in.Parameters.Get(ParameterTOTPSecret)
	if !ok {
		return nil
	}
	key, err := parseOTP(secret)
	if err != nil {
		return session.NewFailure(session.FailureNeedsUser, "totp_secret_invalid",
			"The parameter totpSecret is neither base32 nor an otpauth://totp/ or otpauth://hotp/ URI with 6 to 8 digits; nothing was submitted.")
	}
	r.otp = key
	return nil
}

// computeCode returns a code that nobody has used; nil when the page became another while it waited for one.
func (r *run) computeCode(ctx context.Context) (*oneTimeCode, error) {
	if r.otp.timed() {
		return r.timedCode(ctx)
	}
	counter, err := r.gate.NextCounter(ctx, r.otp.counter)
	if err != nil {
		return nil, err
	}
	value, err := r.otp.code(counter)
	return &oneTimeCode{value: value, key: "hotp:" + strconv.FormatInt(counter, 10), computed: true}, err
}

// timedCode waits for a time step that nobody spent and that has enough time left. Each wait is at most one period.
func (r *run) timedCode(ctx context.Context) (*oneTimeCode, error) {
	for range maxSteps {
		step, left := r.otp.step(r.clock.Now())
		if step > r.progress.LastTOTPStep && left >= r.otp.reserve() {
			granted, err := r.gate.Spend(ctx, SpendTOTPStep, strconv.FormatInt(step, 10))
			if err != nil {
				return nil, err
			}
			if granted {
				value, err := r.otp.code(step)
				return &oneTimeCode{value: value, key: "totp:" + strconv.FormatInt(step, 10), step: step, computed: true}, err
			}
		}
		if err := r.clock.Sleep(ctx, left); err != nil {
			return nil, err
		}
		if same, err := r.refresh(ctx); err != nil || !same {
			return nil, err
		}
	}
	return nil, r.failure(session.FailureSite, "totp_steps_spent", "Every code of the last minutes was used by another login of the account.", nil)
}
