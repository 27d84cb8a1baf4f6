package commands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
)

// temporalStopTimeout is how long the Temporal server alone may take to stop.
const temporalStopTimeout = 10 * time.Second

func (a *app) temporalCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "temporal",
		Short: "Run only the Temporal server and its UI, on SQLite or PostgreSQL, for processes started with api, worker or serve",
		Example: fmt.Sprintf(`  %[1]s temporal --data-dir ./data --temporal-listen 127.0.0.1:7233
  %[1]s temporal --temporal-store postgres://anteroom@127.0.0.1:5432/temporal`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			store, err := cfg.Temporal.StoreAddress()
			if err != nil {
				return err
			}
			server, err := a.program.Temporal(cmd.Context(), process.TemporalOptions{
				DataDir: filepath.Join(cfg.DataDir, "temporal"), Store: store, Listen: cfg.Temporal.Listen, UIListen: cfg.Temporal.UIListen,
				Namespace: cfg.Temporal.Namespace, Retention: cfg.Temporal.Retention,
				SearchAttributes: process.SearchAttributes(), Logger: newLogger(a.stderr, cfg.Log),
			})
			if err != nil {
				return err
			}
			a.announceTemporal(server, flags.json)
			return waitForTemporal(cmd.Context(), server)
		},
	}
	flags.add(cmd, "dataDir", "log.level", "log.format", "temporal.namespace", "temporal.listen", "temporal.uiListen", "temporal.retention",
		"temporal.store", "temporal.storePasswordFile")
	return cmd
}

func (a *app) announceTemporal(server process.TemporalServer, asJSON bool) {
	if asJSON {
		a.printLine(map[string]string{"address": server.Address(), "ui": server.UIURL()})
		return
	}
	fmt.Fprintf(a.stdout, "Temporal is up at %s, its UI at %s. Ctrl-C stops it.\n", server.Address(), server.UIURL())
}

func waitForTemporal(ctx context.Context, server process.TemporalServer) error {
	select {
	case <-ctx.Done():
	case <-server.Stopped():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), temporalStopTimeout)
	defer cancel()
	return errors.Join(server.Err(), server.Stop(stopCtx))
}
