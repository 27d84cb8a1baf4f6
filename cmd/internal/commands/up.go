package commands

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) upCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run everything in one process: Temporal server and UI, API, worker and browser",
		Long: `Run everything in one process: Temporal server and UI on a SQLite file, store, vault, API, worker and browser.

The first start makes the workspace "default", an API key (in <data-dir>/api-key) and the vault's key file; later
starts keep everything. Every setting can be given as flag, as ANTEROOM_… variable or in the file of --config.`,
		Example: fmt.Sprintf(`  %[1]s up
  %[1]s up --data-dir ./data --listen 127.0.0.1:9000 --projects ./projects
  ANTEROOM_NETWORK_ALLOW=127.0.0.0/8 %[1]s up   # let the browser reach applications on this machine`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			if cfg.Temporal.Address != "" {
				return usagef("up runs its own Temporal server; temporal.address is for serve: unset it")
			}
			return a.runProcess(cmd.Context(), cfg, everyPart, a.program.Temporal, flags.json)
		},
	}
	flags.add(cmd, append(commonKeys, "temporal.listen", "temporal.uiListen", "temporal.retention")...)
	return cmd
}
