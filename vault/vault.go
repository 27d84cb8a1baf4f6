package vault

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Vault seals and opens with the keys of one key file. It may be used by many goroutines at once.
type Vault struct {
	path string
	keys atomic.Pointer[keys]
	// rotation is held while the key file is replaced, so that keys never goes back to an older bundle.
	rotation sync.Mutex
}

// Open reads the key file at path. The error is a *KeyFileError with ErrKeyMissing, ErrKeyUnreadable,
// ErrKeyPermissions, ErrKeyMalformed or ErrKeyNewer.
func Open(path string) (*Vault, error) {
	k, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	v := &Vault{path: path}
	v.keys.Store(k)
	return v, nil
}

// OpenOrCreate is Open after CreateKeyFile where no file is. A caller that already has sealed values must compare
// KeyID with the one it stored: a key made anew opens none of them.
func OpenOrCreate(path string) (*Vault, error) {
	v, err := Open(path)
	if !errors.Is(err, ErrKeyMissing) {
		return v, err
	}
	// ErrKeyExists: another process was faster, and its key counts.
	if err := CreateKeyFile(path); err != nil && !errors.Is(err, ErrKeyExists) {
		return nil, err
	}
	return Open(path)
}

// KeyID is the fingerprint of the vault: the same for every process with the same key file, before and after Rotate,
// and another for every other vault. Store it beside the sealed values and refuse to start when it differs. It tells
// nothing of the keys.
func (v *Vault) KeyID() string { return v.keys.Load().id }

// SealingKeyID names the key that seals now. It changes with Rotate and is no secret.
func (v *Vault) SealingKeyID() string { return v.keys.Load().sealingID() }

// Rotate adds a new key to the key file and seals with it from now on. Everything sealed before still opens. Other
// processes with the same file go on with the keys they read, and cannot open what this one seals until they open
// the file again: restart them. A copy of the key file that was made before lacks the new key, so back it up again.
//
// The error is ErrKeyBusy while another process rotates, ErrKeyChanged when the file holds another vault's keys, or
// one of Open's.
func (v *Vault) Rotate() error {
	v.rotation.Lock()
	defer v.rotation.Unlock()
	k, err := rotateKeyFile(v.path, v.KeyID())
	if err != nil {
		return fmt.Errorf("rotate the vault's key: %w", err)
	}
	v.keys.Store(k)
	return nil
}

// String names the vault by its KeyID.
func (v *Vault) String() string { return "vault " + v.KeyID() }

// GoString keeps keys out of %#v.
func (v *Vault) GoString() string { return v.String() }

// LogValue is KeyID.
func (v *Vault) LogValue() slog.Value { return slog.StringValue(v.KeyID()) }
