package config_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
)

// env is an environment of a test. It has a home directory unless it says otherwise.
type env map[string]string

func (e env) options() config.Options {
	values := env{"HOME": "/home/ada", "PATH": "/bin"}
	maps.Copy(values, e)
	return config.Options{
		LookupEnv: func(name string) (string, bool) {
			value, ok := values[name]
			return value, ok
		},
		Environ: func() []string {
			var all []string
			for name, value := range values {
				all = append(all, name+"="+value)
			}
			return all
		},
	}
}

// load loads from an environment and the content of a file; empty for no file.
func load(t *testing.T, e env, file string) (*config.Config, error) {
	t.Helper()
	o := e.options()
	if file != "" {
		o.File = writeFile(t, t.TempDir(), "anteroom.yaml", file)
	}
	return config.Load(o)
}

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// faults takes a joined error apart.
func faults(t *testing.T, err error) []*config.SettingError {
	t.Helper()
	require.Error(t, err)
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var out []*config.SettingError
	for _, e := range list {
		var f *config.SettingError
		require.ErrorAs(t, e, &f)
		require.ErrorIs(t, e, config.ErrInvalid)
		out = append(out, f)
	}
	return out
}
