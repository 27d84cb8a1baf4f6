package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Bounds of what one client may ask of the others' browser.
const (
	// maxOutstanding is how many commands of a client may be under way: Chromium takes them in turn, so that a command of
	// another client waits for no more than these.
	maxOutstanding = 512
	// maxCommand is the longest command: storage that is restored goes in one.
	maxCommand = 256 << 20
	// maxQueued is how much a client may leave unread.
	maxQueued = 256 << 20
	// writeTimeout is how long a client may take to read a part of it.
	writeTimeout = 30 * time.Second
)

// muxClient is one connection of a client.
type muxClient struct {
	mux  *multiplexer
	conn io.ReadWriteCloser
	// name is what the client calls itself.
	name string
	// session is its session to the whole browser.
	session string

	// orders are detachments that it caused.
	orders sync.WaitGroup

	mu     sync.Mutex // guards everything below
	room   *sync.Cond // for commands; with mu
	under  int
	queue  [][]byte
	queued int
	closed bool
	// wake has one slot; it is filled when there is something to write.
	wake chan struct{}
	done chan struct{}
}

func newMuxClient(m *multiplexer, conn io.ReadWriteCloser, name, session string) *muxClient {
	c := &muxClient{mux: m, conn: conn, name: name, session: session, wake: make(chan struct{}, 1), done: make(chan struct{})}
	c.room = sync.NewCond(&c.mu)
	return c
}

// cut ends the connection.
func (c *muxClient) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	close(c.done)
	c.room.Broadcast()
	_ = c.conn.Close()
}

// send queues a message for the client. It never blocks: one who does not read is cut off.
func (c *muxClient) send(msg []byte) {
	c.mu.Lock()
	c.queue = append(c.queue, msg)
	c.queued += len(msg)
	full := c.queued > maxQueued
	c.mu.Unlock()
	if full {
		c.mux.logger.Warn("a client of the browser does not read what it asked for; it is cut off")
		c.cut()
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// release makes room for n further commands.
func (c *muxClient) release(n int) {
	if n == 0 {
		return
	}
	c.mu.Lock()
	c.under -= n
	c.mu.Unlock()
	c.room.Signal()
}

// reserve waits for room for one command; false when the connection ended.
func (c *muxClient) reserve() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.under >= maxOutstanding && !c.closed {
		c.room.Wait()
	}
	c.under++
	return !c.closed
}

// run carries messages until the connection ends. The error says why a client was cut off; nil when it left.
func (c *muxClient) run() error {
	var wg sync.WaitGroup
	wg.Go(c.deliver)
	err := c.accept()
	c.cut()
	wg.Wait()
	return err
}

// deliver writes what is queued.
func (c *muxClient) deliver() {
	defer c.cut()
	for {
		select {
		case <-c.done:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		queue := c.queue
		c.queue, c.queued = nil, 0
		c.mu.Unlock()
		if d, ok := c.conn.(interface{ SetWriteDeadline(t time.Time) error }); ok {
			_ = d.SetWriteDeadline(time.Now().Add(writeTimeout))
		}
		var buffers net.Buffers
		for _, msg := range queue {
			buffers = append(buffers, msg, zeroByte)
		}
		if _, err := buffers.WriteTo(c.conn); err != nil {
			return
		}
	}
}

var zeroByte = []byte{0}

// accept sends the client's commands to Chromium.
func (c *muxClient) accept() error {
	r := bufio.NewReaderSize(c.conn, 64<<10)
	for {
		msg, err := readMessage(r)
		if err != nil {
			return ignoreEnd(err)
		}
		e, err := readEnvelope(msg)
		if err != nil || !json.Valid(msg) {
			return errNoMessage
		}
		if err := c.command(&e, msg); err != nil {
			return err
		}
	}
}

func ignoreEnd(err error) error {
	if errors.Is(err, errTooLong) {
		return err
	}
	return nil
}

var errTooLong = errors.New("a command is longer than a client may send")

// readMessage reads up to the next zero byte.
func readMessage(r *bufio.Reader) ([]byte, error) {
	var msg []byte
	for {
		part, err := r.ReadSlice(0)
		msg = append(msg, part...)
		if err == nil {
			return msg[:len(msg)-1], nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if len(msg) > maxCommand {
			return nil, errTooLong
		}
	}
}

// refused are commands that would end or change the browser for everybody.
var refused = map[string]bool{
	"Browser.close": true, "Browser.crash": true, "Browser.crashGpuProcess": true,
	"Target.setRemoteLocations": true, "Target.exposeDevToolsProtocol": true,
}

// command sends a command on, if the client may send it.
func (c *muxClient) command(e *envelope, msg []byte) error {
	id := number(e.id)
	if e.id == nil || id >= ownIDs || e.method == nil {
		return errNoMessage
	}
	if refused[string(e.method)] {
		c.send(c.refusal(id, e.session, "this browser is shared: the command is refused"))
		return nil
	}
	if !c.reserve() {
		return nil
	}
	session := string(e.session)
	if session == "" {
		session = c.session
	}
	if !c.begin(session, e, msg) {
		c.release(1)
		c.send(c.refusal(id, e.session, "Session with given id not found."))
		return nil
	}
	if e.session == nil {
		msg = withSession(msg, c.session)
	}
	if err := c.mux.write(msg); err != nil {
		return ErrBrowserLost
	}
	return nil
}

// begin takes note of a command; false when the session is not the client's.
func (c *muxClient) begin(session string, e *envelope, msg []byte) bool {
	m := c.mux
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.sessions[session]
	if s == nil || s.client != c || m.sealed && string(e.method) == "Target.createBrowserContext" {
		return false
	}
	s.outstanding++
	m.resumeFor(s, msg)
	if s.parent == "" {
		m.noteContexts(s, e, msg)
	}
	if string(e.method) == "Page.setWebLifecycleState" {
		m.noteLifecycle(s, msg)
	}
	return true
}

// noteContexts follows which browser contexts are made and disposed of. Call it with mu held.
func (m *multiplexer) noteContexts(s *muxSession, e *envelope, msg []byte) {
	var asked struct {
		Params struct {
			creation

			BrowserContextID string `json:"browserContextId"`
		} `json:"params"`
	}
	switch string(e.method) {
	case "Target.createBrowserContext":
		_ = json.Unmarshal(msg, &asked)
		s.creating[string(e.id)] = asked.Params.creation
	case "Target.disposeBrowserContext":
		_ = json.Unmarshal(msg, &asked)
		delete(m.contexts, asked.Params.BrowserContextID)
	}
}

// noteLifecycle follows whether the page of a session is frozen. Call it with mu held.
func (m *multiplexer) noteLifecycle(s *muxSession, msg []byte) {
	var asked struct {
		Params struct {
			State string `json:"state"`
		} `json:"params"`
	}
	c := m.contexts[s.context]
	if c == nil || json.Unmarshal(msg, &asked) != nil {
		return
	}
	c.frozen = time.Time{}
	if asked.Params.State == "frozen" {
		c.frozen = m.now()
	}
}

// refusal is the answer to a command that was not sent on; code -32001 is Chromium's for a session that is gone.
func (c *muxClient) refusal(id int, session []byte, why string) []byte {
	of := ""
	if session != nil {
		of = fmt.Sprintf(`,"sessionId":%q`, session)
	}
	return fmt.Appendf(nil, `{"id":%d,"error":{"code":-32001,"message":%q}%s}`, id, why, of)
}

// withSession is the message with a sessionId. It is an object that has a member already.
func withSession(msg []byte, session string) []byte {
	i := skipSpace(msg, 0) + 1
	out := make([]byte, 0, len(msg)+len(session)+20)
	out = append(out, msg[:i]...)
	out = append(out, `"sessionId":"`...)
	out = append(out, session...)
	out = append(out, `",`...)
	return append(out, msg[i:]...)
}
