package postgres_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a store and the shared server and makes connections fail.
type proxy struct {
	listener net.Listener
	server   string
	// mu guards the rest, and changed tells of it.
	mu      sync.Mutex
	changed *sync.Cond
	links   map[*link]bool
	hung    bool
	// code is the error that the next connections are refused with.
	code string
	// breaking is set until the next commit, which the server sees or not.
	breaking, arrives bool
	// sent counts what clients sent.
	sent int
}

// link is a connection through the proxy.
type link struct {
	client, server net.Conn
	frozen         bool
	// last is set when the server's next answer must not come back.
	last bool
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server, err := url.Parse(shared.URL(""))
	require.NoError(t, err)
	p := &proxy{listener: listener, server: server.Host, links: map[*link]bool{}}
	p.changed = sync.NewCond(&p.mu)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.set(func() { p.hung = false; p.dropAll() })
		serving.Wait()
	})
	return p
}

// url leads to a database of the shared server, through the proxy.
func (p *proxy) url(database string) string {
	through, err := url.Parse(database)
	if err != nil {
		panic(err)
	}
	through.Host = p.listener.Addr().String()
	return through.String()
}

func (p *proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.changed.Broadcast()
}

// hang lets nothing pass until goOn.
func (p *proxy) hang() { p.set(func() { p.hung = true }) }

// goOn ends hang and refuse.
func (p *proxy) goOn() { p.set(func() { p.hung = false; p.code = "" }) }

// refuse ends every connection, and answers new ones with an error until goOn.
func (p *proxy) refuse(code string) { p.set(func() { p.code = code; p.dropAll() }) }

// freeze lets nothing pass through the connections that there are now.
func (p *proxy) freeze() {
	p.set(func() {
		for l := range p.links {
			l.frozen = true
		}
	})
}

// breakAtCommit ends the connection of the next commit, before it or after the server saw it.
func (p *proxy) breakAtCommit(arrives bool) { p.set(func() { p.breaking, p.arrives = true, arrives }) }

// broke reports whether the commit was met.
func (p *proxy) broke() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.breaking
}

// messages returns how often clients sent something.
func (p *proxy) messages() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

func (p *proxy) dropAll() {
	for l := range p.links {
		l.close()
		l.frozen = false
	}
}

func (l *link) close() {
	_ = l.client.Close()
	_ = l.server.Close()
}

func (p *proxy) serve(client net.Conn) {
	p.mu.Lock()
	code := p.code
	p.mu.Unlock()
	if code != "" {
		_ = refuseWith(client, code)
		return
	}
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		_ = client.Close()
		return
	}
	l := &link{client: client, server: server}
	p.set(func() { p.links[l] = true })
	var copying sync.WaitGroup
	copying.Go(func() { p.copy(l, server, client, p.toServer) })
	copying.Go(func() { p.copy(l, client, server, p.toClient) })
	copying.Wait()
	p.set(func() { delete(p.links, l) })
}

// refuseWith reads the startup message and answers with an error.
func refuseWith(client net.Conn, code string) error {
	defer func() { _ = client.Close() }()
	var size [4]byte
	if _, err := io.ReadFull(client, size[:]); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, client, int64(binary.BigEndian.Uint32(size[:]))-4); err != nil {
		return err
	}
	fields := []byte("SFATAL\x00VFATAL\x00C" + code + "\x00Mnot now\x00\x00")
	message := binary.BigEndian.AppendUint32([]byte{'E'}, uint32(len(fields)+4))
	_, err := client.Write(append(message, fields...))
	return err
}

// copy copies until one side ends, or judge ends it.
func (p *proxy) copy(l *link, to, from net.Conn, judge func(l *link, data []byte) (pass bool)) {
	defer l.close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !p.pass(l, buffer[:n], judge) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// pass waits while nothing may pass.
func (p *proxy) pass(l *link, data []byte, judge func(l *link, data []byte) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.hung || l.frozen {
		p.changed.Wait()
	}
	return judge(l, data)
}

func (p *proxy) toServer(l *link, data []byte) bool {
	p.sent++
	if !p.breaking || !bytes.Contains(data, []byte("commit\x00")) {
		return true
	}
	p.breaking = false
	l.last = p.arrives
	return p.arrives
}

func (p *proxy) toClient(l *link, _ []byte) bool { return !l.last }
