package loginlab

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// surelySecretLength is the length from which a secret is searched for anywhere in a text. A
// shorter one (a six-digit code) must stand alone, or it would be found by chance.
const surelySecretLength = 8

// recentCodes is how many of the last texted codes are searched for. A random six-digit
// number is one of them by chance once in 15,000 times.
const recentCodes = 64

// knownSecret is one value that must arrive in its field only.
type knownSecret struct {
	kind  SecretKind
	value string
	// owners lists for whom it is; empty when for every account.
	owners []account
}

type knownSecrets []knownSecret

// maxTold is how many secrets of single accounts are searched for: those of the last logins at sites that have such secrets.
const maxTold = 128

// knownSecrets lists what to search for now, in a request to a site with a factor. The caller holds l.mu.
func (l *Lab) knownSecrets(f Factor) knownSecrets {
	known := knownSecrets{
		{kind: SecretPassword, value: l.options.Password},
		{kind: SecretTOTPSecret, value: l.TOTPSecret()},
	}
	authenticators := []authenticator{authenticatorOf(FactorTOTP)}
	if f.generated() && f != FactorTOTP && f != FactorTOTPInForm {
		authenticators = append(authenticators, authenticatorOf(f))
	}
	for _, a := range authenticators {
		for _, counter := range a.window(l.options.Now(), 0, false) {
			known = append(known, knownSecret{kind: SecretTOTPCode, value: a.code(l.options.TOTPKey, counter)})
		}
	}
	return slices.Concat(known, l.textedSecrets(), l.told.entries)
}

// textedSecrets lists the last codes; accounts that were sent the same one share an entry.
func (l *Lab) textedSecrets() knownSecrets {
	var texted knownSecrets
	place := make(map[string]int)
	for i := range min(recentCodes, len(l.messages.entries)) {
		m := l.messages.newest(i)
		at, seen := place[m.Code]
		if !seen {
			at = len(texted)
			place[m.Code] = at
			texted = append(texted, knownSecret{kind: SecretTextedCode, value: m.Code})
		}
		texted[at].owners = append(texted[at].owners, account{m.Site, m.User})
	}
	return texted
}

// find returns the secrets that a value holds, in any spelling it may travel in.
func (k knownSecrets) find(value string) knownSecrets {
	var found knownSecrets
	texts := spellings(value)
	for _, secret := range k {
		wanted := strings.ToLower(secret.value)
		if slices.ContainsFunc(texts, func(text string) bool { return holds(text, wanted) }) {
			found = append(found, secret)
		}
	}
	return found
}

// holds reports whether text contains the secret; both are in lower case.
func holds(text, secret string) bool {
	if len(secret) >= surelySecretLength {
		return strings.Contains(text, secret)
	}
	for from := 0; secret != ""; {
		i := strings.Index(text[from:], secret)
		if i < 0 {
			return false
		}
		start := from + i
		if standsAlone(text, start, start+len(secret)) {
			return true
		}
		from = start + 1
	}
	return false
}

// standsAlone reports whether text[start:end] has no letter or digit beside it.
func standsAlone(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !isWordRune(before) && !isWordRune(after)
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// spellings returns a value as it is, percent-decoded, and what its parts decode to as
// base64 ("Authorization: Basic …"); all in lower case.
func spellings(value string) []string {
	texts := []string{value}
	if unescaped, err := url.QueryUnescape(value); err == nil && unescaped != value {
		texts = append(texts, unescaped)
	}
	// A slash is both a letter of base64 and what separates the parts of a path.
	for _, separators := range []string{partSeparators, partSeparators + "/"} {
		for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if decoded, ok := decodeBase64(part); ok {
				texts = append(texts, decoded)
			}
		}
	}
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	return texts
}

const partSeparators = " ,;&?=:\"'."

// decodeBase64 takes the standard and the URL alphabet, with and without padding.
func decodeBase64(part string) (string, bool) {
	if len(part) < surelySecretLength {
		return "", false
	}
	part = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(part), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(part)
	return string(decoded), err == nil && utf8.Valid(decoded)
}
