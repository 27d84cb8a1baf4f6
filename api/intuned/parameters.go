package intuned

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
)

// asText writes the parameters that may be documents as the strings that all parameters are: a passkey's object as its JSON, a
// list of backup codes as one code on each line. What is no object is left for others to refuse.
func asText(parameters json.RawMessage) (json.RawMessage, error) {
	if jsonbody.Kind(parameters) != "an object" {
		return parameters, nil
	}
	object, err := jsonbody.Object(parameters, "parameters.")
	if err != nil {
		return nil, err
	}
	for name, convert := range map[string]func(json.RawMessage) (string, error){
		service.ParameterPasskey: compact, service.ParameterBackupCodes: lines,
	} {
		kind := jsonbody.Kind(object[name])
		if kind != "an object" && kind != "an array" {
			continue
		}
		text, err := convert(object[name])
		if err != nil {
			return nil, err
		}
		if object[name], err = json.Marshal(text); err != nil {
			return nil, service.NewInternalError(err)
		}
	}
	out, err := json.Marshal(object)
	if err != nil {
		return nil, service.NewInternalError(err)
	}
	return out, nil
}

func compact(raw json.RawMessage) (string, error) {
	var out bytes.Buffer
	if err := json.Compact(&out, raw); err != nil { // it was decoded before
		return "", service.NewInternalError(err)
	}
	return out.String(), nil
}

func lines(raw json.RawMessage) (string, error) {
	var codes []string
	if json.Unmarshal(raw, &codes) != nil {
		return "", service.NewFieldError("parameters."+service.ParameterBackupCodes, "must be an array of strings, or one string of all codes")
	}
	return strings.Join(codes, "\n"), nil
}
