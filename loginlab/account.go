package loginlab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
)

// Account is everything that a login at one site with one user name takes. Its JSON names are those of Anteroom's
// parameters. What the site does not want is empty.
type Account struct {
	Username string `json:"username"`
	Password string `json:"password"`
	// Organisation is the tenant to name where the site asks for one.
	Organisation string `json:"organisation,omitempty"`
	// TOTPSecret is an otpauth URI: totp or hotp. The counter of the latter is the next that the site accepts.
	TOTPSecret string `json:"totpSecret,omitempty"`
	// BackupCodes are the codes that were not used yet.
	BackupCodes []string `json:"backupCodes,omitempty"`
	// Passkey is a WebAuthn.Credential of the DevTools protocol.
	Passkey *Passkey `json:"passkey,omitempty"`
	// SecurityAnswer answers the site's security question. It is no parameter: a site asks when it wants to.
	SecurityAnswer string `json:"securityAnswer,omitempty"`
}

// DefaultUser is the user name of the manifest's accounts. Any other is an account as well; one that is an e-mail
// address suits every site, as some check the field's form.
const DefaultUser = "ada@fernwood.example"

// defaultOrganisation is the tenant of every account.
const defaultOrganisation = "Fernwood"

// Account returns what user logs in with at a site of the lab, as it stands now, when the lab is opened by host (without
// port), which the passkey is bound to. An unknown site has an account without second factor.
func (l *Lab) Account(siteName, user, host string) Account {
	a := l.account(siteName, user, host)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, code := range a.BackupCodes {
		l.told.add(knownSecret{kind: SecretBackupCode, value: code, owners: []account{{siteName, user}}})
	}
	if a.SecurityAnswer != "" {
		l.told.add(knownSecret{kind: SecretAnswer, value: a.SecurityAnswer, owners: []account{{siteName, user}}})
	}
	return a
}

func (l *Lab) account(siteName, user, host string) Account {
	a := Account{Username: user, Password: l.options.Password}
	s, ok := l.site(siteName)
	if !ok {
		return a
	}
	if s.Topology == TopologyTenantFirst {
		a.Organisation = defaultOrganisation
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := accountKey(s.Name, user)
	switch last, used := l.lastStep.get(key); {
	case s.Factor == FactorHOTP && used:
		a.TOTPSecret = authenticatorOf(s.Factor).uri(l.options.TOTPKey, user, last+1)
	case s.Factor.generated():
		a.TOTPSecret = authenticatorOf(s.Factor).uri(l.options.TOTPKey, user, 0)
	}
	switch s.Factor { //nolint:exhaustive // the others have no secret of their own
	case FactorBackupCode:
		a.BackupCodes = l.unspentBackupCodes(s.Name, user)
	case FactorSecurityQuestion:
		a.SecurityAnswer = l.securityAnswer(s.Name, user)
	case FactorPasskey:
		a.Passkey = l.passkey(s.Name, user, host)
	}
	return a
}

// site returns a site that is served.
func (l *Lab) site(name string) (Site, bool) {
	i, ok := l.byName[name]
	if !ok {
		return Site{}, false
	}
	return l.sites[i], true
}

// derive returns 32 bytes that belong to an account and a purpose. They are made from the lab's secrets, so that the
// lab need not remember the accounts that were ever used.
func (l *Lab) derive(purpose, site, user string) []byte {
	mac := hmac.New(sha256.New, append([]byte(l.options.Password+"\x00"), l.options.TOTPKey...))
	_, _ = mac.Write([]byte(purpose + "\x00" + accountKey(site, user))) // a hash never fails to be written to
	return mac.Sum(nil)
}

// backupCodeCount is how many backup codes an account has.
const backupCodeCount = 8

// codeAlphabet has no characters that people confuse.
const codeAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// backupCodes returns an account's backup codes, such as "k7wm-93tz".
func (l *Lab) backupCodes(site, user string) []string {
	codes := make([]string, backupCodeCount)
	for i := range codes {
		raw := l.derive("backup code "+string(rune('0'+i)), site, user)
		var b strings.Builder
		for j, x := range raw[:8] {
			if j == 4 {
				b.WriteByte('-')
			}
			b.WriteByte(codeAlphabet[int(x)%len(codeAlphabet)])
		}
		codes[i] = b.String()
	}
	return codes
}

// unspentBackupCodes leaves out those that were used. The caller holds l.mu.
func (l *Lab) unspentBackupCodes(site, user string) []string {
	spent, _ := l.spent.get(accountKey(site, user))
	return slices.DeleteFunc(l.backupCodes(site, user), func(code string) bool { return slices.Contains(spent, code) })
}

// useBackupCode checks a backup code and uses it up. The caller holds l.mu.
func (l *Lab) useBackupCode(site, user, typed string) Outcome {
	plain := func(code string) string { return strings.ToLower(strings.ReplaceAll(code, "-", "")) }
	for _, code := range l.backupCodes(site, user) {
		if !equal(plain(typed), plain(code)) {
			continue
		}
		key := accountKey(site, user)
		spent, _ := l.spent.get(key)
		if slices.Contains(spent, code) {
			return OutcomeReused
		}
		l.spent.put(key, append(slices.Clone(spent), code))
		return OutcomeOK
	}
	return OutcomeWrong
}

// securityAnswer returns the answer to an account's security question: a made-up name that no text holds by chance.
func (l *Lab) securityAnswer(site, user string) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	n := binary.BigEndian.Uint64(l.derive("security answer", site, user))
	var b strings.Builder
	for range 5 {
		b.WriteByte(consonants[n%uint64(len(consonants))])
		n /= uint64(len(consonants))
		b.WriteByte(vowels[n%uint64(len(vowels))])
		n /= uint64(len(vowels))
	}
	name := b.String()
	return strings.ToUpper(name[:1]) + name[1:]
}
