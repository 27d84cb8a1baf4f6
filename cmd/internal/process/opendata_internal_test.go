package process

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
)

// started opens the data of a new process on dir, and closes it when the test ends or close is called.
func startedOn(t *testing.T, dir, projects string) *Process {
	t.Helper()
	p := newProcess(t)
	p.o.Config.DataDir, p.o.Config.Projects = dir, projects
	require.NoError(t, p.openData(t.Context()))
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *Process) {
	t.Helper()
	require.NoError(t, p.Stop(t.Context()))
}

func apiKey(t *testing.T, p *Process) []byte {
	t.Helper()
	key, err := os.ReadFile(p.APIKeyFile())
	require.NoError(t, err)
	return key
}

func requireKeyWorks(t *testing.T, p *Process) {
	t.Helper()
	hash := sha256.Sum256([]byte(strings.TrimSpace(string(apiKey(t, p)))))
	key, err := p.db.APIKeyByHash(t.Context(), hash[:])
	require.NoError(t, err)
	require.Equal(t, DefaultWorkspace, key.Workspace)
}

func TestOpenData_FirstStart_LeavesWorkspaceKeyAndVault(t *testing.T) {
	t.Parallel()
	p := startedOn(t, filepath.Join(t.TempDir(), "data"), "")
	exists, err := p.db.WorkspaceExists(t.Context(), DefaultWorkspace)
	require.NoError(t, err)
	require.True(t, exists)
	require.Regexp(t, `^ak_[0-9a-zA-Z_-]{40,}\n$`, string(apiKey(t, p)))
	requireKeyWorks(t, p)
	for _, name := range []string{apiKeyFile, vaultKeyFile} {
		info, err := os.Stat(p.dir.file(name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
}

func TestOpenData_LaterStarts_KeepEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startedOn(t, dir, "")
	key, keyID := apiKey(t, first), first.vault.KeyID()
	stop(t, first)
	second := startedOn(t, dir, "")
	require.Equal(t, key, apiKey(t, second))
	require.Equal(t, keyID, second.vault.KeyID())
	requireKeyWorks(t, second)
}

func TestOpenData_AfterAFirstStartThatDiedHalfWay_CompletesIt(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"only the vault's key": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, vault.CreateKeyFile(filepath.Join(dir, vaultKeyFile)))
		},
		"the API key is not registered": func(t *testing.T, dir string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(dir, apiKeyFile), []byte(NewAPIKey().Reveal()+"\n"), 0o600))
		},
		"the API key is not written": func(t *testing.T, dir string) {
			t.Helper()
			p := startedOn(t, dir, "")
			stop(t, p)
			require.NoError(t, os.Remove(filepath.Join(dir, apiKeyFile)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			prepare(t, dir)
			requireKeyWorks(t, startedOn(t, dir, ""))
		})
	}
}

func TestEnsureInstalled_Repeated_ChangesNothing(t *testing.T) {
	t.Parallel()
	p := startedOn(t, t.TempDir(), "")
	key := apiKey(t, p)
	for range 2 {
		require.NoError(t, ensureInstalled(t.Context(), p.db, p.APIKeyFile(), at))
		require.Equal(t, key, apiKey(t, p))
		requireKeyWorks(t, p)
	}
}

func TestEnsureInstalled_WhenTheKeyWasRevoked_LeavesItRevoked(t *testing.T) {
	t.Parallel()
	p := startedOn(t, t.TempDir(), "")
	hash := HashAPIKey(session.NewSecret(string(apiKey(t, p))))
	key, err := p.db.APIKeyByHash(t.Context(), hash)
	require.NoError(t, err)
	_, err = p.db.RevokeAPIKey(t.Context(), key.ID, at)
	require.NoError(t, err)

	require.NoError(t, ensureInstalled(t.Context(), p.db, p.APIKeyFile(), at))

	_, err = p.db.APIKeyByHash(t.Context(), hash)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestOpenData_WithAStoreButNoVaultKey_IsRefused_AndMakesNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stop(t, startedOn(t, dir, ""))
	key := filepath.Join(dir, vaultKeyFile)
	kept, err := os.ReadFile(key)
	require.NoError(t, err)
	require.NoError(t, os.Remove(key))

	p := newProcess(t)
	p.o.Config.DataDir = dir
	err = p.openData(t.Context())
	require.ErrorContains(t, err, key)
	stop(t, p)
	_, err = os.Stat(key)
	require.ErrorIs(t, err, os.ErrNotExist, "a new key could open nothing of what is there")

	require.NoError(t, os.WriteFile(key, kept, 0o600))
	requireKeyWorks(t, startedOn(t, dir, ""))
}

func TestOpenData_WithTheVaultKeyOfAnother_IsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stop(t, startedOn(t, dir, ""))
	key := filepath.Join(dir, vaultKeyFile)
	require.NoError(t, os.Remove(key))
	require.NoError(t, vault.CreateKeyFile(key))
	p := newProcess(t)
	p.o.Config.DataDir = dir
	err := p.openData(t.Context())
	require.ErrorIs(t, err, store.ErrOtherVaultKey)
	require.ErrorContains(t, err, "put the right key file there")
	require.ErrorContains(t, err, key)
	stop(t, p)
}

func TestOpenData_ThatFails_FreesTheDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := newProcess(t)
	p.o.Config.DataDir, p.o.Config.Projects = dir, filepath.Join(dir, "no-such-folder")
	require.Error(t, p.openData(t.Context()))
	stop(t, p)
	startedOn(t, dir, "")
}

func writeProject(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600))
}

func version(t *testing.T, p *Process, name string) int64 {
	t.Helper()
	project, err := p.db.GetProject(t.Context(), DefaultWorkspace, name)
	require.NoError(t, err)
	return project.Version
}

func TestLoadProjects_RaisesTheVersionOfWhatChangedOnly(t *testing.T) {
	t.Parallel()
	files, dir := t.TempDir(), t.TempDir()
	writeProject(t, files, "plain", "loginUrl: https://plain.example/login\n")
	writeProject(t, files, "full", `loginUrl: https://full.example/login
allowedHosts: ["full.example", "*.sso.example"]
checkUrl: https://full.example/me
loggedIn: text=Sign out
browser: chrome
otp: {wait: 3m}
`)
	writeProject(t, files, "empty", "loginUrl: https://empty.example/login\nallowedHosts: []\n")
	first := startedOn(t, dir, files)
	before := map[string]int64{}
	for _, name := range []string{"plain", "full", "empty"} {
		before[name] = version(t, first, name)
	}
	stop(t, first)

	second := startedOn(t, dir, files)
	for name, v := range before {
		require.Equal(t, v, version(t, second, name), name)
	}
	stop(t, second)

	writeProject(t, files, "plain", "loginUrl: https://plain.example/signin\n")
	require.NoError(t, os.Remove(filepath.Join(files, "full.yaml")))
	third := startedOn(t, dir, files)
	require.Greater(t, version(t, third, "plain"), before["plain"])
	require.Equal(t, before["full"], version(t, third, "full"), "a project without a file stays as it is")
	require.Equal(t, before["empty"], version(t, third, "empty"))
}

func TestLoadProjects_WithAFault_StoresNothing(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	writeProject(t, files, "good", "loginUrl: https://good.example/login\n")
	writeProject(t, files, "wrong", "loginUrl: ftp://wrong.example\n")
	p := newProcess(t)
	p.o.Config.Projects = files
	err := p.openData(t.Context())
	require.ErrorIs(t, err, config.ErrInvalid)
	require.ErrorContains(t, err, "wrong.yaml")
	_, err = p.db.GetProject(t.Context(), DefaultWorkspace, "good")
	require.ErrorIs(t, err, store.ErrNotFound)
	stop(t, p)
}
