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

// Defaults and bounds of otpauth URIs (the Key URI Format of Google Authenticator; RFC 6238).
const (
	totpPeriod    = 30
	totpMaxPeriod = 300
	totpMinDigits = 6
	totpMaxDigits = 8
)

// errTOTPSecret is the only error of parseTOTP: it says nothing of the secret.
var errTOTPSecret = errors.New("the TOTP secret is neither base32 nor an otpauth://totp/ URI")

// totpKey computes time-based one-time codes (RFC 6238).
type totpKey struct {
	secret    string
	algorithm otp.Algorithm
	digits    otp.Digits
	period    int64
}

// parseTOTP reads a secret in base32, as people copy it (lower case, spaces, hyphens, padding), or an otpauth URI.
func parseTOTP(secret session.Secret) (*totpKey, error) {
	raw := strings.TrimSpace(secret.Reveal())
	if strings.HasPrefix(strings.ToLower(raw), "otpauth:") {
		return parseOTPAuth(raw)
	}
	return newTOTPKey(raw, otp.AlgorithmSHA1, totpMinDigits, totpPeriod)
}

func parseOTPAuth(raw string) (*totpKey, error) {
	u, err := url.Parse(raw)
	if err != nil || !strings.EqualFold(u.Host, "totp") {
		return nil, errTOTPSecret
	}
	q := u.Query()
	algorithm, ok := map[string]otp.Algorithm{
		"": otp.AlgorithmSHA1, "SHA1": otp.AlgorithmSHA1, "SHA256": otp.AlgorithmSHA256, "SHA512": otp.AlgorithmSHA512,
	}[strings.ToUpper(strings.ReplaceAll(q.Get("algorithm"), "-", ""))]
	digits, digitsErr := number(q.Get("digits"), totpMinDigits)
	period, periodErr := number(q.Get("period"), totpPeriod)
	if !ok || digitsErr != nil || periodErr != nil {
		return nil, errTOTPSecret
	}
	return newTOTPKey(q.Get("secret"), algorithm, digits, int64(period))
}

func newTOTPKey(secret string, algorithm otp.Algorithm, digits int, period int64) (*totpKey, error) {
	secret = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(secret))
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil || len(key) == 0 || digits < totpMinDigits || digits > totpMaxDigits || period < 1 || period > totpMaxPeriod {
		return nil, errTOTPSecret
	}
	return &totpKey{secret: secret, algorithm: algorithm, digits: otp.Digits(digits), period: period}, nil
}

func number(s string, def int) (int, error) {
	if s == "" {
		return def, nil
	}
	return strconv.Atoi(s)
}

// step returns the number of the time step that now is in, and how much of it is left.
func (k *totpKey) step(now time.Time) (int64, time.Duration) {
	step := now.Unix() / k.period
	return step, time.Unix((step+1)*k.period, 0).Sub(now)
}

// code returns the code of a time step.
func (k *totpKey) code(step int64) (session.Secret, error) {
	code, err := hotp.GenerateCodeCustom(k.secret, uint64(step), hotp.ValidateOpts{Digits: k.digits, Algorithm: k.algorithm}) //nolint:gosec // steps since 1970 are positive
	if err != nil {
		return session.Secret{}, errTOTPSecret
	}
	return session.NewSecret(code), nil
}

// readTOTP reads the parameter totpSecret, so that a bad one is found before anything is submitted.
func (r *run) readTOTP() *session.Failure {
	secret, ok := r.in.Parameters.Get(ParameterTOTPSecret)
	if !ok {
		return nil
	}
	key, err := parseTOTP(secret)
	if err != nil {
		return session.NewFailure(session.FailureNeedsUser, "totp_secret_invalid",
			"The parameter totpSecret is neither base32 nor an otpauth://totp/ URI with 6 to 8 digits; nothing was submitted.")
	}
	r.totp = key
	return nil
}

// nextTOTP waits for a time step that was not used yet and has enough time left, and returns it with its code. The
// wait is at most one period and the reserve.
func (r *run) nextTOTP(ctx context.Context) (int64, session.Secret, error) {
	step, left := r.totp.step(r.clock.Now())
	for range 2 {
		if step > r.progress.LastTOTPStep && left >= min(totpReserve, time.Duration(r.totp.period)*time.Second/2) {
			break
		}
		if err := r.clock.Sleep(ctx, left); err != nil {
			return 0, session.Secret{}, err
		}
		step, left = r.totp.step(r.clock.Now())
	}
	code, err := r.totp.code(step)
	return step, code, err
}
