package commands

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/doctor"
	"github.com/anteroom/anteroom/config"
)

func (a *app) doctorCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look at browser, sandbox, keys, store, Temporal and ports, and say what is wrong",
		Long: `Look at what an installation needs: a browser that starts with its sandbox, the vault's key, the store, the Temporal server, ports, disk
and limits. It reads the same settings as the processes, changes nothing, and may run beside them. Exit code 1 says that something
would keep a process from working; warnings do not.`,
		Example: fmt.Sprintf(`  %[1]s doctor
  %[1]s doctor --config /etc/anteroom/anteroom.yaml --json`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			quiet := config.Log{Level: max(cfg.Log.Level, slog.LevelWarn), Format: cfg.Log.Format} // the findings tell the rest
			findings := doctor.Examine(cmd.Context(), cfg, newLogger(a.stderr, quiet))
			if flags.json {
				a.printLine(findings)
			} else {
				for _, f := range findings {
					fmt.Fprintf(a.stdout, "%-8s %-15s %s\n", f.Status, f.Check, f.Says)
				}
			}
			if doctor.Worst(findings) == doctor.Failed {
				return errFindings
			}
			return nil
		},
	}
	flags.add(cmd, append(append([]string{}, sharedKeys...), "listen", "browser.path", "browser.user", "browser.noSandbox", "browser.endpoints",
		"temporal.listen", "temporal.uiListen")...)
	return cmd
}

var errFindings = errors.New("something would keep this installation from working: see what failed above")
