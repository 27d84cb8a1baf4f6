package service

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// keyTrust is how long a key that was found is believed without another look: each poll would look it up again otherwise. A key
// that is revoked opens nothing any more after that.
const keyTrust = time.Second

// Authorize reports whether key may act in workspace, and returns the key's id, which is no secret. Keys hold 256 random bits, so that a plain SHA-256 finds and
// guards them. A known key of another workspace is told the same as for a workspace that does not exist: a key is no
// way to learn which workspaces there are. A key that was revoked may still be taken for [keyTrust]. Errors: Unauthorized, NotFound.
func (s *Service) Authorize(ctx context.Context, workspace string, key session.Secret) (id string, err error) {
	if key.IsZero() {
		return "", NewError(Unauthorized, "key-missing", "the header x-api-key is missing; send the workspace's API key in it")
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	known, err := s.lookUpKey(ctx, sha256.Sum256([]byte(key.Reveal())))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", NewError(Unauthorized, "key-unknown", "the API key in the header x-api-key is not known")
	case err != nil:
		return "", s.storeError(ctx, "look up the API key", err)
	case known.Workspace != workspace:
		return "", NewError(NotFound, "workspace-not-found", "workspace %q not found for this API key", workspace)
	}
	return known.ID, nil
}

// lookUpKey returns the key of this hash: as it was found less than keyTrust ago, or as the store has it. Errors: store.ErrNotFound.
func (s *Service) lookUpKey(ctx context.Context, hash [sha256.Size]byte) (store.APIKey, error) {
	asked := s.clock() // before the store answers: what it says is no newer than this
	if key, ok := s.keys.get(hash, asked); ok {
		return key, nil
	}
	key, err := s.store.APIKeyByHash(ctx, hash[:])
	if err == nil && subtle.ConstantTimeCompare(key.Hash, hash[:]) != 1 {
		err = store.ErrNotFound
	}
	switch {
	case err == nil:
		s.keys.put(hash, key, asked)
	case errors.Is(err, store.ErrNotFound):
		s.keys.drop(hash)
	}
	return key, err
}

// knownKeys are the keys that were found lately. It holds keys of the store only, so that strangers cannot fill it. It is safe for
// concurrent use.
type knownKeys struct {
	mu    sync.RWMutex
	found map[[sha256.Size]byte]foundKey
}

type foundKey struct {
	key store.APIKey
	at  time.Time
}

// get returns the key unless it was found too long ago, or, by a clock that was set back, in the future.
func (k *knownKeys) get(hash [sha256.Size]byte, now time.Time) (store.APIKey, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	found, ok := k.found[hash]
	age := now.Sub(found.at)
	return found.key, ok && age >= 0 && age < keyTrust
}

func (k *knownKeys) put(hash [sha256.Size]byte, key store.APIKey, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil {
		k.found = map[[sha256.Size]byte]foundKey{}
	}
	k.found[hash] = foundKey{key: key, at: at}
}

func (k *knownKeys) drop(hash [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.found, hash)
}
