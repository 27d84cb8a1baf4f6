package config

import (
	"errors"
	"fmt"
)

// ErrInvalid is what every SettingError and every fault of a project file wraps.
var ErrInvalid = errors.New("invalid configuration")

// SettingError is one thing that is wrong with the settings. Its text is a sentence that names the key, the value and what is
// allowed.
type SettingError struct {
	// Key is the setting, or the unknown key or environment variable.
	Key string
	// Value is the text of the value; empty for an unknown key.
	Value string
	// Source says where the value comes from: "config.yaml", "ANTEROOM_LISTEN", "--listen". Empty for a default.
	Source string
	// Reason is the end of the sentence: what is wrong, what is allowed.
	Reason string
	// unknown marks a key that is no setting.
	unknown bool
}

// Error is one sentence.
func (f *SettingError) Error() string {
	source := ""
	if f.Source != "" {
		source = fmt.Sprintf(" (from %s)", f.Source)
	}
	if f.unknown {
		return fmt.Sprintf("%s%s %s", f.Key, source, f.Reason)
	}
	return fmt.Sprintf("%s is %q%s: it %s", f.Key, f.Value, source, f.Reason)
}

// Unwrap returns ErrInvalid.
func (f *SettingError) Unwrap() error { return ErrInvalid }
