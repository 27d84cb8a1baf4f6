package session

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// idEncoding gives lower-case letters and digits only, so that an id needs no
// escaping in a URL, a file name or a Temporal workflow id.
var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Prefixes of the ids that Anteroom makes. An id is opaque to callers; the
// prefix tells a person what an id in a log is.
const (
	OperationPrefix = "op_"
	QuestionPrefix  = "ask_"
	BrowserPrefix   = "br_"
	APIKeyPrefix    = "key_"
)

// NewID returns prefix and 128 random bits.
func NewID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand.Read
	return prefix + EncodeID(b[:])
}

// EncodeID writes bytes in the alphabet of ids.
func EncodeID(b []byte) string { return idEncoding.EncodeToString(b) }

// Limits of names that callers choose.
const (
	// MinSessionIDLength and MaxSessionIDLength bound a caller-chosen session id.
	MinSessionIDLength = 1
	MaxSessionIDLength = 128
	// MaxNameLength bounds workspace and project names and display names.
	MaxNameLength = 128
)

// ErrInvalidName is what CheckSessionID and CheckName wrap.
var ErrInvalidName = errors.New("invalid name")

// CheckSessionID reports whether id may name a session: letters, digits, hyphens and
// underscores (Intuned's SDK documents letters, numbers and hyphens).
func CheckSessionID(id string) error {
	if len(id) < MinSessionIDLength || len(id) > MaxSessionIDLength {
		return fmt.Errorf("%w: a session id has %d to %d characters, not %d", ErrInvalidName, MinSessionIDLength, MaxSessionIDLength, len(id))
	}
	if i := strings.IndexFunc(id, notInSessionID); i >= 0 {
		return fmt.Errorf("%w: a session id may hold letters, digits, hyphens and underscores", ErrInvalidName)
	}
	return nil
}

// CheckName reports whether name may name a workspace or a project: letters, digits,
// hyphens, underscores and dots, not starting with a dot.
func CheckName(name string) error {
	if name == "" || len(name) > MaxNameLength {
		return fmt.Errorf("%w: a name has 1 to %d characters, not %d", ErrInvalidName, MaxNameLength, len(name))
	}
	notInName := func(r rune) bool { return r != '.' && notInSessionID(r) }
	if name[0] == '.' || strings.IndexFunc(name, notInName) >= 0 {
		return fmt.Errorf("%w: a name may hold letters, digits, hyphens, underscores and dots, and does not start with a dot", ErrInvalidName)
	}
	return nil
}

func notInSessionID(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}
