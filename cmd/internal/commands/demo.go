package commands

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

const (
	demoProject = "demo"
	demoUser    = "ada"
	// demoTimeout bounds the whole demo.
	demoTimeout = 3 * time.Minute
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Log in to a demo site that texts a code, and tell the story as it happens",
		Long: `Start everything on free ports with a temporary data directory, beside a demo site that wants a password and a texted
code; log in to it through the API, and tell what happens; then stop and remove everything.`,
		Example: fmt.Sprintf("  %s demo", a.program.Name),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), demoTimeout)
			defer cancel()
			return a.demo(ctx)
		},
	}
}

// demo is one run of the demo.
type demo struct {
	*app

	began time.Time
	texts chan loginlab.Message
	site  *demoSite
	lab   *loginlab.Lab
	api   *client.Client
}

func (a *app) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "anteroom-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary data directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	d := &demo{app: a, began: time.Now(), texts: make(chan loginlab.Message, 1)}
	d.lab = loginlab.New(loginlab.Options{OnCode: func(m loginlab.Message) { d.texts <- m }})
	if d.site, err = serveSite(ctx, d.lab); err != nil {
		return err
	}
	defer d.site.close()
	cfg, err := demoConfig(dir)
	if err != nil {
		return err
	}
	d.sayf("Starting Temporal, API, worker and browser in one process, beside a demo site at %s", d.site.url)
	p, err := process.Start(ctx, process.Options{
		Config: cfg, Parts: everyPart, Logger: newLogger(a.stderr, cfg.Log), Temporal: a.program.Temporal, Version: version(),
		Progress: func(doing string) { d.notef("%s", doing) },
	})
	if err != nil {
		return err
	}
	defer func() {
		d.sayf("Stopping everything")
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), process.StopTimeout(cfg))
		defer cancel()
		if stopErr := p.Stop(stopCtx); stopErr != nil && err == nil {
			err = stopErr
		}
		if err == nil {
			d.sayf("Done. Nothing is left running. \"make up\" starts the same to stay")
		}
	}()
	return d.play(ctx, p)
}

// demoConfig is the default configuration on free ports, whatever the environment says.
func demoConfig(dir string) (*config.Config, error) {
	flags := pflag.NewFlagSet("demo", pflag.ContinueOnError)
	keys := []string{"dataDir", "listen", "temporal.listen", "temporal.uiListen", "network.allow", "log.level"}
	config.AddFlags(flags, keys...)
	args := []string{
		"--data-dir=" + dir, "--listen=127.0.0.1:0", "--temporal-listen=127.0.0.1:0", "--temporal-ui-listen=127.0.0.1:0",
		"--network-allow=127.0.0.0/8", "--log-level=error",
	}
	if err := flags.Parse(args); err != nil {
		return nil, fmt.Errorf("configure the demo: %w", err)
	}
	return config.Load(config.Options{
		Flags:     flags,
		LookupEnv: func(string) (string, bool) { return "", false },
		Environ:   func() []string { return nil },
	})
}

// play logs in through the API, as a caller would.
func (d *demo) play(ctx context.Context, p *process.Process) error {
	if err := d.connect(p); err != nil {
		return err
	}
	project := session.Project{Name: demoProject, LoginURL: d.site.url + "/s/code/login"}
	if _, _, err := d.api.PutProject(ctx, project); err != nil {
		return err
	}
	d.sayf("PUT project %q: only its login URL, no selectors, no script", demoProject)
	id, err := d.api.Start(ctx, demoProject, client.StartRequest{ID: demoUser, Parameters: map[string]session.Secret{
		"username": session.NewSecret(demoUser), "password": session.NewSecret(d.lab.Password()),
	}})
	if err != nil {
		return err
	}
	d.sayf("POST create → started, operation %s", id)
	if err := d.follow(ctx, id); err != nil {
		return err
	}
	return d.end(ctx, p, id)
}

func (d *demo) connect(p *process.Process) error {
	key, err := os.ReadFile(p.APIKeyFile())
	if err != nil {
		return fmt.Errorf("read the API key: %w", err)
	}
	api, err := client.New(p.APIURL(), session.NewSecret(trimLine(key)), &http.Client{Timeout: requestTimeout})
	if err != nil {
		return err
	}
	d.api = api.In(process.DefaultWorkspace)
	return nil
}

// follow polls until the end, and answers the question with the code that the site texted.
func (d *demo) follow(ctx context.Context, id string) error {
	r, err := d.api.Result(ctx, demoProject, id, 0)
	if err != nil {
		return err
	}
	d.sayf("GET result → %s: the headless browser finds its way through the login", r.Status)
	done, err := d.api.Follow(ctx, demoProject, id, d.answer)
	if err != nil {
		return err
	}
	d.sayf("GET result → done, session %q", done.SessionID)
	return nil
}

func (d *demo) answer(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
	d.sayf("GET result → requested_more_info, infoRequestId %s", q.ID)
	d.notef("the site asks: %s", describe(q))
	select {
	case m := <-d.texts:
		d.sayf("The demo site texts %s: your code is %s", m.To, m.Code)
		d.sayf("POST resume with infoRequestId and code")
		return map[string]session.Secret{q.Fields[0].Name: session.NewSecret(m.Code)}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// end shows what came of it.
func (d *demo) end(ctx context.Context, p *process.Process, id string) error {
	op, err := d.api.Operation(ctx, id)
	if err != nil {
		return err
	}
	if op.Verdict == nil || !op.Verdict.Proven {
		return fmt.Errorf("the session of operation %s is not proven", id)
	}
	d.sayf("The session is proven: restored into a fresh browser it is logged in, an anonymous one is not")
	for _, e := range op.Verdict.Evidence {
		d.notef("evidence: %s %s", e.Rule, e.Where)
	}
	if _, err := d.api.StorageState(ctx, demoProject, demoUser); err != nil {
		return err
	}
	d.sayf("GET storage-state → Playwright's JSON, ready for browser.newContext")
	d.sayf("In the Temporal UI: %s/namespaces/default/workflows/%s", p.UIURL(), id)
	return nil
}

// sayf tells the next part of the story, with the seconds since the start.
func (d *demo) sayf(format string, args ...any) {
	fmt.Fprintf(d.stdout, "%6.2fs  %s\n", time.Since(d.began).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demo) notef(format string, args ...any) {
	fmt.Fprintf(d.stdout, "         · %s\n", fmt.Sprintf(format, args...))
}
