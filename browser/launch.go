package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"syscall"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/anteroom/anteroom/session"
)

// DefaultStartTimeout bounds the start of a browser. A cold start on a busy two-core machine takes 3 s.
const DefaultStartTimeout = 30 * time.Second

// Options say how a browser is launched. The zero value launches the headless shell with its sandbox, without a proxy.
type Options struct {
	// Kind chooses the browser; empty is session.BrowserShell.
	Kind session.BrowserKind
	// Path names the executable instead of Find's choice.
	Path string
	// User is whom the browser runs under when this process is root; empty is "anteroom" if there is such a user,
	// else "nobody". A process that is not root runs the browser as itself, and another User is an error.
	User string
	// NoSandbox runs Chromium without its sandbox: a page that breaks out of the renderer then has the rights of
	// User. It is warned about at each launch.
	NoSandbox bool
	// ProxyURL is the forwarding proxy for everything the browser asks of the network ("http://127.0.0.1:port").
	// Empty: no proxy, and so no policy; for tests only.
	ProxyURL string
	// Faults tells why a proxy could not reach a host: the method Proxy.Fault. Nil: reasons are Chromium's only.
	Faults func(proxyURL, hostPort string) (Fault, bool)
	// WarmPages is how many fresh pages are kept ready, at 16 MB each; 0 is one, a negative number none.
	WarmPages int
	// IgnoreCertificateErrors accepts every certificate; for tests only.
	IgnoreCertificateErrors bool
	// TempDir holds the profile while the browser runs; empty is os.TempDir. User must be able to reach it.
	TempDir string
	// StartTimeout bounds the start; 0 is DefaultStartTimeout.
	StartTimeout time.Duration
	// Logger is told about the start, the end and the loss; nil is slog.Default.
	Logger *slog.Logger

	// isolateSites gives every site a process of its own, as the full browser does on machines with much memory.
	isolateSites bool
}

func (o Options) withDefaults() Options {
	if o.Kind == "" {
		o.Kind = session.BrowserShell
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = DefaultStartTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// Launch starts a browser and returns when it answers. ctx bounds the start only; the browser runs until Close, and
// dies with this process, also on kill -9. It talks over a pipe: there is no debugging port to reach. Errors:
// ErrNotFound, ErrNoSandbox, or what went wrong at the start. The caller must call Close.
func Launch(ctx context.Context, o Options) (*Browser, error) {
	o = o.withDefaults()
	path, who, dir, err := prepare(o)
	if err != nil {
		return nil, err
	}
	b := newBrowser(o, dir)
	b.allocate(path, who)
	if err := b.start(ctx); err != nil {
		_ = b.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	b.startWarm()
	announceStart(b.opts, who, KeptBrowser{ID: b.id, Kind: b.opts.Kind, PID: b.pid, Version: b.version})
	return b, nil
}

// prepare finds what a browser is started from: its program, whom it runs under, and a profile, which the caller removes.
func prepare(o Options) (path string, who account, dir profile, err error) {
	if path, err = Find(o.Kind, o.Path); err != nil {
		return path, who, dir, err
	}
	if who, err = findAccount(o.User); err != nil {
		return path, who, dir, err
	}
	dir, err = newProfile(o.TempDir, who)
	return path, who, dir, err
}

func newBrowser(o Options, dir profile) *Browser {
	return &Browser{
		id:      session.NewID(session.BrowserPrefix),
		opts:    o,
		profile: dir,
		tenants: map[cdp.BrowserContextID]*tenant{},
		events:  make(chan target.ID, 64),
		warm:    newWarmPool(o.WarmPages, PageOptions{}),
	}
}

// allocate prepares the chromedp contexts; nothing runs yet. They are the browser's own: no caller's context may end
// them, since chromedp binds a browser's life to the context of its first call.
func (b *Browser) allocate(path string, who account) {
	opts := append(allocatorFlags(launchFlags(b.opts)),
		chromedp.ExecPath(path),
		chromedp.UserDataDir(b.profile.data()),
		chromedp.NoInheritEnv,
		chromedp.Env(b.profile.environment()...),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { isolate(cmd, who, b.profile.dir) }),
	)
	life, kill := context.WithCancel(context.Background())
	alloc, waitAlloc := chromedp.NewExecAllocator(life, opts...)
	root, cancelRoot := chromedp.NewContext(alloc, b.quiet()...)
	b.root, b.kill, b.waitRoot, b.waitAlloc = root, kill, cancelRoot, waitAlloc
}

// quiet keeps chromedp's own messages, which quote the protocol and with it page text: only their kind is logged.
func (b *Browser) quiet() []chromedp.ContextOption {
	log := func(format string, _ ...any) { b.opts.Logger.Debug("chromedp", "browser", b.id, "message", format) }
	return []chromedp.ContextOption{chromedp.WithLogf(log), chromedp.WithErrorf(log)}
}

// launchFlags are the switches of a browser with these options.
func launchFlags(o Options) []flag {
	flags := flagsFor(o.Kind, sharedMemoryIsSmall(), o.NoSandbox, o.ProxyURL)
	if o.IgnoreCertificateErrors {
		flags = append(flags, flag{"ignore-certificate-errors", true, "test servers sign themselves", srcPuppeteer})
	}
	if o.isolateSites {
		flags = append(flags, flag{"site-per-process", true, "frames as in the full browser", srcContent})
	}
	return flags
}

// isolate gives the process its own group (so that all of it can be killed), its user, and our death as its own.
func isolate(cmd *exec.Cmd, who account, dir string) {
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: who.credential}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

func (b *Browser) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.opts.StartTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, b.kill)
	version, err := chromedp.CallBrowser(b.root, cdpbrowser.GetVersion, cdp.Empty{}) //nolint:contextcheck // the browser outlives the context that started it
	if !stop() {
		return fmt.Errorf("start the browser: no answer in time: %w", context.Cause(ctx))
	}
	if err != nil {
		return startError(err)
	}
	c := chromedp.FromContext(b.root) //nolint:contextcheck // the browser outlives the context that started it
	b.cdp, b.version = c.Browser, version.Product
	if process := c.Browser.Process(); process != nil {
		b.pid = process.Pid
	}
	if err := b.watchTargets(ctx); err != nil {
		return fmt.Errorf("start the browser: %w", err)
	}
	return nil
}

// sandboxComplaints are what Chromium prints when it cannot have a sandbox (zygote_host_impl_linux.cc,
// sandbox/linux/services/credentials.cc) or runs as root with one (headless_shell: "Running as root without").
var sandboxComplaints = []string{"No usable sandbox", "Failed to move to new namespace", "without --no-sandbox", "SUID sandbox helper"}

func startError(err error) error {
	text := err.Error()
	for _, c := range sandboxComplaints {
		if strings.Contains(text, c) {
			return fmt.Errorf("%w: allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "+
				"kernel.apparmor_restrict_unprivileged_userns=0, or the container's seccomp profile), "+
				"or accept the risk with the setting browser.noSandbox", ErrNoSandbox)
		}
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("start the browser: it ended at once: %w", err)
	}
	return fmt.Errorf("start the browser: %w", err)
}

func announceStart(o Options, who account, b KeptBrowser) {
	log := o.Logger.With("browser", b.ID, "version", b.Version, "pid", b.PID)
	if o.NoSandbox {
		log.Warn("the browser runs WITHOUT its sandbox, as the setting says: a hostile page that breaks out has the rights of this user", "user", who.name)
	}
	log.Info("browser started", "kind", string(o.Kind), "user", who.name)
}
