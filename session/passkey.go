package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
)

// ErrPasskey is the only error of ParsePasskey: it says nothing of the key.
var ErrPasskey = errors.New("the passkey is not a WebAuthn.Credential of the DevTools protocol, as JSON")

// Passkey is a discoverable credential of WebAuthn, with the names of the DevTools protocol's WebAuthn.Credential. It
// holds a private key: seal it as every secret.
type Passkey struct {
	// CredentialID, PrivateKey (PKCS #8) and UserHandle are base64.
	CredentialID         string `json:"credentialId"`
	IsResidentCredential bool   `json:"isResidentCredential"`
	RPID                 string `json:"rpId,omitempty"`
	PrivateKey           Secret `json:"privateKey"`
	UserHandle           string `json:"userHandle,omitempty"`
	// SignCount grows with every use; a site may refuse one that does not.
	SignCount       int64  `json:"signCount"`
	UserName        string `json:"userName,omitempty"`
	UserDisplayName string `json:"userDisplayName,omitempty"`
}

// ParsePasskey reads a passkey from its JSON. The error is ErrPasskey.
func ParsePasskey(document Secret) (Passkey, error) {
	raw := struct {
		Passkey

		PrivateKey string `json:"privateKey"`
	}{}
	if json.Unmarshal([]byte(document.Reveal()), &raw) != nil {
		return Passkey{}, ErrPasskey
	}
	for _, field := range []string{raw.CredentialID, raw.PrivateKey} {
		if b, err := base64.StdEncoding.DecodeString(field); err != nil || len(b) == 0 {
			return Passkey{}, ErrPasskey
		}
	}
	key := raw.Passkey
	key.PrivateKey = NewSecret(raw.PrivateKey)
	return key, nil
}
