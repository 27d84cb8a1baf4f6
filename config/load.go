package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/anteroom/anteroom/session"
)

// Options say where Load reads settings from.
type Options struct {
	// File is a YAML file of settings. Empty: the file that ANTEROOM_CONFIG names, or none.
	File string
	// Flags are the flags of the command. Those that were set and are named as a Setting's Flag win over everything.
	// See AddFlags.
	Flags *pflag.FlagSet
	// LookupEnv and Environ read the environment: os.LookupEnv and os.Environ when nil.
	LookupEnv func(string) (string, bool)
	Environ   func() []string
	// OtherEnv are variables with our prefix that are no settings and belong to another part of the program.
	OtherEnv []string
}

// Load reads the settings of all sources and checks them. The error joins all faults (errors.Join), each a *SettingError; a
// file that cannot be read or is no YAML ends it at once.
func Load(o Options) (*Config, error) {
	o = o.withDefaults()
	l := &loader{viper: viper.NewWithOptions(), sources: map[string]string{}}
	l.defaults(o)
	if err := l.file(o); err != nil {
		return nil, err
	}
	l.environment(o)
	l.flags(o)
	c := &Config{}
	for _, s := range settings {
		l.parse(c, s)
	}
	l.faults = append(l.faults, checkRemote(c, l.sources)...)
	if err := errors.Join(l.faults...); err != nil {
		return nil, err
	}
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	if o.Environ == nil {
		o.Environ = os.Environ
	}
	if o.File == "" {
		o.File, _ = o.LookupEnv(envConfigFile)
	}
	return o
}

// loader collects the layers in a viper of its own, and remembers where each value came from.
type loader struct {
	viper   *viper.Viper
	sources map[string]string
	faults  []error
}

func (l *loader) defaults(o Options) {
	for _, s := range settings {
		l.viper.SetDefault(s.key, s.fallback)
	}
	l.viper.SetDefault("dataDir", defaultDataDir(o.LookupEnv))
}

// defaultDataDir follows the XDG Base Directory Specification 0.8: relative paths are ignored.
func defaultDataDir(lookupEnv func(string) (string, bool)) string {
	if dir, _ := lookupEnv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "anteroom")
	}
	if home, _ := lookupEnv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "anteroom")
	}
	return ""
}

// file reads the file into a viper of its own first, where only its keys are.
func (l *loader) file(o Options) error {
	if o.File == "" {
		return nil
	}
	file := viper.NewWithOptions()
	file.SetConfigFile(o.File)
	file.SetConfigType("yaml")
	if err := file.ReadInConfig(); err != nil {
		return fmt.Errorf("read configuration file %s: %w", o.File, pathless(err))
	}
	content := file.AllSettings()
	keys := file.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		if !l.fileKey(key, file.Get(key), o.File) {
			delete(content, key) // a text in the place of a section would hide what the other layers say of it
		}
	}
	return l.viper.MergeConfigMap(content)
}

// fileKey notes where a key came from, or that it is unknown: then it returns false. viper writes keys in lower case.
func (l *loader) fileKey(key string, value any, file string) bool {
	for _, s := range settings {
		known := strings.ToLower(s.key)
		if key == known || strings.HasPrefix(key, known+".") { // below a setting: parse says that it takes one value
			l.sources[s.key] = file
			return true
		}
		if strings.HasPrefix(known, key+".") {
			if value != nil { // "log:" with nothing below is an empty section
				l.unknown(key, file, "is a section: put its settings below it, such as "+s.key)
			}
			return false
		}
	}
	l.unknown(key, file, "is no setting"+didYouMean(key, settingNames(func(s setting) string { return s.key })))
	return false
}

func (l *loader) unknown(key, source, reason string) {
	l.faults = append(l.faults, &SettingError{Key: key, Source: source, Reason: reason, unknown: true})
}

// flags lets flags that were given win.
func (l *loader) flags(o Options) {
	if o.Flags == nil {
		return
	}
	for _, s := range settings {
		if f := o.Flags.Lookup(s.flag()); f != nil && f.Changed {
			l.set(s, flagText(f), "--"+f.Name)
		}
	}
}

func (l *loader) set(s setting, text, source string) {
	l.viper.Set(s.key, text)
	l.sources[s.key] = source
}

// parse writes the winning value of s into c.
func (l *loader) parse(c *Config, s setting) {
	raw := l.viper.Get(s.key)
	text, err := textOf(raw, s.list)
	if err == nil {
		err = s.parse(c, text)
	}
	source := l.sources[s.key]
	if err == nil && s.secret && strings.HasPrefix(source, "--") && hasPassword(text) {
		err = fmt.Errorf("holds a password, which every user of this machine can read on a command line: set %s, or put it into a file", s.env())
	}
	if err != nil {
		if s.secret && text != "" {
			text = session.Redacted
		}
		l.faults = append(l.faults, &SettingError{Key: s.key, Value: text, Source: source, Reason: err.Error()})
	}
}

// textOf writes a value of YAML as the text that the environment would hold.
func textOf(raw any, list bool) (string, error) {
	switch value := raw.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(value), nil
	case bool:
		return strconv.FormatBool(value), nil
	case int:
		return strconv.Itoa(value), nil
	case []any:
		if !list {
			return fmt.Sprint(value), errors.New("must be one value, not a list")
		}
		texts := make([]string, 0, len(value))
		for _, item := range value {
			text, err := textOf(item, false)
			if err != nil {
				return fmt.Sprint(value), errors.New("must be a list of texts")
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, ","), nil
	case map[string]any:
		return "a section", errors.New("must be one value")
	}
	return fmt.Sprint(raw), nil // other numbers and times: the setting says what it takes
}
