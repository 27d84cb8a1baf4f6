package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// SQLite returns the path of a SQLite store, empty for the default one, and reports false for a store of another kind.
func (s Store) SQLite() (path string, ok bool) {
	if s.URL.IsZero() {
		return "", true
	}
	return strings.CutPrefix(s.URL.Reveal(), "sqlite:")
}

// Address is the URL to connect with, its password filled in from PasswordFile. The error names the file.
func (s Store) Address() (session.Secret, error) { return withPassword(s.URL, s.PasswordFile) }

// StoreAddress is the URL to connect with, its password filled in from StorePasswordFile; zero when Store is not set. The
// error names the file.
func (t Temporal) StoreAddress() (session.Secret, error) {
	return withPassword(t.Store, t.StorePasswordFile)
}

func withPassword(database session.Secret, file string) (session.Secret, error) {
	if file == "" || database.IsZero() {
		return database, nil
	}
	password, err := os.ReadFile(file)
	if err != nil {
		return session.Secret{}, fmt.Errorf("read the database's password: %w", err)
	}
	u, err := url.Parse(database.Reveal())
	if err != nil {
		return session.Secret{}, errors.New("the database's URL cannot be read") // url's error shows it
	}
	u.User = url.UserPassword(u.User.Username(), strings.TrimRight(string(password), "\r\n"))
	return session.NewSecret(u.String()), nil
}

func databaseSetting(key, usage string, schemes []string, field func(*Config) *session.Secret) setting {
	return setting{key: key, usage: usage, secret: true, parse: func(c *Config, text string) error {
		if text == "" {
			return nil
		}
		scheme, rest, _ := strings.Cut(text, ":")
		if !slices.Contains(schemes, scheme) {
			return fmt.Errorf("must be a URL of the scheme %s", strings.Join(schemes, " or "))
		}
		if scheme == "sqlite" {
			path, err := absolute(rest)
			if path == "" && err == nil {
				return errors.New("must name a file, such as sqlite:/var/lib/anteroom/anteroom.db")
			}
			*field(c) = session.NewSecret("sqlite:" + path)
			return err
		}
		if err := checkDatabaseURL(text); err != nil {
			return err
		}
		*field(c) = session.NewSecret(text)
		return nil
	}}
}

func checkDatabaseURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || (u.Host == "" && u.Query().Get("host") == "") || strings.Trim(u.Path, "/") == "" {
		return errors.New("must be a URL with host and name of the database, such as postgres://anteroom@127.0.0.1:5432/anteroom")
	}
	return nil
}

// hasPassword reports whether text is a URL with a password in it.
func hasPassword(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	_, has := u.User.Password()
	return has || u.Query().Has("password")
}
