package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// socketsSetting is a list of Unix sockets: "/path" or "unix:/path", separated by commas.
func socketsSetting(key, usage string, field func(*Config) *[]string) setting {
	return setting{key: key, usage: usage, list: true, parse: func(c *Config, text string) error {
		var paths []string
		for entry := range strings.SplitSeq(text, ",") {
			entry = strings.TrimSpace(entry)
			if entry == "" {
				continue
			}
			path, err := parseSocket(entry)
			if err != nil {
				return err
			}
			if slices.Contains(paths, path) {
				return fmt.Errorf("must name each socket once: %q is there twice", path)
			}
			paths = append(paths, path)
		}
		*field(c) = paths
		return nil
	}}
}

func parseSocket(entry string) (string, error) {
	path, named := strings.CutPrefix(entry, "unix:")
	if named {
		path = strings.TrimPrefix(path, "//")
	}
	if path == "" || strings.Contains(path, "://") {
		return "", errors.New(`must be a list of Unix sockets, such as /run/anteroom/browser.sock or unix:/run/anteroom/browser.sock`)
	}
	return absolute(path)
}
