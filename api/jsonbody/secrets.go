package jsonbody

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// Secrets decodes an object of names and values. Values are strings; numbers and booleans count as they are written,
// null as absent. It returns nil for an absent or null object.
func Secrets(raw json.RawMessage, field string) (map[string]session.Secret, error) {
	if len(raw) == 0 || IsNull(raw) {
		return nil, nil //nolint:nilnil // nil says that it was not given
	}
	if kind := Kind(raw); kind != "an object" {
		return nil, service.NewFieldError(field, "must be an object of names and values, not %s", kind)
	}
	object, err := Object(raw, field+".")
	if err != nil {
		return nil, err
	}
	secrets := make(map[string]session.Secret, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if IsNull(object[name]) {
			continue
		}
		secret, err := secret(object[name], field+"."+shorten(name))
		if err != nil {
			return nil, err
		}
		secrets[name] = secret
	}
	return secrets, nil
}

func secret(raw json.RawMessage, field string) (session.Secret, error) {
	switch kind := Kind(raw); kind {
	case "a string":
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			return session.Secret{}, service.NewFieldError(field, "must be a string")
		}
		return session.NewSecret(value), nil
	case "a number", "a boolean":
		return session.NewSecret(string(raw)), nil
	default:
		return session.Secret{}, service.NewFieldError(field, "must be a string, not %s", kind)
	}
}
