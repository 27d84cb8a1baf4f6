package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/anteroom/anteroom/session"
)

const (
	bundleFormat = "anteroom-vault-key"
	// bundleVersion grows when a program of before could not read the file any more.
	bundleVersion = 1
	// keyIDPrefix marks a vault's fingerprint.
	keyIDPrefix = "vk_"
	// idBytes is the size of derived ids: 128 bits, as session.NewID.
	idBytes = 16
)

// keyBundle is the content of a key file.
type keyBundle struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	KeyID   string `json:"keyId"`
	// Check is a keyed hash of Sealing: a damaged key would decode as another key and seal values that nobody can open.
	Check string `json:"check"`
	// Sealing is a Tink AEAD keyset: the primary key seals, all keys open.
	Sealing json.RawMessage `json:"sealing"`
	// Deriving is a Tink PRF keyset of one key. It is never rotated: derived ids are stored and must stay the same.
	Deriving json.RawMessage `json:"deriving"`
}

// keys are the opened keysets of one bundle. They never change once made.
type keys struct {
	sealing  *keyset.Handle
	deriving *keyset.Handle
	aead     tink.AEAD
	prf      prf.PRF
	id       string
	primary  uint32
}

var errNotABundle = errors.New("not a vault key bundle")

// newerBundleError carries the version that is too new.
type newerBundleError int

func (e newerBundleError) Error() string { return fmt.Sprintf("key bundle of version %d", int(e)) }

func generateKeys() (*keys, error) {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a sealing key: %w", err)
	}
	deriving, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a deriving key: %w", err)
	}
	return newKeys(sealing, deriving)
}

func newKeys(sealing, deriving *keyset.Handle) (*keys, error) {
	k := &keys{sealing: sealing, deriving: deriving}
	var err error
	if k.aead, err = aead.New(sealing); err != nil {
		return nil, errNotABundle
	}
	set, err := prf.NewPRFSet(deriving)
	if err != nil || len(set.PRFs) != 1 {
		return nil, errNotABundle
	}
	primary, err := sealing.Primary()
	if err != nil {
		return nil, errNotABundle
	}
	k.primary, k.prf = primary.KeyID(), set.PRFs[set.PrimaryID]
	if k.id, err = k.derive(keyIDPrefix, tagKeyID); err != nil {
		return nil, errNotABundle
	}
	return k, nil
}

// derive returns prefix and a keyed hash of the fields.
func (k *keys) derive(prefix string, fields ...string) (string, error) {
	sum, err := k.prf.ComputePRF(encodeFields(fields...), idBytes)
	if err != nil {
		return "", fmt.Errorf("compute a keyed hash: %w", err)
	}
	return prefix + session.EncodeID(sum), nil
}

// sealingID names the key that seals.
func (k *keys) sealingID() string { return strconv.FormatUint(uint64(k.primary), 10) }

// withNewPrimary returns the same keys and a new one that seals.
func (k *keys) withNewPrimary() (*keys, error) {
	manager := keyset.NewManagerFromHandle(k.sealing)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a sealing key: %w", err)
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("choose the new sealing key: %w", err)
	}
	sealing, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("read the new keyset: %w", err)
	}
	return newKeys(sealing, k.deriving)
}

func (k *keys) marshal() ([]byte, error) {
	sealing, err := marshalKeyset(k.sealing)
	if err != nil {
		return nil, err
	}
	deriving, err := marshalKeyset(k.deriving)
	if err != nil {
		return nil, err
	}
	check, err := k.derive("", tagCheck, string(sealing))
	if err != nil {
		return nil, err
	}
	b := keyBundle{
		Format: bundleFormat, Version: bundleVersion, KeyID: k.id, Check: check, Sealing: sealing, Deriving: deriving,
	}
	out, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the key bundle: %w", err)
	}
	return append(out, '\n'), nil
}

// unmarshalKeys reads a bundle. Its errors say nothing of the content: that is key material.
func unmarshalKeys(data []byte) (*keys, error) {
	b, err := decodeBundle(data)
	if err != nil {
		return nil, err
	}
	sealing, err := unmarshalKeyset(b.Sealing)
	if err != nil {
		return nil, err
	}
	deriving, err := unmarshalKeyset(b.Deriving)
	if err != nil {
		return nil, err
	}
	k, err := newKeys(sealing, deriving)
	if err != nil {
		return nil, err
	}
	return k, k.verify(b)
}

// verify recognises damage that still decodes.
func (k *keys) verify(b *keyBundle) error {
	var sealing bytes.Buffer
	if err := json.Compact(&sealing, b.Sealing); err != nil {
		return errNotABundle
	}
	check, err := k.derive("", tagCheck, sealing.String())
	if err != nil || check != b.Check || k.id != b.KeyID {
		return errNotABundle
	}
	return nil
}

func decodeBundle(data []byte) (*keyBundle, error) {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil || head.Format != bundleFormat || head.Version < 1 {
		return nil, errNotABundle
	}
	if head.Version > bundleVersion {
		return nil, newerBundleError(head.Version)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	b := &keyBundle{}
	if err := dec.Decode(b); err != nil {
		return nil, errNotABundle
	}
	return b, nil
}

func marshalKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var raw, compact bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&raw)); err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	// protojson varies its white space on purpose; Check needs one form.
	if err := json.Compact(&compact, raw.Bytes()); err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	return compact.Bytes(), nil
}

func unmarshalKeyset(raw json.RawMessage) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, errNotABundle
	}
	return h, nil
}
