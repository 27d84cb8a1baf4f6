//go:build browser

package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
)

// keptBench is a keeper with what it needs, and the endpoint of it.
type keptBench struct {
	keeper   *browser.Keeper
	proxy    *browser.Proxy
	socket   string
	endpoint *browser.Endpoint
}

func startKeeper(t *testing.T, o browser.Options) *keptBench {
	t.Helper()
	return startKeeperThat(t, browser.KeeperOptions{Shell: o})
}

// startRecycling starts a keeper that replaces its browsers.
func startRecycling(t *testing.T, o browser.Options, recycle browser.Recycling) *keptBench {
	t.Helper()
	return startKeeperThat(t, browser.KeeperOptions{Shell: o, Recycle: recycle})
}

// startKeeperThat completes the options of a keeper and starts it.
func startKeeperThat(t *testing.T, o browser.KeeperOptions) *keptBench {
	t.Helper()
	k := &keptBench{socket: filepath.Join(t.TempDir(), "b.sock")}
	loopback, err := browser.ParseAllow("127.0.0.0/8")
	require.NoError(t, err)
	ports := func() []uint16 {
		if k.keeper == nil {
			return nil
		}
		return k.keeper.OwnPorts()
	}
	k.proxy, err = browser.NewProxy(testContext(t), browser.ProxyOptions{
		Policy: browser.Policy{Allow: []browser.AllowRule{loopback}, OwnPorts: ports}, Resolver: resolver{}, Logger: silent(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = k.proxy.Close(testContextOf(t)) })
	o.Socket, o.Host, o.Proxy, o.Logger = k.socket, "host_a", k.proxy, silent()
	k.keeper, err = browser.NewKeeper(testContext(t), o)
	require.NoError(t, err, "these tests need Chromium: apt-get install chromium-headless-shell")
	t.Cleanup(func() { require.NoError(t, k.keeper.Close(testContextOf(t))) })
	k.endpoint = browser.NewEndpoint(k.socket)
	t.Cleanup(k.endpoint.Close)
	return k
}

func (k *keptBench) shell() browser.KeptBrowser { return k.keeper.State().Browsers[0] }

// connect is a client of the keeper's headless shell.
func (k *keptBench) connect(t *testing.T, ports ...uint16) *browser.Browser {
	t.Helper()
	b, err := k.endpoint.Connect(testContext(t), k.shell().ID, browser.ConnectOptions{WarmPages: -1, OwnPorts: ports, Logger: silent()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close(testContextOf(t))) })
	return b
}

func pageOf(t *testing.T, b *browser.Browser, o browser.PageOptions) *browser.Page {
	t.Helper()
	p, err := b.NewPage(testContext(t), o)
	require.NoError(t, err)
	t.Cleanup(p.Leave)
	return p
}

func adopt(t *testing.T, b *browser.Browser, p *browser.Page, o browser.PageOptions) *browser.Page {
	t.Helper()
	contextID, targetID := p.IDs()
	again, err := b.Adopt(testContext(t), contextID, targetID, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = again.Close(context.Background()) })
	return again
}

// rawClient speaks to the keeper's browser by hand.
type rawClient struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func (k *keptBench) raw(t *testing.T) *rawClient {
	t.Helper()
	conn, err := net.Dial("unix", k.socket)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	c := &rawClient{t: t, conn: conn, r: bufio.NewReader(conn)}
	c.write("GET /browsers/" + k.shell().ID + "/devtools HTTP/1.1\r\nHost: keeper\r\nConnection: Upgrade\r\nUpgrade: anteroom-devtools\r\n\r\n")
	resp, err := http.ReadResponse(c.r, nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	return c
}

func (c *rawClient) write(text string) {
	c.t.Helper()
	_, err := c.conn.Write([]byte(text))
	require.NoError(c.t, err)
}

// said is a message of the browser.
type said struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Params struct {
		SessionID string `json:"sessionId"`
	} `json:"params"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	SessionID string `json:"sessionId"`
}

func (c *rawClient) read() said {
	c.t.Helper()
	raw, err := c.r.ReadBytes(0)
	require.NoError(c.t, err)
	var s said
	require.NoError(c.t, json.Unmarshal(raw[:len(raw)-1], &s), "%q", raw)
	return s
}

// ask sends a command and returns its answer.
func (c *rawClient) ask(id int, method, rest string) said {
	c.t.Helper()
	c.write(fmt.Sprintf("{\"id\":%d,\"method\":%q%s}\x00", id, method, rest))
	for {
		if s := c.read(); s.ID == id {
			return s
		}
	}
}

// listening are the addresses that a process listens on by TCP.
func listening(t *testing.T, pid int) []string {
	t.Helper()
	sockets := map[string]bool{}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(to[len("socket:"):], "[]")] = true
		}
	}
	var found []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		raw, err := os.ReadFile(table)
		require.NoError(t, err)
		for line := range strings.Lines(string(raw)) { // sl local_address rem_address st … inode: proc(5)
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" && sockets[f[9]] {
				found = append(found, f[1])
			}
		}
	}
	return found
}
