package session

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// Redacted is what a Secret shows wherever it is printed, logged or marshalled.
const Redacted = "[redacted]"

// ErrSecretMarshalled is the error of gob and binary encoders that meet a
// Secret. Seal a secret with vault before it leaves the process.
var ErrSecretMarshalled = errors.New("a secret cannot be encoded: seal it first")

// Secret is a value that must not be shown: a password, a code, a TOTP seed, a
// cookie jar. Printing, logging and JSON encoding give [Redacted]. The zero
// Secret is empty.
type Secret struct {
	value string
}

// NewSecret wraps value.
func NewSecret(value string) Secret { return Secret{value: value} }

// Reveal returns the value. Call it only where the value is sealed or typed.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == "" }

// String returns Redacted.
func (s Secret) String() string { return Redacted }

// GoString returns Redacted.
func (s Secret) GoString() string { return Redacted }

// Format writes Redacted for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Redacted)) }

// LogValue returns Redacted.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns Redacted.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// MarshalJSON returns Redacted as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(Redacted) }

// MarshalBinary fails with ErrSecretMarshalled.
func (s Secret) MarshalBinary() ([]byte, error) { return nil, ErrSecretMarshalled }

var (
	_ fmt.Formatter            = Secret{}
	_ slog.LogValuer           = Secret{}
	_ encoding.TextMarshaler   = Secret{}
	_ encoding.BinaryMarshaler = Secret{}
	_ json.Marshaler           = Secret{}
)
