package vault_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/anteroom/anteroom/vault"
)

func TestCreateKeyFile_WhenDone_LeavesOneFileForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file stays behind")
}

func TestCreateKeyFile_WhenSomethingIsThere_LeavesItAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	require.NoError(t, os.WriteFile(taken, []byte("precious"), 0o600))
	dangling := filepath.Join(dir, "dangling")
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), dangling))

	require.ErrorIs(t, vault.CreateKeyFile(taken), vault.ErrKeyExists)
	require.ErrorIs(t, vault.CreateKeyFile(dangling), vault.ErrKeyExists)

	content, err := os.ReadFile(taken)
	require.NoError(t, err)
	require.Equal(t, "precious", string(content))
	require.NoFileExists(t, filepath.Join(dir, "nowhere"))
}

func TestCreateKeyFile_WhenTheDirectoryIsMissing_SaysSo(t *testing.T) {
	t.Parallel()

	err := vault.CreateKeyFile(filepath.Join(t.TempDir(), "none", "vault.key"))

	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestCreateKeyFile_WhenManyTryAtOnce_OneWins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = vault.CreateKeyFile(path) })
	}
	all.Wait()

	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, vault.ErrKeyExists)
	}
	require.Equal(t, 1, won)
}

func TestOpen_WhenTheFileIsWrong_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(newKeyPath(t))
	require.NoError(t, err)
	other, err := os.ReadFile(newKeyPath(t))
	require.NoError(t, err)
	write := func(content string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			require.NoError(t, os.Chmod(path, mode))
		}
	}
	for name, tc := range map[string]struct {
		make func(*testing.T, string)
		want error
		says string
	}{
		"missing":          {func(*testing.T, string) {}, vault.ErrKeyMissing, "is missing: restore it from a backup"},
		"a directory":      {func(t *testing.T, p string) { require.NoError(t, os.Mkdir(p, 0o700)) }, vault.ErrKeyUnreadable, "not a regular file"},
		"a named pipe":     {func(t *testing.T, p string) { require.NoError(t, unix.Mkfifo(p, 0o600)) }, vault.ErrKeyUnreadable, "not a regular file"},
		"a loop of links":  {func(t *testing.T, p string) { require.NoError(t, os.Symlink(p, p)) }, vault.ErrKeyUnreadable, "cannot be read"},
		"group may read":   {write(string(good), 0o640), vault.ErrKeyPermissions, "mode 0640"},
		"others may read":  {write(string(good), 0o604), vault.ErrKeyPermissions, "mode 0604"},
		"group may write":  {write(string(good), 0o620), vault.ErrKeyPermissions, "mode 0620"},
		"empty":            {write("", 0o600), vault.ErrKeyMalformed, "damaged or no vault key file"},
		"not JSON":         {write("key: 1", 0o600), vault.ErrKeyMalformed, "damaged"},
		"other JSON":       {write(`{"a":1}`, 0o600), vault.ErrKeyMalformed, "damaged"},
		"cut short":        {write(string(good[:len(good)/2]), 0o600), vault.ErrKeyMalformed, "damaged"},
		"twice":            {write(string(good)+string(good), 0o600), vault.ErrKeyMalformed, "damaged"},
		"huge":             {write(string(good)+strings.Repeat(" ", 1<<20), 0o600), vault.ErrKeyMalformed, "damaged"},
		"no keysets":       {write(`{"format":"anteroom-vault-key","version":1}`, 0o600), vault.ErrKeyMalformed, "damaged"},
		"unknown field":    {write(edit(t, good, "extra", 1), 0o600), vault.ErrKeyMalformed, "damaged"},
		"other key id":     {write(edit(t, good, "keyId", "vk_x"), 0o600), vault.ErrKeyMalformed, "damaged"},
		"mixed keysets":    {write(edit(t, good, "sealing", field(t, other, "sealing")), 0o600), vault.ErrKeyMalformed, "damaged"},
		"exchanged keys":   {write(edit(t, good, "deriving", field(t, good, "sealing")), 0o600), vault.ErrKeyMalformed, "damaged"},
		"a newer version":  {write(edit(t, good, "version", 2), 0o600), vault.ErrKeyNewer, "has version 2 and this program reads up to 1"},
		"version nonsense": {write(edit(t, good, "version", 0), 0o600), vault.ErrKeyMalformed, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "vault.key")
			tc.make(t, path)

			v, err := vault.Open(path)

			require.Nil(t, v)
			require.ErrorIs(t, err, tc.want)
			var fault *vault.KeyFileError
			require.ErrorAs(t, err, &fault)
			require.Equal(t, path, fault.Path)
			require.ErrorContains(t, err, tc.says)
			require.NotContains(t, err.Error(), "\n", "one sentence")
			require.NotContains(t, err.Error(), keyMaterial(t, good))
		})
	}
}

func TestOpen_WhenOneCharacterOfTheFileChanged_NeverOpensOtherKeys(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	v, err := vault.Open(path)
	require.NoError(t, err)
	sealed, err := v.Seal([]byte(canary), row)
	require.NoError(t, err)
	for i := range good {
		bad := append([]byte{}, good...)
		bad[i] ^= 1
		require.NoError(t, os.WriteFile(path, bad, 0o600))

		damaged, err := vault.Open(path)
		if err != nil {
			continue
		}
		opened, err := damaged.Open(sealed, row)
		require.NoError(t, err, "byte %d (%q)", i, good[i])
		require.Equal(t, canary, string(opened))
		require.Equal(t, v.KeyID(), damaged.KeyID())
	}
}

func TestOpen_WhenTheFileIsOnlyFormattedAnew_OpensIt(t *testing.T) {
	t.Parallel()
	path := newKeyPath(t)
	good, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(path, []byte(edit(t, good, "version", 1)), 0o600))

	_, err = vault.Open(path)
	require.NoError(t, err, "so the edited files of the other tests fail for what was edited")
}

func TestOpenOrCreate_WhenCalledAgain_KeepsTheKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")

	first, err := vault.OpenOrCreate(path)
	require.NoError(t, err)
	again, err := vault.OpenOrCreate(path)
	require.NoError(t, err)

	sealed, err := first.Seal([]byte(canary), row)
	require.NoError(t, err)
	opened, err := again.Open(sealed, row)
	require.NoError(t, err)
	require.Equal(t, canary, string(opened))
}

func TestOpenOrCreate_WhenTheFileIsWrong_DoesNotReplaceIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	require.NoError(t, os.WriteFile(path, []byte("damaged"), 0o600))

	_, err := vault.OpenOrCreate(path)

	require.ErrorIs(t, err, vault.ErrKeyMalformed)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "damaged", string(content))
}

// edit returns the JSON object with one field set and all others byte for byte as they were.
func edit(t *testing.T, object []byte, name string, value any) string {
	t.Helper()
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object, &fields))
	raw, err := json.Marshal(value)
	require.NoError(t, err)
	fields[name] = raw
	out, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(out)
}

func field(t *testing.T, object []byte, name string) json.RawMessage {
	t.Helper()
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object, &fields))
	require.Contains(t, fields, name)
	return fields[name]
}

// keyMaterial returns the encoded sealing key of a key file.
func keyMaterial(t *testing.T, file []byte) string {
	t.Helper()
	var b struct {
		Sealing struct {
			Key []struct {
				KeyData struct {
					Value string `json:"value"`
				} `json:"keyData"`
			} `json:"key"`
		} `json:"sealing"`
	}
	require.NoError(t, json.Unmarshal(file, &b))
	require.NotEmpty(t, b.Sealing.Key)
	require.NotEmpty(t, b.Sealing.Key[0].KeyData.Value)
	return b.Sealing.Key[0].KeyData.Value
}
