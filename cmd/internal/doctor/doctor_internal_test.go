package doctor

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/vault"
)

// examine makes what checks look at, on a data directory of its own.
func examine(t *testing.T) *examined {
	t.Helper()
	return &examined{
		config: &config.Config{DataDir: filepath.Join(t.TempDir(), "data"), Listen: "127.0.0.1:0", Temporal: config.Temporal{Address: "127.0.0.1:1"}},
		logger: slog.New(slog.DiscardHandler),
	}
}

// installedAt makes a store in the data directory, sealed with a new key.
func installedAt(t *testing.T, c *config.Config) {
	t.Helper()
	require.NoError(t, os.Mkdir(c.DataDir, 0o700))
	key, err := vault.OpenOrCreate(process.KeyFile(c))
	require.NoError(t, err)
	db, err := sqlite.Open(t.Context(), filepath.Join(c.DataDir, process.StoreFile), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, db.BindVault(t.Context(), key.KeyID()))
	require.NoError(t, db.Close())
}

func TestWorst_OfFindings_IsTheGravest(t *testing.T) {
	t.Parallel()
	require.Equal(t, OK, Worst(nil))
	require.Equal(t, Warning, Worst([]Finding{{Status: OK}, {Status: Warning}, {Status: OK}}))
	require.Equal(t, Failed, Worst([]Finding{{Status: Failed}, {Status: Warning}}))
}

func TestData_BeforeTheFirstStart_IsNoFault(t *testing.T) {
	t.Parallel()
	e := examine(t)
	for _, look := range []func() (Status, string){
		func() (Status, string) { return lookAtDataDir(t.Context(), e) },
		func() (Status, string) { return lookAtVaultKey(t.Context(), e) },
		func() (Status, string) { return lookAtStore(t.Context(), e) },
	} {
		status, says := look()
		require.Equal(t, OK, status, says)
	}
	require.NoDirExists(t, e.config.DataDir, "the doctor changes nothing")
}

func TestData_OfAnInstallation_IsWell(t *testing.T) {
	t.Parallel()
	e := examine(t)
	installedAt(t, e.config)
	status, says := lookAtStore(t.Context(), e)
	require.Equal(t, OK, status, says)
	status, says = lookAtVaultKey(t.Context(), e)
	require.Equal(t, OK, status, says)
	require.Contains(t, says, "vk_")
}

func TestVaultKey_ThatIsMissingOrAnothers_IsAFault(t *testing.T) {
	t.Parallel()
	e := examine(t)
	installedAt(t, e.config)
	require.NoError(t, os.Remove(process.KeyFile(e.config)))
	status, says := lookAtVaultKey(t.Context(), e)
	require.Equal(t, Failed, status)
	require.Contains(t, says, process.KeyFile(e.config))

	require.NoError(t, vault.CreateKeyFile(process.KeyFile(e.config)))
	status, says = lookAtStore(t.Context(), e)
	require.Equal(t, Failed, status)
	require.Contains(t, says, "put the right file there")
}

func TestDataDir_ThatOthersMayUse_OrThatIsAFile_IsToldOf(t *testing.T) {
	t.Parallel()
	e := examine(t)
	require.NoError(t, os.Mkdir(e.config.DataDir, 0o700))
	require.NoError(t, os.Chmod(e.config.DataDir, 0o755))
	status, says := lookAtDataDir(t.Context(), e)
	require.Equal(t, Warning, status)
	require.Contains(t, says, "set its mode to 0700")

	require.NoError(t, os.Remove(e.config.DataDir))
	require.NoError(t, os.WriteFile(e.config.DataDir, nil, 0o600))
	status, says = lookAtDataDir(t.Context(), e)
	require.Equal(t, Failed, status)
	require.Contains(t, says, "no directory")
}

func TestStore_ThatCannotBeReached_IsAFault(t *testing.T) {
	t.Parallel()
	e := examine(t)
	e.config.Store.URL = session.NewSecret("postgres://anteroom:hunter2@127.0.0.1/none?host=/nowhere")
	e.config.Store.PasswordFile = filepath.Join(t.TempDir(), "no-such-file")
	status, says := lookAtStore(t.Context(), e)
	require.Equal(t, Failed, status)
	require.Contains(t, says, "no-such-file")
	require.NotContains(t, says, "hunter2")
}

func TestPorts_ThatAreTaken_TellWhetherItIsUs(t *testing.T) {
	t.Parallel()
	e := examine(t)
	status, says := lookAtPorts(t.Context(), e)
	require.Equal(t, OK, status, says)

	answers := http.StatusNotFound
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(answers) }))
	defer other.Close()
	e.config.Listen = other.Listener.Addr().String()
	status, says = lookAtPorts(t.Context(), e)
	require.Equal(t, Warning, status)
	require.Contains(t, says, e.config.Listen)

	answers = http.StatusOK
	status, says = lookAtPorts(t.Context(), e)
	require.Equal(t, OK, status)
	require.Contains(t, says, "anteroom is up on "+e.config.Listen)
}

func TestEndpoints_WithoutABrowserProcess_SayHowToStartOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	status, says := lookAtEndpoints(t.Context(), []string{filepath.Join(dir, "none.sock")})
	require.Equal(t, Failed, status)
	require.Contains(t, says, "anteroom browser")

	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	status, _ = lookAtEndpoints(t.Context(), []string{file})
	require.Equal(t, Failed, status)
}

func TestBrowser_ThatAProcessKeeps_IsAsked(t *testing.T) {
	t.Parallel()
	e := &examined{config: &config.Config{DataDir: t.TempDir()}}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "unix", process.Socket(e.config))
	require.NoError(t, err)
	keeper := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(browser.KeeperState{PID: 4711, Wanted: browser.Wanted{Pages: 3}})
	}))
	require.NoError(t, keeper.Listener.Close())
	keeper.Listener = l
	keeper.Start()
	defer keeper.Close()
	status, says := lookAtBrowser(t.Context(), e)
	require.Equal(t, OK, status, says)
	require.Contains(t, says, "the browser process 4711 serves")
	require.Contains(t, says, "3 logins")
	status, named := lookAtEndpoints(t.Context(), []string{process.Socket(e.config)})
	require.Equal(t, OK, status)
	require.Equal(t, says, named)
}
