package service

import (
	"encoding/base32"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/session"
)

// Parameters whose form is known; see the documentation of StartRequest in openapi.yaml.
const (
	ParameterTOTPSecret   = "totpSecret"
	ParameterPasskey      = "passkey"
	ParameterBackupCodes  = "backupCodes"
	ParameterOrganisation = "organisation"
)

// Bounds of parameters: more than any site uses.
const (
	maxBackupCodes      = 100
	maxBackupCodeLength = 64
	maxOrganisation     = 256
)

// parameterFault says what is wrong with the form of a parameter, without quoting it; "" for nothing. An empty value counts as
// none, and what is not known may have any form.
func parameterFault(name string, value session.Secret) string {
	if value.IsZero() {
		return ""
	}
	switch name {
	case ParameterTOTPSecret:
		if !isOTPSecret(strings.TrimSpace(value.Reveal())) {
			return "is neither base32 nor an otpauth://totp/ or otpauth://hotp/ URI with 6 to 8 digits"
		}
	case ParameterPasskey:
		if _, err := session.ParsePasskey(value); err != nil {
			return "is no passkey: give WebAuthn.Credential of the DevTools protocol, with credentialId and privateKey in base64"
		}
	case ParameterBackupCodes:
		return backupCodesFault(value.Reveal())
	case ParameterOrganisation:
		if utf8.RuneCountInString(value.Reveal()) > maxOrganisation || hasControl(value.Reveal()) || strings.TrimSpace(value.Reveal()) == "" {
			return "must be a name of up to " + strconv.Itoa(maxOrganisation) + " characters, without control characters"
		}
	}
	return ""
}

func backupCodesFault(list string) string {
	codes := strings.FieldsFunc(list, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	if len(codes) == 0 || len(codes) > maxBackupCodes {
		return "must hold 1 to " + strconv.Itoa(maxBackupCodes) + " codes, separated by white space, commas or semicolons"
	}
	if slices.ContainsFunc(codes, func(code string) bool { return len(code) > maxBackupCodeLength }) {
		return "holds a code of more than " + strconv.Itoa(maxBackupCodeLength) + " bytes; separate codes by white space, commas or semicolons"
	}
	return ""
}

// isOTPSecret accepts what authenticators accept: base32 as people copy it (lower case, spaces, hyphens, padding), or the URI
// of a QR code (Key URI Format of Google Authenticator; RFC 4226, RFC 6238).
func isOTPSecret(raw string) bool {
	if !strings.HasPrefix(strings.ToLower(raw), "otpauth:") {
		return isBase32(raw)
	}
	u, err := url.Parse(raw)
	if err != nil || !slices.Contains([]string{"totp", "hotp"}, strings.ToLower(u.Host)) {
		return false
	}
	q := u.Query()
	algorithm := strings.ToUpper(strings.ReplaceAll(q.Get("algorithm"), "-", ""))
	return isBase32(q.Get("secret")) && between(q.Get("digits"), 6, 8) && between(q.Get("period"), 1, 300) &&
		slices.Contains([]string{"", "SHA1", "SHA256", "SHA512"}, algorithm)
}

func isBase32(text string) bool {
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(text))
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	return err == nil && len(key) > 0
}

// between reports whether text is absent or a number from low to high.
func between(text string, low, high int) bool {
	if text == "" {
		return true
	}
	n, err := strconv.Atoi(text)
	return err == nil && n >= low && n <= high
}
