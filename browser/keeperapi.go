package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// What the socket of a Keeper speaks besides HTTP.
const (
	// devtoolsProtocol is what a connection is upgraded to: DevTools messages, each ended by a zero byte, as on the pipe.
	devtoolsProtocol = "anteroom-devtools"
	// portsHeader carries the ports that a client listens on.
	portsHeader = "Anteroom-Own-Ports"
	// nameHeader carries a name that the connection knows what it made by.
	nameHeader = "Anteroom-Client"
	// maxKeeperBody bounds requests and answers.
	maxKeeperBody = 1 << 20
)

// keeperFault is how the socket says that something went wrong.
type keeperFault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// keeperFaults are the errors that clients tell apart, by code.
var keeperFaults = map[string]error{
	"not_found": ErrNotFound, "no_sandbox": ErrNoSandbox, "upstream": ErrUpstreamProxy, "lost": ErrBrowserLost,
}

func (k *Keeper) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(w http.ResponseWriter, r *http.Request) error{
		"GET /state":                      k.getState,
		"GET /memory":                     k.getMemory,
		"POST /browsers":                  k.postBrowser,
		"GET /browsers/{id}/contexts":     k.getContexts,
		"GET /browsers/{id}/dead":         k.getDeadPages,
		"GET /browsers/{id}/devtools":     k.getDevtools,
		"POST /browsers/{id}/logins":      k.postLogins,
		"POST /browsers/{id}/suspensions": k.postSuspension,
		"POST /upstreams":                 k.postUpstream,
		"DELETE /upstreams":               k.deleteUpstream,
		"GET /faults":                     k.getFault,
		"PUT /wanted":                     k.putWanted,
		"POST /departures":                k.postDeparture,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if !k.enter() {
				answerFault(w, errKeeperClosed)
				return
			}
			defer k.workers.Done()
			r.Body = http.MaxBytesReader(w, r.Body, maxKeeperBody)
			if err := handle(w, r); err != nil {
				answerFault(w, err)
			}
		})
	}
	return mux
}

// enter has Close wait for a request; false when it is too late for one.
func (k *Keeper) enter() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.life.Err() != nil || k.leaving.ending {
		return false
	}
	k.workers.Add(1)
	return true
}

func answerFault(w http.ResponseWriter, err error) {
	f := keeperFault{Code: "failed", Message: err.Error()}
	for code, known := range keeperFaults {
		if errors.Is(err, known) {
			f.Code, f.Message = code, strings.TrimPrefix(err.Error(), known.Error()+": ")
		}
	}
	w.WriteHeader(http.StatusUnprocessableEntity)
	raw, err := json.Marshal(f)
	if err == nil {
		_, _ = w.Write(raw) // who asked may be gone
	}
}

func answerJSON(w http.ResponseWriter, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, _ = w.Write(raw) // who asked may be gone
	return nil
}

func (k *Keeper) getState(w http.ResponseWriter, _ *http.Request) error {
	return answerJSON(w, k.State())
}

func (k *Keeper) getMemory(w http.ResponseWriter, r *http.Request) error {
	m, err := k.Memory(r.Context())
	if err != nil {
		return err
	}
	return answerJSON(w, m)
}

// wantedBrowser asks for a browser of a kind.
type wantedBrowser struct {
	Kind session.BrowserKind `json:"kind"`
}

func (k *Keeper) postBrowser(w http.ResponseWriter, r *http.Request) error {
	var in wantedBrowser
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return errors.New("the request is not understood")
	}
	if in.Kind != session.BrowserShell && in.Kind != session.BrowserChrome {
		return errors.New("there is no such kind of browser")
	}
	b, err := k.running(r.Context(), in.Kind)
	if err != nil {
		return err
	}
	k.mu.Lock()
	info := b.KeptBrowser
	k.mu.Unlock()
	return answerJSON(w, info)
}

func (k *Keeper) getContexts(w http.ResponseWriter, r *http.Request) error {
	b := k.find(r.PathValue("id"))
	if b == nil {
		return ErrBrowserLost
	}
	return answerJSON(w, b.mux.listed())
}

// muxClaim is one client's connection to a browser.
type muxClaim struct {
	io.Reader
	net.Conn
}

// Read reads what was sent with the request, then the rest.
func (c *muxClaim) Read(p []byte) (int, error) { return c.Reader.Read(p) }

// getDevtools turns the connection into one to the browser, and serves it until it ends.
func (k *Keeper) getDevtools(w http.ResponseWriter, r *http.Request) error {
	b := k.find(r.PathValue("id"))
	if b == nil {
		return ErrBrowserLost
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok || r.Header.Get("Upgrade") != devtoolsProtocol {
		return errors.New("this is for connections that upgrade to " + devtoolsProtocol)
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return err
	}
	_ = conn.SetDeadline(time.Time{})
	c := &muxClaim{Reader: buffered.Reader, Conn: conn}
	k.came(c, parsePorts(r.Header.Get(portsHeader)))
	err = b.mux.serve(k.life, c, r.Header.Get(nameHeader), func() error { return sayUpgraded(conn) })
	k.left(c)
	if err != nil && !errors.Is(err, ErrBrowserLost) {
		k.logger.Warn("a client of the browser was cut off", "browser", b.ID, "error", err)
	}
	return nil
}

// came and left take note of a client. The ports of the last one stay closed while nobody is there: its pages are.
func (k *Keeper) came(c *muxClaim, ports []uint16) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ports[c], k.lastPorts = ports, nil
}

func (k *Keeper) left(c *muxClaim) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ports := k.ports[c]
	delete(k.ports, c)
	if len(k.ports) == 0 {
		k.lastPorts, k.leaving.idleSince = ports, time.Now()
	}
}

func sayUpgraded(conn net.Conn) error {
	w := bufio.NewWriter(conn)
	_, _ = w.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + devtoolsProtocol + "\r\n\r\n")
	return w.Flush()
}

func formatPorts(ports []uint16) string {
	texts := make([]string, 0, len(ports))
	for _, p := range ports {
		texts = append(texts, strconv.Itoa(int(p)))
	}
	return strings.Join(texts, ",")
}

func parsePorts(header string) []uint16 {
	var ports []uint16
	for text := range strings.SplitSeq(header, ",") {
		if port, err := strconv.ParseUint(text, 10, 16); err == nil && port > 0 {
			ports = append(ports, uint16(port))
		}
	}
	return ports
}

// wantedUpstream asks for a listener that goes on through somebody else's proxy, with its credentials.
type wantedUpstream struct {
	Proxy string `json:"proxy"`
}

// openedUpstream names the listener.
type openedUpstream struct {
	URL string `json:"url"`
}

// keptUpstream is a listener that a client asked for. Browser contexts carry its address, so that it outlives the client.
type keptUpstream struct {
	*Upstream

	since time.Time
}

func (k *Keeper) postUpstream(w http.ResponseWriter, r *http.Request) error {
	var in wantedUpstream
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return errors.New("the request is not understood")
	}
	u, err := k.o.Proxy.NewUpstream(r.Context(), session.NewSecret(in.Proxy))
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.upstreams[u.URL()] = &keptUpstream{Upstream: u, since: time.Now()}
	k.mu.Unlock()
	return answerJSON(w, openedUpstream{URL: u.URL()})
}

func (k *Keeper) deleteUpstream(w http.ResponseWriter, r *http.Request) error {
	url := r.URL.Query().Get("url")
	k.mu.Lock()
	u := k.upstreams[url]
	delete(k.upstreams, url)
	k.mu.Unlock()
	if u != nil {
		if err := u.Close(r.Context()); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Pauses of tidyUpstreams: no younger listener is closed, since its browser context may be on its way.
const (
	upstreamInterval = 15 * time.Second
	upstreamSpared   = time.Minute
)

// tidyUpstreams closes listeners that no browser context uses any more: who opened them is gone.
func (k *Keeper) tidyUpstreams() {
	tick := time.NewTicker(upstreamInterval)
	defer tick.Stop()
	for {
		select {
		case <-k.life.Done():
			return
		case now := <-tick.C:
			k.closeUnused(now)
		}
	}
}

func (k *Keeper) closeUnused(now time.Time) {
	k.mu.Lock()
	used := map[string]bool{}
	for _, b := range k.every() {
		for _, c := range b.mux.listed() {
			used[c.ProxyURL] = true
		}
	}
	var unused []*keptUpstream
	for url, u := range k.upstreams {
		if !used[url] && now.Sub(u.since) > upstreamSpared {
			unused = append(unused, u)
			delete(k.upstreams, url)
		}
	}
	k.mu.Unlock()
	for _, u := range unused {
		ctx, cancel := context.WithTimeout(k.life, closeTimeout)
		if err := u.Close(ctx); err != nil {
			k.logger.Warn("a proxy listener was not closed cleanly", "error", err)
		}
		cancel()
	}
}

// foundFault is why a host was not reached.
type foundFault struct {
	Known   bool   `json:"known"`
	Reason  string `json:"reason,omitempty"`
	Refused bool   `json:"refused,omitempty"`
}

func (k *Keeper) getFault(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f, known := k.o.Proxy.Fault(q.Get("proxy"), q.Get("target"))
	return answerJSON(w, foundFault{Known: known, Reason: f.Reason, Refused: f.Refused})
}
