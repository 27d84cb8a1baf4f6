package jsonbody

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/anteroom/anteroom/api/service"
)

// Fields are the known fields of an object, by name: where to decode each to. A *json.RawMessage takes any value. A field that is
// absent or null leaves its destination as it is.
type Fields map[string]any

// Ignore decodes the object body into fields and ignores the fields it does not know. An empty body counts as {}.
func Ignore(body []byte, fields Fields) error {
	_, err := decode(body, "", fields)
	return err
}

// Refuse decodes the object body into fields and refuses fields it does not know. Path is put before the names of fields in
// errors: "" at the top, "otp." within otp.
func Refuse(body []byte, path string, fields Fields) error {
	object, err := decode(body, path, fields)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if _, known := fields[name]; !known {
			f := service.NewFieldError(path+shorten(name), "is not a known field; known are %v", slices.Sorted(maps.Keys(fields)))
			f.Reason = "unknown-field"
			return f
		}
	}
	return nil
}

func decode(body []byte, path string, fields Fields) (map[string]json.RawMessage, error) {
	object, err := Object(body, path)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		raw, ok := object[name]
		if !ok || IsNull(raw) {
			continue
		}
		if err := json.Unmarshal(raw, fields[name]); err != nil {
			return nil, service.NewFieldError(path+name, "must be %s, not %s", want(fields[name]), Kind(raw))
		}
	}
	return object, nil
}

// Object splits a JSON object into its fields. An empty body and null count as {}. Path names the object in errors: "" is the
// body, "otp." a field of it.
func Object(body []byte, path string) (map[string]json.RawMessage, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]json.RawMessage{}, nil
	}
	var object map[string]json.RawMessage
	err := json.Unmarshal(body, &object)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return object, nil
	case errors.As(err, &syntax):
		line, column := position(body, syntax.Offset)
		return nil, service.NewError(service.BadRequest, "malformed-json", "the body is not JSON: it breaks at line %d, column %d", line, column)
	case path != "":
		return nil, service.NewFieldError(path[:len(path)-1], "must be an object, not %s", Kind(body))
	}
	return nil, service.NewError(service.BadRequest, "invalid-body", "the body must be a JSON object, not %s", Kind(body))
}

// position counts lines and columns (in bytes) from 1. Offset is of the byte after the one at fault.
func position(body []byte, offset int64) (line, column int) {
	before := body[:min(max(offset-1, 0), int64(len(body)))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, len(before) - bytes.LastIndexByte(before, '\n')
}

// IsNull reports whether raw is null.
func IsNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// Kind names what kind of JSON value raw is, for a sentence, without its content.
func Kind(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

func want(destination any) string {
	switch destination.(type) {
	case *string, **string:
		return "a string"
	case *[]string:
		return "an array of strings"
	case *bool:
		return "a boolean"
	case *int:
		return "a whole number"
	}
	return "of another type"
}

// shorten keeps what a caller wrote as a name from filling an answer.
func shorten(name string) string {
	const enough = 64
	if len(name) <= enough {
		return name
	}
	return "(a long name)"
}
