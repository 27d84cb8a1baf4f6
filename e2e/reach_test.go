//go:build e2e && !production

package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// A page that tries to reach what it must not, on a system where the operator has opened all of 127.0.0.0/8. Beside the real ports
// there is a port that the operator closed again, where nothing must arrive, and one that is open: what arrives there proves that
// the page tries.

// tripwire is a service on loopback that counts what arrives.
type tripwire struct {
	address string
	mu      sync.Mutex
	// arrived are the means of the requests, connections how many there were, with or without a request.
	arrived     map[string]bool
	connections int
}

// newTripwire listens on an address until the test ends.
func newTripwire(t *testing.T, address string) *tripwire {
	t.Helper()
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	c := &tripwire{address: l.Addr().String(), arrived: map[string]bool{}}
	serve(t, &counting{l, c}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.arrived[r.URL.Query().Get("by")] = true
		c.mu.Unlock()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write([]byte(`{"webSocketDebuggerUrl":"ws://127.0.0.1/devtools"}`))
	}))
	return c
}

func (c *tripwire) counts() (connections int, arrived []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for by := range c.arrived {
		arrived = append(arrived, by)
	}
	slices.Sort(arrived)
	return c.connections, arrived
}

// counting counts the connections of a tripwire.
type counting struct {
	net.Listener

	tripwire *tripwire
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.tripwire.mu.Lock()
		l.tripwire.connections++
		l.tripwire.mu.Unlock()
	}
	return conn, err
}

// newUDPTripwire listens on the port of a TCP tripwire, too, and counts datagrams.
func newUDPTripwire(t *testing.T, address string) (datagrams func() int) {
	t.Helper()
	conn, err := net.ListenPacket("udp", address)
	require.NoError(t, err)
	var mu sync.Mutex
	count, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, _, err := conn.ReadFrom(make([]byte, 2048)); err != nil {
				return
			}
			mu.Lock()
			count++
			mu.Unlock()
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return count
	}
}

// listening lists the ports on which a process listens.
func listening(t *testing.T, pid int) []string {
	t.Helper()
	sockets := map[string]bool{}
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(to, "socket:[]")] = true
		}
	}
	var ports []string
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue // no IPv6
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			columns := strings.Fields(lines.Text())
			if len(columns) > 9 && columns[3] == "0A" && sockets[columns[9]] {
				number, err := strconv.ParseUint(columns[1][strings.LastIndexByte(columns[1], ':')+1:], 16, 16)
				require.NoError(t, err)
				ports = append(ports, strconv.FormatUint(number, 10))
			}
		}
		_ = f.Close()
	}
	return ports
}

// loopbacks are ways to write the address of this machine.
func loopbacks(t *testing.T) []string {
	t.Helper()
	name, err := os.Hostname()
	require.NoError(t, err)
	return []string{
		"localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "0x7f000001", "127.0.0.2", "0.0.0.0", "0",
		"[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::]", "[64:ff9b::7f00:1]", "①②⑦.⓪.⓪.①", name,
	}
}

// controls are the means that must arrive at the open port, so that nothing arriving elsewhere says something.
var controls = []string{
	"background", "beacon", "embed", "eventsource", "fetch", "font", "form", "frame", "image", "import", "keepalive", "link", "location",
	"module", "object", "opaque", "ping", "policyreport", "preload", "redirect", "redirectframe", "redirectimage", "refresh", "script",
	"serviceworker", "stylesheet", "websocket", "worker", "xhr",
}

func TestReach_OfAPage_FindsNothingThatAnswers(t *testing.T) {
	t.Parallel()
	open, closed := newTripwire(t, "127.0.0.1:0"), newTripwire(t, "127.0.0.1:0")
	closedPort := port(closed.address)
	datagrams := newUDPTripwire(t, closed.address)
	dir := dataDir(t)
	settings := filepath.Join(t.TempDir(), "anteroom.yaml")
	require.NoError(t, os.WriteFile(settings, []byte("network:\n  deny: [\"127.0.0.0/8:"+closedPort+"\"]\nmonitor:\n  listen: 127.0.0.1:0\n"), 0o600))
	srv := up(t, dir, "--config", settings)
	keepers := keepersOn(dir)
	require.NotEmpty(t, keepers, "the browser's own process")
	var own []string
	for _, pid := range append(keepers, srv.cmd.Process.Pid) {
		own = append(own, listening(t, pid)...)
	}
	require.Contains(t, own, port(strings.TrimPrefix(srv.API, "http://")))
	require.Contains(t, own, port(strings.TrimPrefix(srv.TemporalUI, "http://")))
	require.Greater(t, len(own), 5, "the API, its monitor, Temporal's ports, its UI, the browser's proxy: %v", own)

	full := []string{open.address, closed.address, "169.254.169.254:80"}
	var quick []string
	for _, p := range own {
		quick = append(quick, "127.0.0.1:"+p, "localhost:"+p, "[::1]:"+p)
	}
	for _, host := range loopbacks(t) {
		quick = append(quick, host+":"+closedPort)
	}
	quick = append(quick, "169.254.169.254:"+closedPort, "[fe80::1]:"+closedPort, "[fd00:ec2::254]:80", "metadata.google.internal:80")
	l := loginlab.New(loginlab.Options{})
	page := loginlab.NewReach(l, full, quick)
	at := listen(t)
	serve(t, at, page)

	a := newApp(t, srv, session.Project{LoginURL: "http://" + at.Addr().String() + "/s/code/login"})
	id := a.startAs("ada", l.Password())
	a.asked(id)
	require.Eventually(t, func() bool { return page.Ended() > 0 }, 3*loginTimeout, 100*time.Millisecond)
	_, err := srv.client.Cancel(t.Context(), id)
	require.NoError(t, err)
	a.state(id, session.OperationCanceled)

	_, tried := open.counts()
	require.Subset(t, tried, controls, "the page tries")
	connections, arrived := closed.counts()
	require.Zero(t, connections, "arrived: %v", arrived)
	require.Zero(t, datagrams())
	for _, reached := range page.Answered() {
		if reached.To != open.address {
			t.Errorf("%s answered a page's %s", reached.To, reached.By)
		}
	}
	log, err := os.ReadFile(srv.stderr)
	require.NoError(t, err)
	require.Contains(t, string(log), "msg=request", "the API notes each request")
	require.NotContains(t, string(log), "route=unmatched", "the API was asked for what it does not have")
}
