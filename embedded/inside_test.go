//go:build temporal

package embedded

// Inside the package: what is behind Start and cannot be provoked through it.

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
	"pgregory.net/rapid"
)

func testLog(out *bytes.Buffer) serverLog {
	l := serverLog{
		slog:  slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug})),
		level: slog.LevelWarn,
		end:   newEnding(),
		phase: &atomic.Int32{}, repeats: newRepeats(),
	}
	l.phase.Store(phaseRunning)
	return l
}

func TestServerLog_WhenFatalWhileRunning_EndsServerAndGoroutine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := testLog(&out)
	continued := false
	err := guard("serve", func() error {
		l.Fatal("lost the listener", tag.Error(syscall.ECONNABORTED))
		continued = true
		return nil
	})
	require.ErrorIs(t, err, errNoReturn)
	require.False(t, continued)
	<-l.end.done
	require.ErrorIs(t, l.end.reason(), ErrServer)
	require.ErrorIs(t, l.end.reason(), syscall.ECONNABORTED)
	require.Contains(t, out.String(), "lost the listener")
}

func TestServerLog_WhenFatalWhileBuilding_BecomesTheBuildsError(t *testing.T) {
	t.Parallel()
	l := testLog(&bytes.Buffer{})
	l.phase.Store(phaseBuilding)
	err := guard("build", func() error {
		l.Fatal("cannot bind", tag.Error(syscall.EADDRINUSE))
		return nil
	})
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	require.ErrorIs(t, err, ErrServer)
	require.NoError(t, l.end.reason())
}

func TestServerLog_WhenBelowItsLevel_IsSilent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	base := testLog(&out)
	l := log.With(base, tag.String("service", "history"))
	l.Info("quiet")
	l.Debug("quiet")
	for message := range expected {
		l.Warn(message)
	}
	require.Empty(t, out.String())
	l.Warn("heard", tag.Int("shard", 3))
	require.Contains(t, out.String(), "level=WARN msg=heard service=history shard=3")
	out.Reset()
	base.phase.Store(phaseStopping)
	l.Warn("services go away")
	require.Empty(t, out.String())
	l.Error("poll was cut off", tag.Error(context.Canceled))
	require.Empty(t, out.String())
	l.Error("still heard", tag.Error(syscall.ENOSPC))
	require.Contains(t, out.String(), "level=ERROR")
}

func TestServerLog_WhenALineRepeats_LeavesItOutAndCounts(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := testLog(&out)
	for range repeatsLimit + 7 {
		log.With(l, tag.String("service", "history")).Error("database is away")
	}
	l.Error("something else")
	require.Equal(t, repeatsLimit+1, bytes.Count(out.Bytes(), []byte("\n")))

	r, now := newRepeats(), time.Now()
	for range repeatsLimit + 7 {
		r.say("again", now)
	}
	leftOut, ok := r.say("again", now.Add(repeatsWindow+1))
	require.True(t, ok)
	require.Equal(t, 7, leftOut)
}

func TestGuard_WhenItPanics_ReturnsAnError(t *testing.T) {
	t.Parallel()
	err := guard("build", func() error { panic("bad config") })
	require.ErrorIs(t, err, ErrServer)
	require.ErrorContains(t, err, "bad config")
	require.NoError(t, guard("build", func() error { return nil }))
}

func TestEnding_WhenEndedTwice_KeepsTheFirstReason(t *testing.T) {
	t.Parallel()
	e := newEnding()
	require.NoError(t, e.reason())
	first := errors.New("first")
	e.end(first)
	e.end(nil)
	require.Equal(t, first, e.reason())
}

func TestCompareVersions_OrdersByNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint32Range(0, 200)
		a, b := [2]uint32{number.Draw(t, "a0"), number.Draw(t, "a1")}, [2]uint32{number.Draw(t, "b0"), number.Draw(t, "b1")}
		got, err := compareVersions(fmt.Sprintf("%d.%d", a[0], a[1]), fmt.Sprintf("%d.%d", b[0], b[1]))
		require.NoError(t, err)
		require.Equal(t, cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])), got)
	})
	equal, err := compareVersions("0.11", "0.11.0")
	require.NoError(t, err)
	require.Zero(t, equal)
	for _, bad := range []string{"", "0.x", "0..1", "-1", "v1"} {
		_, err := compareVersions(bad, "0.11")
		require.Error(t, err, bad)
		_, err = compareVersions("0.11", bad)
		require.Error(t, err, bad)
	}
}

func TestPrepare_WhenCreationWasInterrupted_StartsAnew(t *testing.T) {
	t.Parallel()
	d, err := openDataDir(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, d.close()) }()
	interrupted := newMeta()
	require.NoError(t, d.writeMeta(interrupted))
	require.NoError(t, os.WriteFile(d.database(), []byte("half"), 0o600))

	m, err := d.prepare(sqlConfig(d.database()))
	require.NoError(t, err)
	require.Equal(t, stateReady, m.State)
	require.NotEqual(t, interrupted.ClusterID, m.ClusterID)
	again, err := d.prepare(sqlConfig(d.database()))
	require.NoError(t, err)
	require.Equal(t, m, again, "what is there is kept")
}

func TestSQLConfig_WhenPathHasURICharacters_OpensThatFile(t *testing.T) {
	t.Parallel()
	d, err := openDataDir(t.TempDir() + "/a b?c#d%41")
	require.NoError(t, err)
	defer func() { require.NoError(t, d.close()) }()
	_, err = d.prepare(sqlConfig(d.database()))
	require.NoError(t, err)
	require.FileExists(t, d.database())
}

func TestHoldPorts_AreAllDifferentAndFreeAfterRelease(t *testing.T) {
	t.Parallel()
	ports, err := holdServicePorts(t.Context(), anyPort)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range []*port{ports.frontend, ports.history, ports.matching, ports.worker} {
		require.Equal(t, "127.0.0.1", p.host())
		seen[p.addr] = true
	}
	require.Len(t, seen, 4)
	_, err = holdServicePorts(t.Context(), ports.frontend.addr)
	require.ErrorIs(t, err, ErrAddressInUse)
	ports.release()
	ports.release()
	again, err := holdPort(t.Context(), "frontend", ports.frontend.addr)
	require.NoError(t, err)
	again.release()
}

// Not parallel: it runs a server.
func TestLaunch_WhenAPortIsTakenMeanwhile_TriesOthers(t *testing.T) {
	o, err := Options{DataDir: t.TempDir()}.withDefaults()
	require.NoError(t, err)
	d, err := openDataDir(o.DataDir)
	require.NoError(t, err)
	defer func() { require.NoError(t, d.close()) }()
	sql := sqlConfig(d.database())
	m, err := d.prepare(sql)
	require.NoError(t, err)
	ports, err := holdServicePorts(t.Context(), o.FrontendAddr)
	require.NoError(t, err)
	ports.matching.release()
	thief, err := net.Listen("tcp4", ports.matching.addr)
	require.NoError(t, err)
	defer func() { require.NoError(t, thief.Close()) }()

	server, err := launch(t.Context(), o, m, stores{main: sql, visibility: sql}, ports, newEnding())
	require.NoError(t, err)
	require.NotEqual(t, ports.frontend.addr, server.addr)
	require.NoError(t, server.stop())

	o.FrontendAddr = thief.Addr().String()
	ports.frontend = ports.matching
	_, err = launch(t.Context(), o, m, stores{main: sql, visibility: sql}, ports, newEnding())
	require.ErrorIs(t, err, ErrAddressInUse)
	require.ErrorContains(t, err, thief.Addr().String())
}
