package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
)

func (a *app) browserCommand() *cobra.Command {
	var flags runFlags
	var stop bool
	cmd := &cobra.Command{
		Use:   "browser",
		Short: "Keep a browser for workers, whose pages outlive them",
		Long: `Keep a browser for the workers of this machine: what waits on its pages goes on when a worker is killed or replaced. Workers reach it by a
Unix socket that only the same user may use, named with --browser-endpoints; there is no debugging port. A worker without that setting starts such a
process of its own, in its data directory.

All traffic of the pages passes the forwarding proxy of this process: network.allow belongs here. Give it the settings of the other processes too, so
that no page may reach their ports.

With --stop it ends the process that serves the socket, and what waits on its pages.`,
		Example: fmt.Sprintf(`  %[1]s browser --data-dir /var/lib/anteroom/browser --browser-socket /run/anteroom/browser.sock
  %[1]s worker --browser-endpoints /run/anteroom/browser.sock …
  %[1]s browser --stop --data-dir /var/lib/anteroom`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			if stop {
				return a.stopBrowser(cmd.Context(), cfg)
			}
			if !cmd.Flags().Changed(leaveAfterFlag) {
				cfg.Browser.LeaveAfter = 0 // somebody else looks after this process
			}
			return a.keepBrowser(cmd.Context(), cfg, flags.json)
		},
	}
	flags.add(cmd, "dataDir", "network.allow", "network.deny", "browser.socket", "browser.path", "browser.user", "browser.noSandbox", "browser.leaveAfter",
		"browser.recycleAfterLogins", "browser.recycleAfter", "browser.recycleAboveMemory",
		"listen", "temporal.listen", "temporal.uiListen", "log.level", "log.format")
	cmd.Flags().BoolVar(&stop, "stop", false, "end the process that serves the socket")
	return cmd
}

// leaveAfterFlag is the flag of browser.leaveAfter, which this command does not take from elsewhere.
const leaveAfterFlag = "browser-leave-after"

// keepBrowser keeps a browser until ctx ends, or nobody needs it.
func (a *app) keepBrowser(ctx context.Context, cfg *config.Config, asJSON bool) error {
	k, err := process.StartKeeper(ctx, cfg, version(), newLogger(a.stderr, cfg.Log))
	if err != nil {
		return err
	}
	if asJSON {
		a.printLine(map[string]any{"socket": k.Socket, "browsers": k.State().Browsers})
	} else {
		fmt.Fprintf(a.stdout, "The browser is up. Workers reach it with --browser-endpoints %s. Ctrl-C stops it, and ends what waits on its pages.\n", k.Socket)
	}
	select {
	case <-ctx.Done():
	case <-k.Ended():
	}
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), process.KeeperStopTimeout)
	defer cancel()
	return k.Stop(stopCtx)
}

// stopBrowser ends the browser process that serves the socket of the settings.
func (a *app) stopBrowser(ctx context.Context, cfg *config.Config) error {
	ctx, cancel := context.WithTimeout(ctx, process.KeeperStopTimeout)
	defer cancel()
	state, err := process.StopKeeper(ctx, cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "The browser process %d has ended. Logins that waited on its pages: %d.\n", state.PID, state.Wanted.Pages)
	return nil
}

// stays tells of a browser process that is left behind, and why.
func (a *app) stays(cfg *config.Config) func(s process.Staying) {
	return func(s process.Staying) {
		fmt.Fprintf(a.stderr, "%s: the browser process %d stays for the logins that wait on its pages (%d), until %s at the latest; a start with the same data "+
			"directory goes on with them, \"%s browser --stop --data-dir %s\" ends them\n",
			a.program.Name, s.PID, s.Pages, s.Until.Add(s.LeaveAfter).Local().Format(time.DateTime), firstOf(a.program.Path, a.program.Name), cfg.DataDir)
	}
}
