package config

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// AddFlags adds a flag to flags for each of the settings with these keys. Load reads them. It panics for a key that is
// no setting, which is a mistake of the caller.
func AddFlags(flags *pflag.FlagSet, keys ...string) {
	for _, key := range keys {
		s := mustFind(key)
		usage := fmt.Sprintf("%s (%s)", s.usage, s.env())
		if s.boolean {
			flags.Bool(s.flag(), false, usage)
			continue
		}
		flags.String(s.flag(), s.fallback, usage)
	}
}

func mustFind(key string) setting {
	for _, s := range settings {
		if s.key == key {
			return s
		}
	}
	panic("config: " + key + " is no setting")
}

// flagText is what the user wrote; lists that the caller defined as such are joined as in the environment.
func flagText(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}
