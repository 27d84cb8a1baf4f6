package vault_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/anteroom/anteroom/vault"
)

func TestRotate_WhenDone_OldAndNewValuesOpenAndTheVaultIsTheSame(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	v, err := vault.Open(path)
	require.NoError(t, err)
	keyID, sealingKeyID, id := v.KeyID(), v.SealingKeyID(), v.DeriveID("ask_", "op_1", "1")
	old, err := v.Seal([]byte("old"), row)
	require.NoError(t, err)

	require.NoError(t, v.Rotate())

	recent, err := v.Seal([]byte("recent"), row)
	require.NoError(t, err)
	reopened, err := vault.Open(path)
	require.NoError(t, err)
	for _, vv := range []*vault.Vault{v, reopened} {
		require.NotEqual(t, sealingKeyID, vv.SealingKeyID())
		require.Equal(t, keyID, vv.KeyID())
		require.Equal(t, id, vv.DeriveID("ask_", "op_1", "1"))
		for want, sealed := range map[string][]byte{"old": old, "recent": recent} {
			opened, err := vv.Open(sealed, row)
			require.NoError(t, err)
			require.Equal(t, want, string(opened))
		}
	}
	require.NotEqual(t, old[:5], recent[:5], "the new key seals")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

func TestRotate_WhenAnotherProcessRotatedBefore_KeepsItsKey(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	mine, err := vault.Open(path)
	require.NoError(t, err)
	theirs, err := vault.Open(path)
	require.NoError(t, err)
	require.NoError(t, theirs.Rotate())
	sealed, err := theirs.Seal([]byte(canary), row)
	require.NoError(t, err)

	_, err = mine.Open(sealed, row)
	require.ErrorIs(t, err, vault.ErrNotOpened)
	require.ErrorIs(t, err, vault.ErrUnknownKey, "the reason is the stale key file")

	require.NoError(t, mine.Rotate())

	opened, err := mine.Open(sealed, row)
	require.NoError(t, err)
	require.Equal(t, canary, string(opened))
}

func TestRotate_WhileAnotherProcessRotates_IsBusyAndChangesNothing(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	v, err := vault.Open(path)
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	lock, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, unix.Flock(int(lock.Fd()), unix.LOCK_EX))

	require.ErrorIs(t, v.Rotate(), vault.ErrKeyBusy)

	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, lock.Close())
	require.NoError(t, v.Rotate())
}

func TestRotate_WhenManyRotateAndSealAtOnce_NoValueIsLost(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	const workers, rounds = 4, 10
	sealed := make([][][]byte, workers)
	errs := make([][]error, workers)
	var all sync.WaitGroup
	for i := range workers {
		v, err := vault.Open(path)
		require.NoError(t, err)
		all.Go(func() {
			for range rounds {
				rotated := v.Rotate()
				value, err := v.Seal([]byte(canary), row)
				sealed[i], errs[i] = append(sealed[i], value), append(errs[i], rotated, err)
			}
		})
	}
	all.Wait()

	final, err := vault.Open(path)
	require.NoError(t, err)
	for i := range workers {
		for _, err := range errs[i] {
			if err != nil {
				require.ErrorIs(t, err, vault.ErrKeyBusy)
			}
		}
		for _, value := range sealed[i] {
			opened, err := final.Open(value, row)
			require.NoError(t, err)
			require.Equal(t, canary, string(opened))
		}
	}
}

func TestRotate_WhenOneVaultRotatesInManyGoroutines_KeepsEveryKey(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := v.Rotate(); err != nil {
				t.Errorf("rotate: %v", err)
			}
			sealed, err := v.Seal([]byte(canary), row)
			if err != nil {
				t.Errorf("seal: %v", err)
			}
			if _, err := v.Open(sealed, row); err != nil {
				t.Errorf("open: %v", err)
			}
		})
	}
	all.Wait()
}

func TestRotate_WhenTheFileIsAnotherVaults_Refuses(t *testing.T) {
	t.Parallel()
	path, other := newKeyPath(t), newKeyPath(t)
	v, err := vault.Open(path)
	require.NoError(t, err)
	sealingKeyID := v.SealingKeyID()
	require.NoError(t, os.Rename(other, path))

	require.ErrorIs(t, v.Rotate(), vault.ErrKeyChanged)
	require.Equal(t, sealingKeyID, v.SealingKeyID())

	require.NoError(t, os.Remove(path))
	require.ErrorIs(t, v.Rotate(), vault.ErrKeyMissing)
}

func TestRotate_WhenThePathIsALink_ReplacesWhatItPointsTo(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(path, link))
	v, err := vault.Open(link)
	require.NoError(t, err)

	require.NoError(t, v.Rotate())

	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	direct, err := vault.Open(path)
	require.NoError(t, err)
	require.Equal(t, v.SealingKeyID(), direct.SealingKeyID())
}
