package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/anteroom/anteroom/api/service"
)

// unknownField begins encoding/json's error for a field that the destination has not; it has no type of its own.
const unknownField = "json: unknown field "

// Document decodes a field that is a document of its own, with all its fields known; absent and null leave into as it is.
// Errors name the field at fault within the document: "recipe.submit".
func Document(raw json.RawMessage, field string, into any) error {
	if len(raw) == 0 || IsNull(raw) {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		path := strings.Trim(field+"."+wrong.Field, ".")
		return service.NewFieldError(path, "must not be %s", article(wrong.Value))
	}
	if name, unknown := strings.CutPrefix(err.Error(), unknownField); unknown {
		f := service.NewFieldError(field+"."+shorten(strings.Trim(name, `"`)), "is not a known field")
		f.Reason = "unknown-field"
		return f
	}
	return service.NewFieldError(field, "is not the document that is wanted")
}

// article puts "a" or "an" before the kind of a JSON value, without what encoding/json adds to it: "number 12".
func article(kind string) string {
	kind, _, _ = strings.Cut(kind, " ")
	switch kind {
	case "array", "object":
		return "an " + kind
	case "bool":
		return "a boolean"
	}
	return "a " + kind
}
