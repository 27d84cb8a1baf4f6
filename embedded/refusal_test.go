//go:build temporal

package embedded_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	sdklog "go.temporal.io/sdk/log"
	sqliteschema "go.temporal.io/server/schema/sqlite"

	"github.com/anteroom/anteroom/embedded"
)

func discardLog() sdklog.Logger {
	return sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
}

func TestStart_WhenOptionCannotWork_IsRefusedWithItsName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := map[string]struct {
		options embedded.Options
		reason  error
		names   string
	}{
		"no directory":    {embedded.Options{}, embedded.ErrOptions, "directory"},
		"all interfaces":  {embedded.Options{DataDir: dir, FrontendAddr: "0.0.0.0:0"}, embedded.ErrNotLoopback, "0.0.0.0:0"},
		"no host":         {embedded.Options{DataDir: dir, FrontendAddr: ":7233"}, embedded.ErrNotLoopback, ":7233"},
		"ui beyond":       {embedded.Options{DataDir: dir, UIAddr: "192.0.2.1:8233"}, embedded.ErrNotLoopback, "192.0.2.1:8233"},
		"ipv6":            {embedded.Options{DataDir: dir, UIAddr: "[::1]:0"}, embedded.ErrNotLoopback, "::1"},
		"no port":         {embedded.Options{DataDir: dir, FrontendAddr: "127.0.0.1"}, embedded.ErrOptions, "127.0.0.1"},
		"port too high":   {embedded.Options{DataDir: dir, FrontendAddr: "127.0.0.1:70000"}, embedded.ErrOptions, "70000"},
		"short retention": {embedded.Options{DataDir: dir, Retention: time.Minute}, embedded.ErrOptions, "1m0s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := embedded.Start(t.Context(), test.options)
			require.ErrorIs(t, err, test.reason)
			require.ErrorContains(t, err, test.names)
			require.NotContains(t, err.Error(), "\n", "one sentence")
		})
	}
}

func TestStart_WhenDirectoryCannotBeMade_IsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := embedded.Start(t.Context(), embedded.Options{DataDir: filepath.Join(file, "data")})
	require.ErrorIs(t, err, embedded.ErrDataDir)
	require.ErrorContains(t, err, file)
	var refusal *embedded.StartError
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, embedded.ErrDataDir, refusal.Reason)
}

func TestStart_WhenFilesDoNotBelongTogether_IsRefused(t *testing.T) {
	t.Parallel()
	const whole = `{"state":"ready","clusterId":"7a9f5d0e-5b1c-4f39-8f6d-0a7f5d3a2b11","historyShards":4,"schemaVersion":"0.11","visibilitySchemaVersion":"0.1"}`
	tests := map[string]struct {
		files map[string]string
		names string
	}{
		"database without meta": {map[string]string{"temporal.db": "x"}, "no temporal.json"},
		"meta without database": {map[string]string{"temporal.json": whole}, "is missing"},
		"meta is not json":      {map[string]string{"temporal.json": "{", "temporal.db": "x"}, "damaged"},
		"meta has no cluster":   {map[string]string{"temporal.json": `{"state":"ready","historyShards":4}`, "temporal.db": "x"}, "clusterId"},
		"meta has no shards":    {map[string]string{"temporal.json": `{"state":"ready","clusterId":"7a9f5d0e-5b1c-4f39-8f6d-0a7f5d3a2b11"}`, "temporal.db": "x"}, "historyShards"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range test.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600))
			}
			_, err := embedded.Start(t.Context(), embedded.Options{DataDir: dir})
			require.ErrorIs(t, err, embedded.ErrDataDir)
			require.ErrorContains(t, err, test.names)
			for file, content := range test.files {
				raw, err := os.ReadFile(filepath.Join(dir, file))
				require.NoError(t, err)
				require.Equal(t, content, string(raw), "nothing is damaged")
			}
		})
	}
}

func TestStart_WhenTooManyAttributes_IsRefused(t *testing.T) {
	t.Parallel()
	many := map[string]enumspb.IndexedValueType{}
	for _, name := range []string{"A", "B", "C", "D"} {
		many["Bool"+name] = enumspb.INDEXED_VALUE_TYPE_BOOL
	}
	_, err := embedded.Start(t.Context(), embedded.Options{DataDir: t.TempDir(), SearchAttributes: many})
	require.ErrorIs(t, err, embedded.ErrSearchAttribute)
	require.ErrorContains(t, err, "3")
}

// A newer Temporal brings a newer schema. This fails then on purpose: existing databases
// need its statements (schema/sqlite/v3/temporal/versioned) before the pin may move.
func TestSchemaVersion_IsTheOneUpgradesWereWrittenFor(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0.11", sqliteschema.Version)
	require.Equal(t, "0.1", sqliteschema.VisibilityVersion)
}
