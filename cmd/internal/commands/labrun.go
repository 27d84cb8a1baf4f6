package commands

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// labRunFlags are the flags of lab run.
type labRunFlags struct {
	connection

	lab, sites, part, group, mode, report, pages string
	direct, check, showHeldOut, verbose          bool
	concurrency                                  int
	deadline                                     time.Duration
}

// Values of the flags of lab run that mean everything.
const allOf = "all"

func (a *app) labRunCommand() *cobra.Command {
	f := &labRunFlags{}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Log in to every site of the corpus and judge what came of it",
		Long: `Log in to every site of the corpus and print what came of it by topology, factor, language and nuisance: through a running
Anteroom, or with --direct by the engine in this process. The lab's own record decides, not what the engine says.

The corpus has a part for tuning and a part that is held out. Of held-out sites only counts are printed and kept: whoever
tunes the engine must not learn what they are like.`,
		Example: fmt.Sprintf(`  %[1]s lab run --direct --part tuning
  %[1]s lab run --sites 'de-*' --report report.json
  %[1]s lab run --direct --mode wrong_password --check`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.labRun(cmd, f) },
	}
	f.addTo(a, cmd)
	return cmd
}

func (f *labRunFlags) addTo(a *app, cmd *cobra.Command) {
	f.add(a, cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.lab, "lab", "", "address of a lab that runs elsewhere (default: one of our own)")
	flags.BoolVar(&f.direct, "direct", false, "use the engine in this process: no server is needed")
	flags.StringVar(&f.sites, "sites", "", "only sites whose name matches this pattern: 'de-*'")
	flags.StringVar(&f.part, "part", allOf, "tuning, held_out or all")
	flags.StringVar(&f.group, "group", "", "basic, corpus, refusal, hostile, nasty or all (default: all but nasty)")
	flags.StringVar(&f.mode, "mode", string(labrun.ModeRight), "what is given: right, wrong_password, wrong_code (a wrong one, then the right one) or all")
	flags.IntVar(&f.concurrency, "concurrency", labrun.DefaultConcurrency, "how many logins at once")
	flags.DurationVar(&f.deadline, "deadline", labrun.DefaultDeadline, "how long one login may take")
	flags.StringVar(&f.report, "report", "", "file for the report as JSON, with the timings of each site")
	flags.StringVar(&f.pages, "pages", "", "directory for the pages where logins did not end right, as models and pictures (with --direct)")
	flags.BoolVar(&f.check, "check", false, "end with exit code 1 when the figures are not good enough")
	flags.BoolVar(&f.showHeldOut, "show-held-out", false, "print and keep the details of held-out sites, too; never while tuning")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each login as it ends")
	config.AddFlags(flags, "network.allow", "browser.path", "browser.user", "browser.noSandbox")
}

func (f *labRunFlags) checkValues() error {
	parts := []string{allOf, string(loginlab.PartTuning), string(loginlab.PartHeldOut)}
	if !slices.Contains(parts, f.part) {
		return usagef("--part is %q; it may be %s", f.part, strings.Join(parts, ", "))
	}
	groups := []string{"", allOf}
	for _, g := range []loginlab.Group{
		loginlab.GroupBasic, loginlab.GroupCorpus, loginlab.GroupRefusal, loginlab.GroupHostile, loginlab.GroupNasty,
	} {
		groups = append(groups, string(g))
	}
	if !slices.Contains(groups, f.group) {
		return usagef("--group is %q; it may be %s", f.group, strings.Join(groups[1:], ", "))
	}
	if f.mode != allOf && !slices.Contains(labrun.Modes(), labrun.Mode(f.mode)) {
		return usagef("--mode is %q; it may be right, wrong_password, wrong_code or all", f.mode)
	}
	if info, err := os.Stat(f.pages); f.pages != "" && (err != nil || !info.IsDir()) {
		return usagef("--pages is %q, which is no directory", f.pages)
	}
	if f.concurrency < 1 || f.deadline < time.Second {
		return usagef("--concurrency is at least 1, --deadline at least 1s")
	}
	return nil
}

func (f *labRunFlags) modes() []labrun.Mode {
	if f.mode == allOf {
		return labrun.Modes()
	}
	return []labrun.Mode{labrun.Mode(f.mode)}
}

func (a *app) labRun(cmd *cobra.Command, f *labRunFlags) error {
	if err := f.checkValues(); err != nil {
		return err
	}
	cfg, err := config.Load(config.Options{Flags: cmd.Flags(), OtherEnv: clientEnv})
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	lab, end, err := f.openLab(ctx)
	if err != nil {
		return err
	}
	defer end()
	driver, endDriver, err := a.labDriver(ctx, f, cfg)
	if err != nil {
		return err
	}
	defer endDriver()
	report, runErr := a.runLab(ctx, f, lab, driver)
	if report == nil {
		return a.explain(runErr, lab)
	}
	if err := a.showReport(f, report); err != nil {
		return err
	}
	if runErr != nil {
		return a.explain(runErr, lab)
	}
	if f.check {
		return report.Check()
	}
	return nil
}

// openLab reaches the lab that the flags name, or serves one.
func (f *labRunFlags) openLab(ctx context.Context) (lab *labrun.Lab, end func(), err error) {
	address := f.lab
	end = func() {}
	if address == "" {
		served, err := labrun.Serve(ctx, labrun.ServeOptions{})
		if err != nil {
			return nil, nil, err
		}
		address = served.URL
		end = func() { _ = served.Close(context.WithoutCancel(ctx)) }
	}
	lab, err = labrun.NewLab(address, &http.Client{Timeout: requestTimeout})
	if err != nil {
		end()
		return nil, nil, exitWith(exitUsage, err)
	}
	return lab, end, nil
}

// labDriver is a running Anteroom, or the engine in this process.
func (a *app) labDriver(ctx context.Context, f *labRunFlags, cfg *config.Config) (labrun.Driver, func(), error) {
	if !f.direct {
		c, err := f.client()
		if err != nil {
			return nil, nil, err
		}
		return &labrun.API{Service: labrun.Remote{Client: c}}, func() {}, nil
	}
	d, err := a.direct(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	return d, func() { _ = d.Close(context.WithoutCancel(ctx)) }, nil
}

// direct makes the driver of the engine in this process.
func (a *app) direct(ctx context.Context, cfg *config.Config) (*labrun.Direct, error) {
	o := labrun.DirectOptions{
		Browser: browser.Options{
			Kind: session.BrowserShell, Path: cfg.Browser.Path, User: cfg.Browser.User, NoSandbox: cfg.Browser.NoSandbox,
		},
		Logger: newLogger(a.stderr, config.Log{Level: slog.LevelWarn}),
	}
	for _, network := range cfg.Network.Allow {
		rule, err := browser.ParseAllow(network.String())
		if err != nil {
			return nil, err
		}
		o.Allow = append(o.Allow, rule)
	}
	return labrun.NewDirect(ctx, o)
}

// runLab makes the passes and counts. The report is nil when nothing was run.
func (a *app) runLab(ctx context.Context, f *labRunFlags, lab *labrun.Lab, driver labrun.Driver) (*labrun.Report, error) {
	began := time.Now()
	manifest, err := lab.Manifest(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the manifest of the lab at %s: %w", lab.Origin(), err)
	}
	sites, err := f.filter(lab).Select(manifest.Sites)
	if err != nil {
		return nil, exitWith(exitUsage, err)
	}
	if len(sites) == 0 {
		return nil, usagef("no site of the lab matches")
	}
	var results []labrun.Result
	var runErr error
	for _, mode := range f.modes() {
		cases, err := lab.Cases(ctx, sites, runName())
		if err != nil {
			return nil, err
		}
		cases = labrun.Fitting(cases, mode)
		a.progressf(f, "%s: %d sites, %d at once", mode, len(cases), f.concurrency)
		var more []labrun.Result
		more, runErr = labrun.Run(ctx, labrun.Options{
			Driver: driver, Events: lab, Mode: mode, Concurrency: f.concurrency, Deadline: f.deadline,
			Answers:  func(c *labrun.Case, m labrun.Mode) *labrun.Person { return &labrun.Person{Lab: lab, Case: c, Mode: m} },
			Progress: a.labProgress(f),
		}, cases)
		results = append(results, more...)
		if runErr != nil {
			break
		}
	}
	report := labrun.NewReport(results, f.showHeldOut)
	report.StartedAt, report.FinishedAt = began.UTC(), time.Now().UTC()
	report.Driver, report.Lab = driver.Name(), lab.Origin()
	report.Concurrency, report.DeadlineSeconds = f.concurrency, f.deadline.Seconds()
	return report, runErr
}

// runName begins the user names of one pass.
func runName() string { return strings.ToLower(session.NewID("")[:8]) + "-" }

func (f *labRunFlags) filter(lab *labrun.Lab) labrun.Filter {
	u, err := url.Parse(lab.Origin())
	if err != nil { // NewLab refuses such an address
		return labrun.Filter{}
	}
	filter := labrun.Filter{Sites: f.sites, TLS: u.Scheme == "https", HostName: net.ParseIP(u.Hostname()) == nil}
	if f.part != allOf {
		filter.Part = loginlab.Part(f.part)
	}
	switch f.group {
	case "":
		filter.Without = loginlab.GroupNasty
	case allOf:
	default:
		filter.Group = loginlab.Group(f.group)
	}
	return filter
}

func (a *app) labProgress(f *labRunFlags) func(labrun.Result) {
	return func(r labrun.Result) {
		if !f.showHeldOut && r.Part == loginlab.PartHeldOut {
			return
		}
		if f.verbose {
			a.progressf(f, "%s", r.Line())
		}
		if f.pages == "" || r.Verdict == labrun.VerdictRight {
			return
		}
		if err := r.SavePage(f.pages); err != nil {
			fmt.Fprintln(a.stderr, err)
		}
	}
}

func (a *app) progressf(f *labRunFlags, format string, args ...any) {
	if !f.json {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

func (a *app) showReport(f *labRunFlags, report *labrun.Report) error {
	if f.report != "" {
		if err := report.Save(f.report); err != nil {
			return err
		}
	}
	return a.print(&f.connection, report, func() { report.Print(a.stdout) })
}

// explain says what to do about a lab that the service may not reach.
func (a *app) explain(err error, lab *labrun.Lab) error {
	if !errors.Is(err, labrun.ErrRefused) {
		return err
	}
	return fmt.Errorf("%w\nThe lab is at %s. Start the server with --network-allow=127.0.0.0/8 (or ANTEROOM_NETWORK_ALLOW=127.0.0.0/8) "+
		"if it runs on this machine, else with the network of the lab; or use --direct", err, lab.Origin())
}
