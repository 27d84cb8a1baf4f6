package vault

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/anteroom/anteroom/session"
)

var (
	// ErrNotOpened: a sealed value was changed, belongs to another row, or was sealed by another vault.
	ErrNotOpened = errors.New("sealed value does not open: it was changed, moved from another row, or sealed by another vault")
	// ErrUnknownKey comes with ErrNotOpened when the value names a key that this vault does not hold: the process
	// opened the key file before it was rotated, or has an older copy of it.
	ErrUnknownKey = errors.New("sealed with a key that this key file does not hold: use the newest copy of the key file and restart")
	// ErrContext: a Context lacks a part.
	ErrContext = errors.New("a sealed value needs a workspace, a kind and an id")
)

// Context says where a sealed value belongs. It is not stored with the value: who opens it must name the same
// context, so a value that is copied to another row, kind or workspace does not open there. All parts are required.
type Context struct {
	// Workspace owns the value.
	Workspace string
	// Kind says what the value is, usually table and column: "operation.parameters".
	Kind string
	// ID is the id of the row.
	ID string
}

func (c Context) associatedData() ([]byte, error) {
	if c.Workspace == "" || c.Kind == "" || c.ID == "" {
		return nil, ErrContext
	}
	return encodeFields(tagValue, c.Workspace, c.Kind, c.ID), nil
}

// Seal encrypts plaintext for ctx. The result is 33 bytes longer: key id, nonce and tag. Sealing the same twice gives
// different results. The error is ErrContext, or one of Tink's that holds no plaintext.
func (v *Vault) Seal(plaintext []byte, ctx Context) ([]byte, error) {
	aad, err := ctx.associatedData()
	if err != nil {
		return nil, fmt.Errorf("seal %q: %w", ctx.Kind, err)
	}
	sealed, err := v.keys.Load().aead.Encrypt(plaintext, aad)
	if err != nil {
		return nil, fmt.Errorf("seal %q: %w", ctx.Kind, err)
	}
	return sealed, nil
}

// Open decrypts what Seal gave for the same ctx. The error is ErrContext or ErrNotOpened, with ErrUnknownKey where
// that is the reason.
func (v *Vault) Open(sealed []byte, ctx Context) ([]byte, error) {
	aad, err := ctx.associatedData()
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", ctx.Kind, err)
	}
	plaintext, err := v.keys.Load().open(sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", ctx.Kind, err)
	}
	return plaintext, nil
}

// SealSecret seals the value of secret.
func (v *Vault) SealSecret(secret session.Secret, ctx Context) ([]byte, error) {
	return v.Seal([]byte(secret.Reveal()), ctx)
}

// OpenSecret opens what SealSecret gave.
func (v *Vault) OpenSecret(sealed []byte, ctx Context) (session.Secret, error) {
	plaintext, err := v.Open(sealed, ctx)
	if err != nil {
		return session.Secret{}, err
	}
	return session.NewSecret(string(plaintext)), nil
}

func (k *keys) open(sealed, aad []byte) ([]byte, error) {
	plaintext, err := k.aead.Decrypt(sealed, aad)
	switch {
	case err == nil:
		return plaintext, nil
	case !k.holdsKeyOf(sealed):
		return nil, fmt.Errorf("%w: %w", ErrNotOpened, ErrUnknownKey)
	}
	return nil, ErrNotOpened
}

// holdsKeyOf reads the key id that Tink puts in front of a ciphertext: 0x01 and the id, big endian
// (https://developers.google.com/tink/wire-format). True for what does not look like a ciphertext.
func (k *keys) holdsKeyOf(sealed []byte) bool {
	if len(sealed) < 5 || sealed[0] != 1 {
		return true
	}
	id := binary.BigEndian.Uint32(sealed[1:5])
	for i := range k.sealing.Len() {
		if entry, err := k.sealing.Entry(i); err == nil && entry.KeyID() == id {
			return true
		}
	}
	return false
}
