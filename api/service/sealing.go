package service

import (
	"encoding/json"
	"fmt"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Sealer is what the use cases need of the vault. Workspace, kind and id bind a value to its place: it opens only
// with the same three. See [session.SealedParameters] and its neighbours.
type Sealer interface {
	Seal(plaintext []byte, workspace, kind, id string) ([]byte, error)
	Open(sealed []byte, workspace, kind, id string) ([]byte, error)
	// DeriveID is a keyed pure function of prefix and parts.
	DeriveID(prefix string, parts ...string) string
}

// sealValues seals named secrets as one JSON object.
func (s *Service) sealValues(values map[string]session.Secret, workspace, kind, id string) (store.Sealed, error) {
	plain := make(map[string]string, len(values))
	for name, v := range values {
		plain[name] = v.Reveal()
	}
	body, err := json.Marshal(plain)
	if err != nil {
		return nil, NewInternalError(fmt.Errorf("encode %s: %w", kind, err))
	}
	return s.seal(body, workspace, kind, id)
}

func (s *Service) seal(plaintext []byte, workspace, kind, id string) (store.Sealed, error) {
	sealed, err := s.sealer.Seal(plaintext, workspace, kind, id)
	if err != nil {
		return nil, NewInternalError(fmt.Errorf("seal %s: %w", kind, err))
	}
	return sealed, nil
}
