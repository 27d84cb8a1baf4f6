package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/anteroom/anteroom/session"
)

// KeeperOptions say what a Keeper keeps and where it is reached.
type KeeperOptions struct {
	// Socket is the path of the Unix socket, which only our own user may use. Its directory is made where it is missing.
	Socket string
	// Host names this installation on this machine in the rows of its browsers. It stays the same when the keeper is started
	// again: that is how browsers are found out to be gone.
	Host string
	// Shell and Chrome say how the browsers of each kind are launched; their ProxyURL and Faults are the keeper's.
	Shell, Chrome Options
	// Proxy is what all traffic passes. The caller closes it, after the Keeper.
	Proxy *Proxy
	// LeaveAfter is how long the keeper stays when no client is connected and no page is wanted, see Ended; 0 is for ever.
	LeaveAfter time.Duration
	// SuspendAfter is how long a page is frozen before its processes are stopped; 0 is DefaultSuspendAfter.
	SuspendAfter time.Duration
	// Settings tell those who come back whether the keeper is the one that they would start themselves.
	Settings string
	// Recycle says when browsers are replaced.
	Recycle Recycling
	// Logger is told about starts, ends and losses; nil is slog.Default.
	Logger *slog.Logger
}

// Keeper owns browsers for other processes, which come and go: it holds the debugging pipe of each Chromium and offers it
// on a Unix socket. What a client made stays when it leaves. A browser that dies is replaced, under another id.
//
//	worker ─┐                                    ┌─ headless shell
//	        ├── socket, 0600 ── Keeper ── pipes ─┤
//	worker ─┘                      │             └─ full browser, once it was asked for
//	                               └─ Proxy, with the upstream proxies of callers
type Keeper struct {
	o      KeeperOptions
	logger *slog.Logger
	since  time.Time
	socket *socket
	server *http.Server

	// life ends with the keeper.
	life context.Context //nolint:containedctx // the keeper is its documented owner
	end  context.CancelFunc

	// starting is held while a browser starts, so that one of a kind does.
	starting sync.Mutex

	mu       sync.Mutex // guards everything below
	browsers map[session.BrowserKind]*keptBrowser
	// draining are browsers that were replaced and still have pages.
	draining  []*keptBrowser
	upstreams map[string]*keptUpstream
	// ports are what the clients that are connected listen on; lastPorts what the last one did, until another comes.
	ports     map[*muxClaim][]uint16
	lastPorts []uint16
	leaving   leaving

	workers   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// NewKeeper takes the socket, starts the headless shell and serves. ctx bounds the start. Errors: ErrNotFound,
// ErrNoSandbox, ErrSocketTaken, or what went wrong. The caller must call Close.
func NewKeeper(ctx context.Context, o KeeperOptions) (*Keeper, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.SuspendAfter == 0 {
		o.SuspendAfter = DefaultSuspendAfter
	}
	s, err := listenSocket(ctx, o.Socket)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		o: o, logger: o.Logger, since: time.Now(), socket: s, browsers: map[session.BrowserKind]*keptBrowser{},
		upstreams: map[string]*keptUpstream{}, ports: map[*muxClaim][]uint16{},
		leaving: leaving{idleSince: time.Now(), ended: make(chan struct{})},
	}
	k.life, k.end = context.WithCancel(context.Background())
	if _, err := k.running(ctx, session.BrowserShell); err != nil {
		return nil, errors.Join(err, k.Close(context.WithoutCancel(ctx)))
	}
	k.server = &http.Server{
		Handler: k.routes(), ReadHeaderTimeout: readHeaderTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:    slog.NewLogLogger(k.logger.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return k.life },
	}
	k.workers.Go(k.serve)
	k.workers.Go(k.tidyUpstreams)
	if o.LeaveAfter > 0 {
		k.workers.Go(k.leaveWhenIdle)
	}
	if o.Recycle != (Recycling{}) {
		k.workers.Go(k.recycle)
	}
	return k, nil
}

func (k *Keeper) serve() {
	if err := k.server.Serve(k.socket); !errors.Is(err, http.ErrServerClosed) {
		k.logger.Error("the browser's socket is not served any more", "error", err)
	}
}

// OwnPorts are the ports that its clients listen on: no page may reach them, also while all of them are away. It is for
// Policy.OwnPorts.
func (k *Keeper) OwnPorts() []uint16 {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := slices.Clone(k.lastPorts)
	for _, ports := range k.ports {
		all = append(all, ports...)
	}
	return all
}

// State tells what the keeper has.
func (k *Keeper) State() KeeperState {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := KeeperState{
		Host: k.o.Host, Machine: thisMachine(), PID: os.Getpid(), Settings: k.o.Settings, Since: k.since, LeaveAfter: k.o.LeaveAfter,
		Clients: len(k.ports), Wanted: k.leaving.wanted, ProxyURL: k.o.Proxy.URL(), Browsers: []KeptBrowser{},
	}
	for _, b := range k.every() {
		if b.alive() {
			s.Browsers = append(s.Browsers, b.KeptBrowser)
		}
	}
	slices.SortFunc(s.Browsers, func(a, b KeptBrowser) int { return a.Since.Compare(b.Since) })
	return s
}

var errKeeperClosed = errors.New("the browser process is stopping")

// running is the browser of the kind, started if need be.
func (k *Keeper) running(ctx context.Context, kind session.BrowserKind) (*keptBrowser, error) {
	k.starting.Lock()
	defer k.starting.Unlock()
	k.mu.Lock()
	b := k.browsers[kind]
	k.mu.Unlock()
	if b != nil && b.alive() {
		return b, nil
	}
	if k.life.Err() != nil {
		return nil, errKeeperClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(k.life, cancel)() //nolint:contextcheck // either end stops the start
	b, err := keep(ctx, k.optionsOf(kind))
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	k.browsers[kind] = b
	k.mu.Unlock()
	k.workers.Go(func() { k.watch(b) }) //nolint:contextcheck // the browser outlives who asked for it
	return b, nil
}

func (k *Keeper) optionsOf(kind session.BrowserKind) Options {
	o := k.o.Shell
	if kind == session.BrowserChrome {
		o = k.o.Chrome
	}
	o.Kind, o.ProxyURL = kind, k.o.Proxy.URL()
	if o.Logger == nil {
		o.Logger = k.logger
	}
	return o.withDefaults()
}

// every lists the browsers, the replaced ones too. Call it with mu held.
func (k *Keeper) every() []*keptBrowser {
	return slices.AppendSeq(slices.Clone(k.draining), maps.Values(k.browsers))
}

// all is every, for those who do not hold mu.
func (k *Keeper) all() []*keptBrowser {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.every()
}

// find returns a running browser by its id; nil when it is gone.
func (k *Keeper) find(id string) *keptBrowser {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range k.every() {
		if b.ID == id && b.alive() {
			return b
		}
	}
	return nil
}

// watch waits for the end of a browser, removes what it leaves, and replaces it where that is the headless shell: the full
// browser is started again when it is asked for.
func (k *Keeper) watch(b *keptBrowser) {
	select {
	case <-b.mux.lost:
	case <-b.process.exited:
	case <-k.life.Done():
	}
	k.mu.Lock()
	replaced := k.browsers[b.Kind] != b
	if !replaced {
		delete(k.browsers, b.Kind)
	}
	k.draining = slices.DeleteFunc(k.draining, func(other *keptBrowser) bool { return other == b })
	lost := k.life.Err() == nil && !b.retired
	k.mu.Unlock()
	if lost {
		k.logger.Error("the browser is gone; what its pages were used for starts over", "browser", b.ID, "kind", string(b.Kind))
	}
	if err := b.close(context.WithoutCancel(k.life)); err != nil { // bounded by itself
		k.logger.Warn("the browser left something behind", "browser", b.ID, "error", err)
	}
	if lost && !replaced && b.Kind == session.BrowserShell {
		k.replace(b.Kind)
	}
}

// Pauses between tries to start a browser anew.
const (
	replacePause    = time.Second
	maxReplacePause = 30 * time.Second
)

func (k *Keeper) replace(kind session.BrowserKind) {
	for pause := replacePause; ; pause = min(2*pause, maxReplacePause) {
		_, err := k.running(k.life, kind)
		if err == nil || k.life.Err() != nil {
			return
		}
		k.logger.Error("the browser did not start again; it is tried anew", "kind", string(kind), "error", err)
		select {
		case <-k.life.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Close ends the browsers, with all pages in them, and gives up the socket, within ctx. Clients see their connections end.
// Further calls return the first result.
func (k *Keeper) Close(ctx context.Context) error {
	k.closeOnce.Do(func() { k.closeErr = k.close(ctx) })
	return k.closeErr
}

func (k *Keeper) close(ctx context.Context) error {
	k.mu.Lock() // so that no request begins once they are waited for
	k.end()
	k.mu.Unlock()
	var err error
	if k.server != nil {
		err = k.server.Close()
	}
	done := make(chan struct{})
	go func() { defer close(done); k.workers.Wait() }()
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("close the browsers: %w", ctx.Err()))
	}
	return errors.Join(err, k.socket.release())
}
