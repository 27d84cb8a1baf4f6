package service

import (
	"maps"
	"slices"

	"github.com/anteroom/anteroom/session"
)

// Limits of a start's parameters. They bound what is sealed and kept per operation; a login form has a handful of
// fields, the longest values are keys of a few KiB.
const (
	MaxParameters     = 64
	MaxParameterName  = 64
	MaxParameterValue = 16 << 10
)

// checkParameters reports the first parameter that is too much or of the wrong form, in the order of names. A name that is itself too long
// is not repeated: somebody may have swapped name and value.
func checkParameters(parameters map[string]session.Secret) error {
	if len(parameters) > MaxParameters {
		return NewFieldError("parameters", "has %d entries; it may have %d", len(parameters), MaxParameters)
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		switch size := len(parameters[name].Reveal()); {
		case name == "":
			return NewFieldError("parameters", "has an entry without a name")
		case len(name) > MaxParameterName:
			return NewFieldError("parameters", "has a name of %d bytes; a name may have %d", len(name), MaxParameterName)
		case hasControl(name):
			return NewFieldError("parameters", "has a name with a control character")
		case size > MaxParameterValue:
			return NewFieldError("parameters."+name, "has %d bytes; a value may have %d", size, MaxParameterValue)
		}
		if why := parameterFault(name, parameters[name]); why != "" {
			return NewFieldError("parameters."+name, "%s", why)
		}
	}
	return nil
}
