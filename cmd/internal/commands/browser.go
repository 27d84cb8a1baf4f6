package commands

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
)

func (a *app) browserCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "browser",
		Short: "Keep a browser for workers, whose pages outlive them",
		Long: `Keep a browser for the workers of this machine: what waits on its pages goes on when a worker is killed or replaced. Workers reach it by a
Unix socket that only the same user may use, named with --browser-endpoint; there is no debugging port. All traffic of the pages passes the
forwarding proxy of this process: network.allow belongs here. Give it the settings of the other processes too, so that no page may reach their
ports, and a data directory of its own.`,
		Example: fmt.Sprintf(`  %[1]s browser --data-dir /var/lib/anteroom/browser --browser-socket /run/anteroom/browser.sock
  %[1]s worker --browser-endpoint /run/anteroom/browser.sock …`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			return a.keepBrowser(cmd.Context(), cfg, flags.json)
		},
	}
	flags.add(cmd, "dataDir", "network.allow", "browser.socket", "browser.path", "browser.user", "browser.noSandbox", "log.level", "log.format")
	return cmd
}

// keepBrowser keeps a browser until ctx ends.
func (a *app) keepBrowser(ctx context.Context, cfg *config.Config, asJSON bool) error {
	k, err := process.StartKeeper(ctx, cfg, newLogger(a.stderr, cfg.Log))
	if err != nil {
		return err
	}
	if asJSON {
		a.printLine(map[string]any{"socket": k.Socket, "browsers": k.State().Browsers})
	} else {
		fmt.Fprintf(a.stdout, "The browser is up. Workers reach it with --browser-endpoint %s. Ctrl-C stops it, and ends what waits on its pages.\n", k.Socket)
	}
	<-ctx.Done()
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), process.KeeperStopTimeout)
	defer cancel()
	return k.Stop(stopCtx)
}
