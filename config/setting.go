package config

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/anteroom/anteroom/session"
)

// setting is one row of the table.
type setting struct {
	key, fallback, usage string
	// boolean settings are flags without a value.
	boolean bool
	// list settings may be a YAML list.
	list bool
	// secret settings may hold a password: their text is shown nowhere.
	secret bool
	// parse writes the value of text into c. Its error is the end of a sentence that starts with the key and the value.
	parse func(c *Config, text string) error
}

const (
	required = true
	optional = false
)

// words splits a key: temporal.uiListen is temporal, ui, Listen.
func (s setting) words() []string {
	spaced := strings.Map(func(r rune) rune {
		if r == '.' {
			return ' '
		}
		return r
	}, s.key)
	var b strings.Builder
	for _, r := range spaced {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.Fields(b.String())
}

func (s setting) env() string {
	return envPrefix + strings.ToUpper(strings.Join(s.words(), "_"))
}

func (s setting) flag() string { return strings.ToLower(strings.Join(s.words(), "-")) }

func dirSetting(key, fallback, usage string, must bool, field func(*Config) *string) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		if text == "" && must {
			return errors.New("must be set, since there is no home directory to take the default from")
		}
		path, err := absolute(text)
		*field(c) = path
		return err
	}}
}

// fileSetting is a program: a path, or a name that is looked for in PATH.
func fileSetting(key, usage string, field func(*Config) *string) setting {
	return setting{key: key, usage: usage, parse: func(c *Config, text string) error {
		if !strings.ContainsRune(text, filepath.Separator) {
			*field(c) = text
			return nil
		}
		path, err := absolute(text)
		*field(c) = path
		return err
	}}
}

// pathSetting is a file that is not looked at before it is used.
func pathSetting(key, usage string, field func(*Config) *string) setting {
	return dirSetting(key, "", usage, optional, field)
}

// absolute makes path absolute; relative ones start at the working directory. Empty stays empty.
func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	// A shell expands ~ on a command line, but nobody does in a file.
	if path == "~" || strings.HasPrefix(path, "~/") {
		return "", errors.New(`must not start with "~": write the whole path`)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", errors.New("must be an absolute path, since the working directory is gone")
	}
	return abs, nil
}

func boolSetting(key, usage string, field func(*Config) *bool) setting {
	return setting{key: key, fallback: "false", usage: usage, boolean: true, parse: func(c *Config, text string) error {
		value, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("must be true or false")
		}
		*field(c) = value
		return nil
	}}
}

func choiceSetting(key, fallback, usage string, choices []string, field func(*Config) *string) setting {
	usage += ": " + strings.Join(choices, " or ")
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		if !slices.Contains(choices, text) {
			return fmt.Errorf("must be %s", strings.Join(choices, " or "))
		}
		*field(c) = text
		return nil
	}}
}

func levelSetting(key, fallback, usage string) setting {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	usage += ": debug, info, warn or error"
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		level, ok := levels[text]
		if !ok {
			return errors.New("must be debug, info, warn or error")
		}
		c.Log.Level = level
		return nil
	}}
}

func durationSetting(
	key, fallback, usage string, low, high time.Duration, field func(*Config) *time.Duration,
) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		value, err := time.ParseDuration(text)
		if err != nil || value < low || value > high {
			return fmt.Errorf("must be a duration from %s to %s, such as %q", short(low), short(high), fallback)
		}
		*field(c) = value
		return nil
	}}
}

// short writes a duration without its zero parts: 1h, not 1h0m0s.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func countSetting(key, fallback, usage string, low, high int, field func(*Config) *int) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		value, err := strconv.Atoi(text)
		if err != nil || value < low || value > high {
			return fmt.Errorf("must be a whole number from %d to %d", low, high)
		}
		*field(c) = value
		return nil
	}}
}

// autoSetting is a number, or "auto", which is 0.
func autoSetting(key, usage string, low, high int, field func(*Config) *int) setting {
	return setting{key: key, fallback: "auto", usage: usage, parse: func(c *Config, text string) error {
		if text == "auto" {
			*field(c) = 0
			return nil
		}
		value, err := strconv.Atoi(text)
		if err != nil || value < low || value > high {
			return fmt.Errorf("must be auto, or a whole number from %d to %d", low, high)
		}
		*field(c) = value
		return nil
	}}
}

func nameSetting(key, fallback, usage string, must bool, field func(*Config) *string) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		if text == "" && !must {
			return nil
		}
		if session.CheckName(text) != nil {
			return fmt.Errorf("must be a name of 1 to %d letters, digits, hyphens, underscores and dots", session.MaxNameLength)
		}
		*field(c) = text
		return nil
	}}
}
