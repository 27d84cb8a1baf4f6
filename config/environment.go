package config

import (
	"os"
	"slices"
	"strings"
)

const (
	envPrefix = "ANTEROOM_"
	// envConfigFile names the file of settings; itself no setting.
	envConfigFile = envPrefix + "CONFIG"
)

// environment sets what the environment sets. An empty variable counts as not set, as compose files pass variables
// that way that have no value.
func (l *loader) environment(o Options) {
	for _, s := range settings {
		if text, ok := o.LookupEnv(s.env()); ok && text != "" {
			l.set(s, text, s.env())
		}
	}
	known := settingNames(setting.env)
	known = append(known, envConfigFile)
	known = append(known, o.OtherEnv...)
	for _, name := range unknownEnv(o.Environ(), known) {
		l.unknown(name, "", "is an environment variable that names no setting"+didYouMean(name, known))
	}
}

// unknownEnv returns the sorted names with our prefix that are not known. Their values are not looked at.
func unknownEnv(environ, known []string) []string {
	var unknown []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix) && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return slices.Compact(unknown)
}

func settingNames(name func(setting) string) []string {
	names := make([]string, 0, len(settings))
	for _, s := range settings {
		names = append(names, name(s))
	}
	return names
}

// childVariables are all that another process of ours needs to be started: its settings go by other ways.
var childVariables = []string{"PATH", "HOME", "TMPDIR"}

// ChildEnvironment is the environment for a process that this one starts. It holds no setting, and no secret of whoever started us.
func ChildEnvironment() []string {
	var env []string
	for _, name := range childVariables {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
