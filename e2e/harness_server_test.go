//go:build e2e

package e2e

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// workspace is the one that the first start makes.
const workspace = "default"

// temporalProcess is a Temporal server in a process of its own.
type temporalProcess struct {
	*child

	Address string `json:"address"`
	UI      string `json:"ui"`
}

func (s *suite) startTemporal(name string) (*temporalProcess, error) {
	c, err := s.spawn(name, s.standalone, nil, "temporal", "--json", "--log-level", "warn",
		"--temporal-listen", "127.0.0.1:0", "--temporal-ui-listen", "127.0.0.1:0", "--data-dir", filepath.Join(s.dir, name+".data"))
	if err != nil {
		return nil, err
	}
	t := &temporalProcess{child: c}
	return t, c.firstLine(t)
}

// server is a process with an API.
type server struct {
	*child

	API        string `json:"api"`
	APIKeyFile string `json:"apiKeyFile"`
	TemporalUI string `json:"temporalUi"`
	// dataDir is kept over restarts.
	dataDir string
	key     string
	client  *client.Client
}

// startServerOn starts a process with an API on a data directory that is kept over restarts.
func (s *suite) startServerOn(dataDir, name, program string, args ...string) (*server, error) {
	args = append(args, "--json", "--listen", "127.0.0.1:0", "--network-allow", "127.0.0.0/8",
		"--data-dir", dataDir, "--log-level", "debug")
	c, err := s.spawn(name, program, nil, args...)
	if err != nil {
		return nil, err
	}
	srv := &server{child: c, dataDir: dataDir}
	if err := c.firstLine(srv); err != nil {
		return nil, err
	}
	return srv, srv.connect()
}

func (srv *server) connect() error {
	key, err := os.ReadFile(srv.APIKeyFile)
	if err != nil {
		return err
	}
	srv.key = strings.TrimSpace(string(key))
	c, err := client.New(srv.API, session.NewSecret(srv.key), &http.Client{Timeout: 90 * time.Second})
	if err != nil {
		return err
	}
	srv.client = c.In(workspace)
	return nil
}

// sharedServer is the one that most tests use.
func sharedServer(t *testing.T) *server {
	t.Helper()
	everything.shared.showWhenFailed(t)
	return everything.shared
}

// upArgs start everything in one process, on free ports.
func upArgs(more ...string) []string {
	return append([]string{"up", "--temporal-listen", "127.0.0.1:0", "--temporal-ui-listen", "127.0.0.1:0"}, more...)
}

// up starts a standalone process; it is stopped when the test ends, if it still runs.
func up(t *testing.T, dataDir string, more ...string) *server {
	t.Helper()
	srv, err := everything.startServerOn(dataDir, "up", everything.standalone, upArgs(more...)...)
	require.NoError(t, err)
	srv.showWhenFailed(t)
	t.Cleanup(func() {
		require.NoError(t, srv.stopIfRunning())
		require.NoError(t, endKeepers(context.Background(), dataDir))
		require.NoError(t, noBrowserLeft(context.Background(), srv.tmp))
	})
	return srv
}

func (srv *server) stopIfRunning() error {
	select {
	case <-srv.exited:
		return nil
	default:
		return srv.stop()
	}
}

// dataDir makes a directory that outlives the processes of a test.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(everything.dir, "data-") //nolint:usetesting // it stays beside the logs when a test fails
	require.NoError(t, err)
	return dir
}

// freePort is a port that was free a moment ago, for a process that is started again at the same place.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return port(l.Addr().String()), nil
}
