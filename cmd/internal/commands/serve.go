package commands

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
)

// commonKeys are the settings that have a flag on every command that runs a process; all others are read from file and
// environment.
var commonKeys = []string{
	"dataDir", "listen", "allowRemote", "projects", "log.level", "log.format", "network.allow",
	"browser.path", "browser.user", "browser.noSandbox", "browser.maxPages", "browser.kinds", "browser.leaveAfter", "worker.drain",
	"temporal.namespace",
}

// everyPart is what a process that is alone runs.
var everyPart = process.Parts{API: true, Worker: true, Alone: true}

// runFlags are the flags of the commands that run a process.
type runFlags struct {
	config string
	json   bool
}

func (f *runFlags) add(cmd *cobra.Command, keys ...string) {
	cmd.Flags().StringVar(&f.config, "config", "", "YAML file of settings (ANTEROOM_CONFIG)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print where everything is as one line of JSON")
	config.AddFlags(cmd.Flags(), keys...)
}

// clientEnv are the variables that the client commands read; they are no settings of a process.
var clientEnv = []string{envAPI, envAPIKey, envAPIKeyFile, envWorkspace}

func (f *runFlags) load(cmd *cobra.Command) (*config.Config, error) {
	return config.Load(config.Options{File: f.config, Flags: cmd.Flags(), OtherEnv: clientEnv})
}

func (a *app) serveCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run API, worker and browser in one process, with a Temporal server that runs elsewhere",
		Example: fmt.Sprintf(`  %[1]s serve --temporal-address 127.0.0.1:7233 --data-dir /var/lib/anteroom
  ANTEROOM_NETWORK_ALLOW=10.0.0.0/8 %[1]s serve --temporal-address temporal.internal:7233`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			if cfg.Temporal.Address == "" {
				return usagef("serve needs the address of a Temporal server: set --temporal-address")
			}
			return a.runProcess(cmd.Context(), cfg, everyPart, nil, flags.json)
		},
	}
	flags.add(cmd, append(commonKeys, "temporal.address", "browser.endpoints")...)
	return cmd
}

// runProcess runs a process until ctx ends or a part of it dies.
func (a *app) runProcess(
	ctx context.Context, cfg *config.Config, parts process.Parts, temporal process.StartTemporal, asJSON bool,
) error {
	p, err := process.Start(ctx, process.Options{
		Config: cfg, Parts: parts, Logger: newLogger(a.stderr, cfg.Log), Temporal: temporal, Progress: a.progress(asJSON), Version: version(),
		Stays: a.stays(cfg),
	})
	if err != nil {
		return err
	}
	a.announce(p, parts, asJSON)
	var died error
	select {
	case <-ctx.Done():
	case died = <-p.Failed():
	}
	if !asJSON {
		fmt.Fprintln(a.stdout, "stopping …")
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), process.StopTimeout(cfg))
	defer cancel()
	if err := p.Stop(stopCtx); err != nil && died == nil {
		died = err
	}
	return died
}

func (a *app) progress(asJSON bool) func(string) {
	if asJSON {
		return func(string) {}
	}
	return func(doing string) { fmt.Fprintln(a.stdout, doing+" …") }
}

// endpoints is where everything of a process is.
type endpoints struct {
	API        string `json:"api,omitempty"`
	APIKeyFile string `json:"apiKeyFile,omitempty"`
	Workspace  string `json:"workspace,omitempty"`
	TemporalUI string `json:"temporalUi,omitempty"`
	Monitor    string `json:"monitor,omitempty"`
}

// announcePart tells where a process is that is one of several.
func (a *app) announcePart(p *process.Process, asJSON bool) {
	at := endpoints{API: p.APIURL(), Monitor: p.MonitorURL()}
	switch {
	case asJSON:
		a.printLine(at)
	case at.API != "":
		fmt.Fprintf(a.stdout, "The API is up at %s. Ctrl-C stops it.\n", at.API)
	default:
		fmt.Fprintln(a.stdout, "The worker is up. Ctrl-C stops it.")
	}
}

func (a *app) announce(p *process.Process, parts process.Parts, asJSON bool) {
	if !parts.Alone {
		a.announcePart(p, asJSON)
		return
	}
	at := endpoints{API: p.APIURL(), APIKeyFile: p.APIKeyFile(), Workspace: process.DefaultWorkspace, TemporalUI: p.UIURL(), Monitor: p.MonitorURL()}
	if asJSON {
		a.printLine(at)
		return
	}
	fmt.Fprintf(a.stdout, "\nAnteroom is up.\n\n  API          %s\n  API key in   %s\n", at.API, at.APIKeyFile)
	if at.TemporalUI != "" {
		fmt.Fprintf(a.stdout, "  Temporal UI  %s\n", at.TemporalUI)
	}
	fmt.Fprintf(a.stdout, `
Describe an application, then log in:

  curl -X PUT -H "x-api-key: $(cat %[2]s)" -H 'content-type: application/json' \
    %[1]s/api/v1/workspace/%[3]s/projects/my-app -d '{"loginUrl":"https://app.example.com/login"}'
  %[4]s login my-app -u alice@example.com --api %[1]s --api-key-file %[2]s

Ctrl-C stops it.
`, at.API, at.APIKeyFile, at.Workspace, firstOf(a.program.Path, a.program.Name))
}

// printLine prints v as one line of JSON, for programs that start this one.
func (a *app) printLine(v any) {
	if err := json.NewEncoder(a.stdout).Encode(v); err != nil {
		fmt.Fprintf(a.stderr, "%s: print where everything is: %v\n", a.program.Name, err)
	}
}

func newLogger(w io.Writer, l config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == config.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
