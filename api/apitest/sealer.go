package apitest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// Sealer is a vault that binds values to their place like the real one, and hides them no better than by flipping
// bits. Err is what sealing returns.
type Sealer struct{ Err error }

// Seal flips the bits of the place and the plaintext.
func (s *Sealer) Seal(plaintext []byte, workspace, kind, id string) ([]byte, error) {
	return flip(append([]byte(place(workspace, kind, id)), plaintext...)), s.Err
}

// Open fails for any other place than the one it was sealed for.
func (s *Sealer) Open(sealed []byte, workspace, kind, id string) ([]byte, error) {
	plaintext, ok := bytes.CutPrefix(flip(sealed), []byte(place(workspace, kind, id)))
	if !ok {
		return nil, errors.New("sealed for another place")
	}
	return plaintext, nil
}

// DeriveID hashes prefix and parts.
func (s *Sealer) DeriveID(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(prefix + "\x00" + strings.Join(parts, "\x00")))
	return prefix + hex.EncodeToString(sum[:8])
}

func place(workspace, kind, id string) string {
	return workspace + "\x00" + kind + "\x00" + id + "\x00"
}

func flip(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = ^c
	}
	return out
}
