package config_test

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

func TestLoad_WhenAFlagHoldsAPassword_RefusesWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:hunter2@db/x", "postgres://u@db/x?password=hunter2"} {
		o := env{}.options()
		o.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
		config.AddFlags(o.Flags, "store.url")
		require.NoError(t, o.Flags.Parse([]string{"--store-url=" + url}))

		_, err := config.Load(o)

		list := faults(t, err)
		require.Len(t, list, 1)
		require.Contains(t, err.Error(), "set ANTEROOM_STORE_URL")
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestAddress_WhenThePasswordIsInAFile_FillsItIn(t *testing.T) {
	t.Parallel()
	file := writeFile(t, t.TempDir(), "password", "p@ss/word\n")

	got, err := config.Store{URL: session.NewSecret("postgres://ada@db:5432/x?sslmode=disable"), PasswordFile: file}.Address()
	require.NoError(t, err)
	require.Equal(t, "postgres://ada:p%40ss%2Fword@db:5432/x?sslmode=disable", got.Reveal())

	got, err = config.Temporal{Store: session.NewSecret("postgres://ada@db/x"), StorePasswordFile: file}.StoreAddress()
	require.NoError(t, err)
	require.Equal(t, "postgres://ada:p%40ss%2Fword@db/x", got.Reveal())
}

func TestAddress_WhenThePasswordFileIsMissing_NamesIt(t *testing.T) {
	t.Parallel()

	_, err := config.Store{URL: session.NewSecret("postgres://ada:old@db/x"), PasswordFile: "/no/such/file"}.Address()

	require.ErrorContains(t, err, "read the database's password: open /no/such/file")
	require.NotContains(t, err.Error(), "old")
}

func TestSQLite_OfAStore_TellsTheFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		url, path string
		ok        bool
	}{
		{"", "", true},
		{"sqlite:/var/lib/a.db", "/var/lib/a.db", true},
		{"postgres://db/x", "postgres://db/x", false},
	} {
		s := config.Store{}
		if tc.url != "" {
			s.URL = session.NewSecret(tc.url)
		}

		path, ok := s.SQLite()

		require.Equal(t, tc.ok, ok, tc.url)
		require.Equal(t, tc.path, path, tc.url)
	}
}
