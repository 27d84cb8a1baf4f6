package service

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Authorize reports whether key may act in workspace, and returns the key's id, which is no secret. Keys hold 256 random bits, so that a plain SHA-256 finds and
// guards them. A known key of another workspace is told the same as for a workspace that does not exist: a key is no
// way to learn which workspaces there are. Errors: Unauthorized, NotFound.
func (s *Service) Authorize(ctx context.Context, workspace string, key session.Secret) (id string, err error) {
	if key.IsZero() {
		return "", NewError(Unauthorized, "key-missing", "the header x-api-key is missing; send the workspace's API key in it")
	}
	hash := sha256.Sum256([]byte(key.Reveal()))
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	known, err := s.store.APIKeyByHash(ctx, hash[:])
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && subtle.ConstantTimeCompare(known.Hash, hash[:]) != 1:
		return "", NewError(Unauthorized, "key-unknown", "the API key in the header x-api-key is not known")
	case err != nil:
		return "", s.storeError(ctx, "look up the API key", err)
	case known.Workspace != workspace:
		return "", NewError(NotFound, "workspace-not-found", "workspace %q not found for this API key", workspace)
	}
	return known.ID, nil
}
