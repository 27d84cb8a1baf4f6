package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"
)

// multiplexer shares the debugging pipe of one Chromium between clients. Chromium itself keeps them apart: each gets a
// session of its own to the whole browser (Target.attachToBrowserTarget), and with it its own message ids, the events that
// it asked for, and the sessions that it attached, which all end with it.
//
//	client ── commands without a session ──▶ + sessionId of the client ──▶ pipe ──▶ Chromium
//	       ── commands with one of its sessions ─────────────────────────▶
//	client ◀── without the client's sessionId ◀── by the owner of the session ◀── pipe
type multiplexer struct {
	logger *slog.Logger
	now    func() time.Time

	// writing guards the pipe: one message at a time, and no client twice before another that waits.
	writing sync.Mutex
	pipe    io.Writer

	// lost is closed when Chromium hung up.
	lost chan struct{}

	mu       sync.Mutex // guards everything below
	nextID   int
	waiting  map[int]chan<- answer
	sessions map[string]*muxSession
	contexts map[string]*keptContext
	// suspensions counts the contexts with stopped processes.
	suspensions int
	clients     map[*muxClient]struct{}
	// sealed is true once no browser context is made any more.
	sealed bool
	// pages are the pages there are, with their browser contexts.
	pages map[string]string
}

// muxSession is a DevTools session of a client.
type muxSession struct {
	client *muxClient
	// parent is the session that it was attached from; empty for the client's own.
	parent string
	target string
	// context is the browser context of the target.
	context string
	// outstanding counts commands without an answer; creating holds, by id, those that make a browser context.
	outstanding int
	creating    map[string]creation
}

// creation is what a client asked for when it made a browser context.
type creation struct {
	ProxyServer string `json:"proxyServer"`
	// DisposeOnDetach has Chromium dispose of it when its client leaves.
	DisposeOnDetach bool `json:"disposeOnDetach"`
}

// keptContext is a browser context that a client made.
type keptContext struct {
	creation

	since time.Time
	// owner is the client that made it or attached to a page of it last; nil when it left.
	owner *muxClient
	// frozen is when a client froze its page; zero once it thaws it or another one attaches, which does.
	frozen time.Time
	// suspended are the processes that render its frozen page, while they are stopped.
	suspended []*os.Process
	// dead are the pages in it that crashed or closed themselves.
	dead []string
}

// answer is Chromium's answer to a command of our own.
type answer struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// ownIDs is where the ids of our own commands begin: clients keep below.
const ownIDs = 1 << 29

func newMultiplexer(pipe io.Writer, logger *slog.Logger) *multiplexer {
	return &multiplexer{
		logger: logger, now: time.Now, pipe: pipe, lost: make(chan struct{}), nextID: ownIDs,
		waiting: map[int]chan<- answer{}, sessions: map[string]*muxSession{},
		contexts: map[string]*keptContext{}, clients: map[*muxClient]struct{}{}, pages: map[string]string{},
	}
}

// run hands out what Chromium says until it hangs up.
func (m *multiplexer) run(messages io.Reader) {
	defer m.hangUp()
	r := bufio.NewReaderSize(messages, 64<<10)
	for {
		msg, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		msg = msg[:len(msg)-1]
		e, err := readEnvelope(msg)
		if err != nil {
			m.logger.Warn("the browser said something that is no DevTools message", "bytes", len(msg))
			continue
		}
		m.route(&e, msg)
	}
}

func (m *multiplexer) hangUp() {
	close(m.lost)
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.clients {
		c.cut()
	}
}

func (m *multiplexer) route(e *envelope, msg []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id := number(e.id); id >= ownIDs {
		m.resolve(id, msg)
		return
	}
	if e.session == nil {
		m.notice(e, msg)
		return
	}
	s := m.sessions[string(e.session)]
	if s == nil {
		return // it was detached, or it is an event that nobody asked for
	}
	if e.id != nil {
		m.answered(s, e, msg)
	} else if bytes.HasPrefix(e.method, targetDomain) {
		m.observe(s, e, msg)
	}
	if s.parent == "" {
		msg = e.without(msg)
	}
	s.client.send(msg)
}

var targetDomain = []byte("Target.")

func number(id []byte) int {
	n := 0
	for _, c := range id {
		n = n*10 + int(c-'0')
	}
	return n
}

// resolve gives an answer to whoever waits for it. Call it with mu held.
func (m *multiplexer) resolve(id int, msg []byte) {
	to := m.waiting[id]
	delete(m.waiting, id)
	if to == nil {
		return
	}
	var a answer
	if err := json.Unmarshal(msg, &a); err != nil {
		m.logger.Warn("the browser's answer was not understood", "error", err)
	}
	to <- a // it has room
}

// answered takes note of an answer to a client. Call it with mu held.
func (m *multiplexer) answered(s *muxSession, e *envelope, msg []byte) {
	if s.outstanding > 0 {
		s.outstanding--
		s.client.release(1)
	}
	asked, ok := s.creating[string(e.id)]
	if !ok {
		return
	}
	delete(s.creating, string(e.id))
	var made struct {
		Result struct {
			BrowserContextID string `json:"browserContextId"`
		} `json:"result"`
	}
	if json.Unmarshal(msg, &made) == nil && made.Result.BrowserContextID != "" {
		m.contexts[made.Result.BrowserContextID] = &keptContext{since: m.now(), creation: asked, owner: s.client}
	}
}

// attachment is what the events of Target say about sessions.
type attachment struct {
	Params struct {
		SessionID  string `json:"sessionId"`
		TargetInfo struct {
			TargetID         string `json:"targetId"`
			BrowserContextID string `json:"browserContextId"`
		} `json:"targetInfo"`
	} `json:"params"`
}

// observe follows which sessions there are. Call it with mu held.
func (m *multiplexer) observe(s *muxSession, e *envelope, msg []byte) {
	attached := string(e.method) == "Target.attachedToTarget"
	if !attached && string(e.method) != "Target.detachedFromTarget" {
		return
	}
	var a attachment
	if err := json.Unmarshal(msg, &a); err != nil || a.Params.SessionID == "" {
		return
	}
	if !attached {
		m.forget(a.Params.SessionID)
		return
	}
	m.sessions[a.Params.SessionID] = &muxSession{
		client: s.client, parent: string(e.session), target: a.Params.TargetInfo.TargetID,
		context: a.Params.TargetInfo.BrowserContextID,
	}
	if s.parent == "" { // the client asked for it by itself
		m.takeOver(s.client, a.Params.TargetInfo.TargetID)
		if c := m.contexts[a.Params.TargetInfo.BrowserContextID]; c != nil {
			c.owner, c.frozen = s.client, time.Time{}
			m.resume(c)
		}
	}
}

// takeOver ends the sessions that other clients have to a target: whoever attached last has it. Call it with mu held.
func (m *multiplexer) takeOver(by *muxClient, target string) {
	for id, s := range m.sessions {
		if s.client == by || s.target != target {
			continue
		}
		if p := m.sessions[s.parent]; p == nil || p.parent != "" {
			continue // it goes with the one that it was attached from
		}
		detach := fmt.Sprintf(`{"id":%d,"method":"Target.detachFromTarget","params":{"sessionId":%q},"sessionId":%q}`,
			ownIDs, id, s.parent)
		by.orders.Go(func() { _ = m.write([]byte(detach)) }) // not from the reader: the pipe may be full
	}
}

// forget drops a session with all that were attached from it. Call it with mu held.
func (m *multiplexer) forget(id string) {
	s := m.sessions[id]
	if s == nil {
		return
	}
	delete(m.sessions, id)
	s.client.release(s.outstanding)
	for child, c := range m.sessions {
		if c.parent == id {
			m.forget(child)
		}
	}
}

// write sends one message to Chromium.
func (m *multiplexer) write(msg []byte) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	_, err := m.pipe.Write(append(msg, 0))
	return err
}

// call sends a command of our own to the browser, and waits for the answer. ErrBrowserLost when
// Chromium hangs up first.
func (m *multiplexer) call(ctx context.Context, method string, params, result any) error {
	reply := make(chan answer, 1)
	m.mu.Lock()
	m.nextID++
	id := m.nextID
	m.waiting[id] = reply
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		delete(m.waiting, id)
		m.mu.Unlock()
	}()
	msg, err := json.Marshal(struct {
		ID     int    `json:"id"`
		Method string `json:"method"`
		Params any    `json:"params"`
	}{id, method, params})
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := m.write(msg); err != nil {
		return fmt.Errorf("%s: %w", method, ErrBrowserLost)
	}
	select {
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	case <-m.lost:
		return fmt.Errorf("%s: %w", method, ErrBrowserLost)
	case a := <-reply:
		if a.Error != nil {
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		}
		if result == nil {
			return nil
		}
		if err := json.Unmarshal(a.Result, result); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		return nil
	}
}

// serve lets a client, which gave itself a name, use the browser until it hangs up, misbehaves or ctx ends, and detaches it then. What it made stays, but
// for what it asked to be disposed of then.
func (m *multiplexer) serve(ctx context.Context, conn io.ReadWriteCloser, name string, ready func() error) error {
	var own struct {
		SessionID string `json:"sessionId"`
	}
	if err := m.call(ctx, "Target.attachToBrowserTarget", struct{}{}, &own); err != nil {
		_ = conn.Close()
		return err
	}
	c := newMuxClient(m, conn, name, own.SessionID)
	m.mu.Lock()
	m.clients[c] = struct{}{}
	m.sessions[c.session] = &muxSession{client: c, creating: map[string]creation{}}
	m.mu.Unlock()
	defer m.leave(c) //nolint:contextcheck // the client is detached whatever became of ctx
	select {
	case <-m.lost: // perhaps too late for hangUp to know of it
		c.cut()
	default:
	}
	if err := ready(); err != nil {
		c.cut()
		return err
	}
	defer context.AfterFunc(ctx, c.cut)()
	return c.run()
}

// leaveTimeout bounds detaching a client.
const leaveTimeout = 10 * time.Second

// leave detaches a client that is gone, and refuses downloads in its browser contexts again, which its own session did.
func (m *multiplexer) leave(c *muxClient) {
	m.mu.Lock()
	delete(m.clients, c)
	m.forget(c.session)
	var orphans []string
	for id, k := range m.contexts {
		switch {
		case k.owner != c:
		case k.DisposeOnDetach:
			m.resume(k)
			delete(m.contexts, id)
		default:
			k.owner = nil
			orphans = append(orphans, id)
		}
	}
	m.mu.Unlock()
	c.orders.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	err := m.call(ctx, "Target.detachFromTarget", map[string]string{"sessionId": c.session}, nil)
	for _, id := range orphans {
		deny := map[string]any{"behavior": "deny", "browserContextId": id}
		err = errors.Join(err, m.call(ctx, "Browser.setDownloadBehavior", deny, nil))
	}
	if err != nil && !errors.Is(err, ErrBrowserLost) {
		m.logger.Warn("a client of the browser was not detached cleanly", "error", err)
	}
}

// listed are the browser contexts that clients made.
func (m *multiplexer) listed() []KeptContext {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]KeptContext, 0, len(m.contexts))
	for id, c := range m.contexts {
		k := KeptContext{ID: id, Since: c.since, ProxyURL: c.ProxyServer, Used: c.owner != nil, Frozen: !c.frozen.IsZero(), Suspended: c.suspended != nil}
		if c.owner != nil {
			k.Client = c.owner.name
		}
		list = append(list, k)
	}
	return list
}
