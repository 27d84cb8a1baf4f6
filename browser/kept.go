package browser

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/session"
)

// ConnectOptions say how this process uses a browser of a Keeper.
type ConnectOptions struct {
	// WarmPages is Options.WarmPages. They are of use to this process only, and go with it.
	WarmPages int
	// WarmPassing is how many more are kept ready of those that end with this process; see PageOptions.Passing.
	WarmPassing int
	// OwnPorts are ports that this process listens on, which no page may reach while it is connected.
	OwnPorts []uint16
	// Logger is told about losses; nil is slog.Default.
	Logger *slog.Logger
}

// kept is what there is to a browser that a Keeper owns.
type kept struct {
	endpoint *Endpoint
	conn     io.ReadWriteCloser
	// name is what the keeper knows the connection by.
	name string
	// leaving is closed when this process disconnects by itself.
	leaving   chan struct{}
	leaveOnce sync.Once
	// known is closed once it is known what the end of the connection means; gone is valid then.
	known chan struct{}
	gone  bool
}

// Connect attaches this process to the keeper's browser with this id. ctx bounds the connecting only. Errors: ErrNoKeeper,
// ErrBrowserLost. The caller must call Close, which disconnects: what was made in the browser stays.
func (e *Endpoint) Connect(ctx context.Context, id string, o ConnectOptions) (*Browser, error) {
	state, err := e.State(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(state.Browsers, func(b KeptBrowser) bool { return b.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("connect to browser %s: %w", id, ErrBrowserLost)
	}
	name := rand.Text()
	conn, err := e.devtools(ctx, id, name, o.OwnPorts)
	if err != nil {
		return nil, fmt.Errorf("connect to browser %s: %w", id, err)
	}
	info := state.Browsers[i]
	b := newBrowser(Options{
		Kind: info.Kind, ProxyURL: state.ProxyURL, Faults: e.Fault, WarmPages: o.WarmPages, Logger: o.Logger,
	}.withDefaults(), profile{})
	b.id, b.pid = info.ID, info.PID
	b.kept = &kept{endpoint: e, conn: conn, name: name, leaving: make(chan struct{}), known: make(chan struct{})}
	if o.WarmPassing > 0 {
		b.passing = newWarmPool(o.WarmPassing, PageOptions{Passing: true})
	}
	b.attachToKept()
	if err := b.start(ctx); err != nil {
		_ = b.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	b.startWarm()
	b.workers.Go(b.findOut)
	return b, nil
}

// keptAllocator lets chromedp use a connection to a browser that runs already.
type keptAllocator struct {
	conn io.ReadWriteCloser
	wg   sync.WaitGroup
}

// Allocate starts chromedp on the connection.
func (a *keptAllocator) Allocate(ctx context.Context, opts ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	transport := chromedp.NewPipeConn(a.conn, nopWriteCloser{a.conn})
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	a.wg.Go(func() {
		<-ctx.Done()
		end()
		_ = transport.Close()
	})
	return chromedp.NewBrowserTransport(life, transport, opts...)
}

// Wait waits until the connection is closed.
func (a *keptAllocator) Wait() { a.wg.Wait() }

// Attaches tells chromedp that the browser is not its own.
func (a *keptAllocator) Attaches() bool { return true }

// nopWriteCloser keeps one connection from being closed for each of its directions.
type nopWriteCloser struct{ io.Writer }

// Close does nothing.
func (nopWriteCloser) Close() error { return nil }

// attachToKept prepares the chromedp contexts; see allocate.
func (b *Browser) attachToKept() {
	a := &keptAllocator{conn: b.kept.conn}
	life, kill := context.WithCancel(context.Background())
	alloc, cancelAlloc := chromedp.NewAllocatorContext(life, a)
	b.root, b.waitRoot = chromedp.NewContext(alloc, b.quiet()...)
	b.kill = func() { kill(); _ = a.conn.Close() }
	b.waitAlloc = func() { cancelAlloc(); a.Wait() }
}

// leaveKept disconnects knowingly: the warm pages go, and the end of the connection means nothing.
func (b *Browser) leaveKept(ctx context.Context) {
	b.closeWarm(ctx)
	b.kept.leave()
}

func (k *kept) leave() { k.leaveOnce.Do(func() { close(k.leaving) }) }

const (
	// verdictPause is the pause between two questions for a browser whose connection ended.
	verdictPause = 100 * time.Millisecond
	// verdictPatience is how long it is asked for. A keeper that cannot answer for so long is no evidence of anything.
	verdictPatience = 30 * time.Second
	// verdictWait is how long a call waits for it.
	verdictWait = 3 * time.Second
)

// findOut finds out what it means when the connection ends. The browser is gone only on evidence: nobody serves the socket,
// or whoever does has no such browser.
func (b *Browser) findOut() {
	k := b.kept
	defer close(k.known)
	select {
	case <-k.leaving:
		return
	case <-b.cdp.LostConnection:
	}
	for until := time.Now().Add(verdictPatience); time.Now().Before(until); {
		state, err := k.endpoint.State(context.Background()) // bounded by itself
		if errors.Is(err, ErrNoKeeper) {
			k.gone = true
			return
		}
		if err == nil {
			k.gone = !slices.ContainsFunc(state.Browsers, func(other KeptBrowser) bool { return other.ID == b.id })
			return
		}
		select {
		case <-k.leaving:
			return
		case <-time.After(verdictPause):
		}
	}
}

// Gone waits, once Lost is closed, until it is known whether the browser itself is gone, or ctx ends. A browser of a Keeper
// may only have been disconnected: false. One that we launched is gone when it is lost.
func (b *Browser) Gone(ctx context.Context) bool {
	if b.kept == nil {
		return b.isLost()
	}
	select {
	case <-b.kept.known:
		return b.kept.gone
	case <-ctx.Done():
		return false
	}
}

// wentAway is Gone for a call that failed.
func (b *Browser) wentAway() bool {
	if b.kept == nil {
		return b.isLost()
	}
	select {
	case <-b.kept.known:
		return b.kept.gone
	case <-time.After(verdictWait):
		return false
	}
}

// Kind is the kind of the browser.
func (b *Browser) Kind() session.BrowserKind { return b.opts.Kind }

// Orphans are the browser contexts of a Keeper's browser that are older than age and that nobody will dispose of: their client left,
// or is this connection, which does not know them: whoever made them gave up before the answer came. It is empty for a browser
// that we launched: nothing outlives its process.
func (b *Browser) Orphans(ctx context.Context, age time.Duration) ([]string, error) {
	if b.kept == nil {
		return nil, nil
	}
	contexts, err := b.kept.endpoint.Contexts(ctx, b.id)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var orphans []string
	for _, c := range contexts {
		_, known := b.tenants[cdp.BrowserContextID(c.ID)]
		if time.Since(c.Since) > age && (!c.Used || c.Client == b.kept.name && !known) {
			orphans = append(orphans, c.ID)
		}
	}
	return orphans, nil
}

// OpenUpstream opens a listener of the proxy of a Keeper's browser; see Endpoint.OpenUpstream. A browser that we launched has the
// Proxy of whoever launched it.
func (b *Browser) OpenUpstream(ctx context.Context, upstream session.Secret) (proxyURL string, err error) {
	if b.kept == nil {
		return "", errors.New("open the proxy: this browser has none of its own")
	}
	return b.kept.endpoint.OpenUpstream(ctx, upstream)
}

// CloseUpstream ends a listener of OpenUpstream. Repeats are harmless.
func (b *Browser) CloseUpstream(proxyURL string) error {
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	if b.kept == nil {
		return nil
	}
	return b.kept.endpoint.CloseUpstream(ctx, proxyURL)
}

// Wakeful are the browser contexts of a Keeper's browser whose client left without freezing their page. It is empty for a browser
// that we launched.
func (b *Browser) Wakeful(ctx context.Context) ([]string, error) {
	if b.kept == nil {
		return nil, nil
	}
	contexts, err := b.kept.endpoint.Contexts(ctx, b.id)
	if err != nil {
		return nil, err
	}
	var wakeful []string
	for _, c := range contexts {
		if !c.Used && !c.Frozen {
			wakeful = append(wakeful, c.ID)
		}
	}
	return wakeful, nil
}

// DisposeOf ends a browser context that nobody uses, with its pages.
func (b *Browser) DisposeOf(browserContextID string) error {
	return b.disposeContext(cdp.BrowserContextID(browserContextID))
}
