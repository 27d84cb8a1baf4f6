package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// kindsSetting is a list of kinds of browsers, separated by commas.
func kindsSetting(key, fallback, usage string, field func(*Config) *[]session.BrowserKind) setting {
	return setting{key: key, fallback: fallback, usage: usage, list: true, parse: func(c *Config, text string) error {
		var kinds []session.BrowserKind
		for entry := range strings.SplitSeq(text, ",") {
			kind := session.BrowserKind(strings.TrimSpace(entry))
			if kind != session.BrowserShell && kind != session.BrowserChrome {
				return errors.New("must be a list of shell and chrome")
			}
			if slices.Contains(kinds, kind) {
				return fmt.Errorf("must name each kind once: %s is there twice", kind)
			}
			kinds = append(kinds, kind)
		}
		*field(c) = kinds
		return nil
	}}
}
