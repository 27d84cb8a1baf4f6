package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/anteroom/anteroom/session"
)

var (
	// ErrHoldsSecret: SealJSON met a session.Secret, which JSON encodes as session.Redacted. Use SealSecrets.
	ErrHoldsSecret = errors.New("the value holds a session.Secret, whose JSON is redacted: use SealSecrets")
	// ErrNotJSON: the value has no JSON form, or what was opened is not JSON of the wanted shape. The JSON error
	// itself is left out: it may quote the value.
	ErrNotJSON = errors.New("not JSON of the wanted shape")
)

// SealJSON seals the JSON of value, for example a session.StorageState. The error is ErrHoldsSecret, ErrNotJSON or
// Seal's.
func (v *Vault) SealJSON(value any, ctx Context) ([]byte, error) {
	plaintext, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("seal %q: %w", ctx.Kind, ErrNotJSON)
	}
	// After Marshal, which refuses cycles.
	if holdsSecret(reflect.ValueOf(value)) {
		return nil, fmt.Errorf("seal %q: %w", ctx.Kind, ErrHoldsSecret)
	}
	return v.Seal(plaintext, ctx)
}

// OpenJSON opens what SealJSON gave and decodes it into the value that into points to.
func (v *Vault) OpenJSON(sealed []byte, ctx Context, into any) error {
	plaintext, err := v.Open(sealed, ctx)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plaintext, into); err != nil {
		return fmt.Errorf("open %q: %w", ctx.Kind, ErrNotJSON)
	}
	return nil
}

// SealSecrets seals secrets by name: the parameters of an operation, the values of an answer.
func (v *Vault) SealSecrets(secrets map[string]session.Secret, ctx Context) ([]byte, error) {
	plain := make(map[string]string, len(secrets))
	for name, secret := range secrets {
		plain[name] = secret.Reveal()
	}
	return v.SealJSON(plain, ctx)
}

// OpenSecrets opens what SealSecrets gave. The map is never nil without an error.
func (v *Vault) OpenSecrets(sealed []byte, ctx Context) (map[string]session.Secret, error) {
	plain := map[string]string{}
	if err := v.OpenJSON(sealed, ctx, &plain); err != nil {
		return nil, err
	}
	secrets := make(map[string]session.Secret, len(plain))
	for name, value := range plain {
		secrets[name] = session.NewSecret(value)
	}
	return secrets, nil
}

var secretType = reflect.TypeFor[session.Secret]()

func holdsSecret(v reflect.Value) bool {
	if !v.IsValid() {
		return false
	}
	if v.Type() == secretType {
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return holdsSecret(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holdsSecret(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if holdsSecret(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if holdsSecret(entries.Value()) {
				return true
			}
		}
	default: // the other kinds hold nothing
	}
	return false
}
