package vault

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// From outside, the moment between open and lock cannot be met at will.
func TestLockKeyFile_WhenTheFileWasReplacedSinceItWasOpened_IsBusy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	require.NoError(t, CreateKeyFile(path))
	f, err := openKeyFile(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	other, err := Open(path)
	require.NoError(t, err)
	require.NoError(t, other.Rotate())

	require.ErrorIs(t, lockKeyFile(f, path), ErrKeyBusy, "rotating from the old file would lose the other's key")
}
