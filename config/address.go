package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

func listenSetting(key, fallback, usage string, field func(*Config) *string) setting {
	return setting{key: key, fallback: fallback, usage: usage, parse: func(c *Config, text string) error {
		if _, err := hostOf(text, 0); err != nil {
			return fmt.Errorf("must be host:port, such as %q", fallback)
		}
		*field(c) = text
		return nil
	}}
}

// optionalListenSetting may be empty: then nobody listens.
func optionalListenSetting(key, usage string, field func(*Config) *string) setting {
	s := listenSetting(key, "", usage, field)
	parse := s.parse
	s.parse = func(c *Config, text string) error {
		if text == "" {
			return nil
		}
		if parse(c, text) != nil {
			return errors.New(`must be host:port, such as "127.0.0.1:9464"`)
		}
		return nil
	}
	return s
}

// urlSetting is the base of URLs: scheme, host, perhaps a path. A slash at its end is dropped.
func urlSetting(key, usage, example string, field func(*Config) *string) setting {
	return setting{key: key, usage: usage, parse: func(c *Config, text string) error {
		if text == "" {
			return nil
		}
		u, err := url.Parse(text)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("must be an http or https URL without user, query and fragment, such as %q", example)
		}
		*field(c) = strings.TrimRight(text, "/")
		return nil
	}}
}

func addressSetting(key, usage string, field func(*Config) *string) setting {
	return setting{key: key, usage: usage, parse: func(c *Config, text string) error {
		if text == "" {
			return nil
		}
		if host, err := hostOf(text, 1); err != nil || host == "" {
			return errors.New(`must be host:port, such as "temporal.example.com:7233"`)
		}
		*field(c) = text
		return nil
	}}
}

// hostOf checks host:port and returns the host, which may be empty. The port is a number from lowest on.
func hostOf(text string, lowest uint64) (string, error) {
	host, portText, err := net.SplitHostPort(text)
	if err != nil {
		return "", err
	}
	number, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || number < lowest {
		return "", errors.New("port out of range")
	}
	if strings.Contains(host, ":") {
		if _, err := netip.ParseAddr(host); err != nil {
			return "", err
		}
	}
	if strings.ContainsAny(host, " /@?#[]") {
		return "", errors.New("not a host")
	}
	return host, nil
}

// loopback reports whether only this machine can connect to address. Names other than localhost count as remote,
// since what they resolve to may change.
func loopback(address string) bool {
	host, err := hostOf(address, 0)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// checkRemote returns a fault for every address that other machines can reach without AllowRemote.
func checkRemote(c *Config, sources map[string]string) []error {
	if c.AllowRemote {
		return nil
	}
	var faults []error
	for _, listen := range []struct{ key, address string }{
		{"listen", c.Listen}, {"temporal.listen", c.Temporal.Listen}, {"temporal.uiListen", c.Temporal.UIListen},
		{"monitor.listen", c.Monitor.Listen},
	} {
		if listen.address == "" || loopback(listen.address) { // empty: has its own fault already
			continue
		}
		faults = append(faults, &SettingError{
			Key: listen.key, Value: listen.address, Source: sources[listen.key],
			Reason: "lets other machines connect: use 127.0.0.1, or set allowRemote (--allow-remote) to true",
		})
	}
	return faults
}
