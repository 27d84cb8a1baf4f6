package loginlab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Passkey is a discoverable credential, with the names of WebAuthn.Credential of the DevTools protocol.
type Passkey struct {
	// CredentialID, PrivateKey (PKCS #8) and UserHandle are standard base64.
	CredentialID         string `json:"credentialId"`
	IsResidentCredential bool   `json:"isResidentCredential"`
	// RPID is the host name that the lab is opened by.
	RPID       string `json:"rpId"`
	PrivateKey string `json:"privateKey"`
	UserHandle string `json:"userHandle"`
	// SignCount is the last one that the lab saw: it refuses one that does not grow (WebAuthn, section 7.2, step 22).
	SignCount       uint32 `json:"signCount"`
	UserName        string `json:"userName,omitempty"`
	UserDisplayName string `json:"userDisplayName,omitempty"`
}

// passkey returns an account's passkey. The caller holds l.mu.
func (l *Lab) passkey(site, user, host string) *Passkey {
	private, err := x509.MarshalPKCS8PrivateKey(l.passkeyPrivate(site, user))
	if err != nil {
		panic("loginlab: a P-256 key has no PKCS #8 form: " + err.Error()) // cannot happen
	}
	count, _ := l.signCounts.get(accountKey(site, user))
	return &Passkey{
		CredentialID:         base64.StdEncoding.EncodeToString(l.derive("passkey id", site, user)),
		IsResidentCredential: true, RPID: host,
		PrivateKey: base64.StdEncoding.EncodeToString(private),
		UserHandle: base64.StdEncoding.EncodeToString(userHandle(user)),
		SignCount:  count, UserName: user, UserDisplayName: user,
	}
}

// maxUserHandle is WebAuthn's limit, in bytes (section 5.4.3).
const maxUserHandle = 64

// userHandle is the user name itself: the lab keeps no list of accounts to look an id up in.
func userHandle(user string) []byte { return []byte(user[:min(len(user), maxUserHandle)]) }

// passkeyPrivate returns the key of an account's passkey.
func (l *Lab) passkeyPrivate(site, user string) *ecdsa.PrivateKey {
	curve := elliptic.P256()
	// One below the order of the curve, so that every derived number plus one is a private key.
	top := new(big.Int).Sub(curve.Params().N, big.NewInt(1))
	d := new(big.Int).SetBytes(l.derive("passkey key", site, user))
	d.Mod(d, top).Add(d, big.NewInt(1))
	key, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, curve.Params().BitSize/8)))
	if err != nil {
		panic("loginlab: a number of the right range is no private key: " + err.Error()) // cannot happen
	}
	return key
}

// assertion is what a page's script sends of a PublicKeyCredential; every value is base64url without padding.
type assertion struct {
	ID                string `json:"id"`
	ClientDataJSON    string `json:"clientDataJSON"` //nolint:tagliatelle // WebAuthn's own name
	AuthenticatorData string `json:"authenticatorData"`
	Signature         string `json:"signature"`
	UserHandle        string `json:"userHandle"`
}

// relyingParty is who an assertion must have been made for.
type relyingParty struct {
	// id is the host name, origin the scheme, host and port of the page.
	id, origin string
	// challenge is base64url without padding.
	challenge string
}

// The parts of authenticator data (WebAuthn, section 6.1).
const (
	rpIDHashLength = 32
	flagsAt        = 32
	countAt        = 33
	minAuthData    = 37
	flagUserIsHere = 0x01
)

var errAssertion = errors.New("the assertion is not valid")

// verifyAssertion checks an assertion by WebAuthn, section 7.2, for the account that its user handle names; user is the
// account that the login is about, and empty when that is not known yet. It returns the account and uses the counter up.
// The caller holds l.mu.
func (l *Lab) verifyAssertion(rp relyingParty, site, user, text string) (string, error) {
	var a assertion
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return "", fmt.Errorf("%w: it is not JSON", errAssertion)
	}
	handle, err := base64.RawURLEncoding.DecodeString(a.UserHandle)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: the user handle is not base64url", errAssertion)
	case user == "":
		user = string(handle)
	case len(handle) > 0 && string(handle) != string(userHandle(user)):
		return "", fmt.Errorf("%w: it is another user's", errAssertion)
	}
	if user == "" || a.ID != base64.RawURLEncoding.EncodeToString(l.derive("passkey id", site, user)) {
		return "", fmt.Errorf("%w: the credential is unknown", errAssertion)
	}
	count, err := rp.check(&l.passkeyPrivate(site, user).PublicKey, a)
	if err != nil {
		return "", err
	}
	key := accountKey(site, user)
	if last, _ := l.signCounts.get(key); count <= last && (count != 0 || last != 0) {
		return "", fmt.Errorf("%w: the counter did not grow", errAssertion)
	}
	l.signCounts.put(key, count)
	return user, nil
}

// check verifies client data, authenticator data and signature, and returns the signature counter.
func (rp relyingParty) check(public *ecdsa.PublicKey, a assertion) (uint32, error) {
	clientData, err1 := base64.RawURLEncoding.DecodeString(a.ClientDataJSON)
	authData, err2 := base64.RawURLEncoding.DecodeString(a.AuthenticatorData)
	signature, err3 := base64.RawURLEncoding.DecodeString(a.Signature)
	if err := errors.Join(err1, err2, err3); err != nil {
		return 0, fmt.Errorf("%w: a part is not base64url", errAssertion)
	}
	if err := rp.checkClientData(clientData); err != nil {
		return 0, err
	}
	hash := sha256.Sum256([]byte(rp.id))
	switch {
	case len(authData) < minAuthData:
		return 0, fmt.Errorf("%w: the authenticator data is too short", errAssertion)
	case string(authData[:rpIDHashLength]) != string(hash[:]):
		return 0, fmt.Errorf("%w: it is for another relying party", errAssertion)
	case authData[flagsAt]&flagUserIsHere == 0:
		return 0, fmt.Errorf("%w: nobody was present", errAssertion)
	}
	clientHash := sha256.Sum256(clientData)
	signed := sha256.Sum256(append(slices.Clip(authData), clientHash[:]...))
	if !ecdsa.VerifyASN1(public, signed[:], signature) {
		return 0, fmt.Errorf("%w: the signature is wrong", errAssertion)
	}
	return binary.BigEndian.Uint32(authData[countAt:minAuthData]), nil
}

func (rp relyingParty) checkClientData(raw []byte) error {
	var c struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		Origin    string `json:"origin"`
	}
	switch {
	case json.Unmarshal(raw, &c) != nil:
		return fmt.Errorf("%w: the client data is not JSON", errAssertion)
	case c.Type != "webauthn.get":
		return fmt.Errorf("%w: it was made for something else", errAssertion)
	case c.Challenge != rp.challenge:
		return fmt.Errorf("%w: the challenge is another one", errAssertion)
	case c.Origin != rp.origin:
		return fmt.Errorf("%w: the page was another one", errAssertion)
	}
	return nil
}
