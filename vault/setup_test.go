package vault_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/vault"
)

// canary is a value that must show up nowhere but where it is opened.
const canary = "canary-Zk3x9QpL7vWm2RtY"

// row is a context that is valid.
var row = vault.Context{Workspace: "default", Kind: "operation.parameters", ID: "op_1"}

func newKeyPath(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault.key")
	require.NoError(t, vault.CreateKeyFile(path))
	return path
}

func newVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(newKeyPath(t))
	require.NoError(t, err)
	return v
}

// anyContext draws contexts whose parts resemble each other, so that an ambiguous encoding is found.
func anyContext() *rapid.Generator[vault.Context] {
	part := rapid.StringMatching(`[ab\x00\x01/:]{1,4}`)
	return rapid.Custom(func(t *rapid.T) vault.Context {
		return vault.Context{Workspace: part.Draw(t, "workspace"), Kind: part.Draw(t, "kind"), ID: part.Draw(t, "id")}
	})
}
