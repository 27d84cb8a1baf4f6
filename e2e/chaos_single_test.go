//go:build e2e && !production

package e2e

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/store/sqlite"
)

// TestChaos_WhateverIsKilled_EveryLoginEndsRight is not parallel: with other tests beside it, it would take minutes.
func TestChaos_WhateverIsKilled_EveryLoginEndsRight(t *testing.T) { //nolint:paralleltest // as above
	s := startSingle(t)
	target := &chaosTarget{name: "single", addresses: []string{s.API}, key: s.key, leftBehind: s.leftBehind}
	target.victims = []*victim{
		{
			name: "the whole process", weight: 96, alone: true,
			strike: func(context.Context) error { return killed(s.kill()) },
			back:   func(ctx context.Context) error { return supervised(ctx, s.run, s.kill) },
		},
		s.keeperVictim(2), chromiumVictim(s.endpoint(), 2),
	}
	target.befall(t)
	require.NoError(t, s.stop())
}

// single is everything in one process, which is started again at the same addresses and with the same data.
type single struct {
	*server

	args             []string
	temporalListener string
}

func startSingle(t *testing.T) *single {
	t.Helper()
	s := &single{server: &server{dataDir: dataDir(t)}}
	s.args = []string{"up", "--json", "--network-allow", "127.0.0.0/8", "--data-dir", s.dataDir, "--log-level", "debug"}
	for _, listener := range []string{"--listen", "--temporal-listen", "--temporal-ui-listen"} {
		at, err := freePort()
		require.NoError(t, err)
		s.args = append(s.args, listener, "127.0.0.1:"+at)
		if listener == "--temporal-listen" {
			s.temporalListener = "127.0.0.1:" + at
		}
	}
	require.NoError(t, s.run())
	t.Cleanup(func() { require.NoError(t, s.stopIfRunning()) })
	return s
}

// run starts the process and waits until it says where it is.
func (s *single) run() error {
	c, err := everything.spawn("single", everything.standalone, nil, s.args...)
	if err != nil {
		return err
	}
	s.child = c
	if err := c.firstLine(s.server); err != nil {
		return err
	}
	return s.connect()
}

// endpoint reaches the browser process.
func (s *single) endpoint() *browser.Endpoint { return browser.NewEndpoint(s.socket()) }

func (s *single) socket() string { return filepath.Join(s.dataDir, "browser.sock") }

// keeperVictim is the browser process that the whole process starts beside itself, and again when it is gone.
func (s *single) keeperVictim(weight int) *victim {
	killed := 0
	return &victim{
		name: "browser", weight: weight, browser: true,
		strike: func(ctx context.Context) (err error) {
			if killed, err = servedBy(ctx, s.socket()); err != nil {
				return err
			}
			return syscall.Kill(killed, syscall.SIGKILL)
		},
		back: func(ctx context.Context) error {
			return until(ctx, "another browser process", func() bool {
				pid, err := servedBy(ctx, s.socket())
				return err == nil && pid != killed
			})
		},
	}
}

// servedBy is the process that listens on a socket.
func servedBy(ctx context.Context, socket string) (pid int, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return 0, errors.New("no Unix socket")
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *syscall.Ucred
	asked := raw.Control(func(fd uintptr) {
		peer, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(asked, err); err != nil {
		return 0, err
	}
	return int(peer.Pid), nil
}

// leftBehind looks at the browser, the store and Temporal.
func (s *single) leftBehind(t *testing.T, ended []*chaosLogin) []string {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(s.dataDir, "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	r := &remains{
		store: db, endpoint: s.endpoint(), temporal: dialTemporal(t, s.temporalListener, sdk.Options{}), warm: warmPages, ended: ended,
	}
	return r.list(t)
}
