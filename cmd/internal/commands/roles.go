package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
)

// sharedKeys are the settings that have a flag on every command of a process that is one of several.
var sharedKeys = []string{
	"dataDir", "store.url", "store.passwordFile", "vault.keyFile", "temporal.address", "temporal.namespace",
	"log.level", "log.format", "allowRemote", "monitor.listen", "tracing.endpoint",
}

func (a *app) apiCommand() *cobra.Command {
	return a.roleCommand(&cobra.Command{
		Use:   "api",
		Short: "Run the API alone, on a PostgreSQL store and a Temporal server that run elsewhere",
		Long: `Run the API alone: one of several processes that share a PostgreSQL store and a Temporal server. Any number may run; each answers
for every operation. The logins themselves are run by workers. "anteroom init" must have prepared the store, and the vault's key file must be the
one it was prepared with.`,
		Example: fmt.Sprintf(`  %[1]s api --store-url postgres://anteroom@127.0.0.1:5432/anteroom --store-password-file /etc/anteroom/store-password \
    --vault-key-file /etc/anteroom/vault.key --temporal-address 127.0.0.1:7233 --listen 127.0.0.1:8080`, a.program.Name),
	}, process.Parts{API: true}, "listen", "projects", "network.allow", "api.publicUrl", "api.trustedProxies")
}

func (a *app) workerCommand() *cobra.Command {
	return a.roleCommand(&cobra.Command{
		Use:   "worker",
		Short: "Run workflows and a browser, on a PostgreSQL store and a Temporal server that run elsewhere",
		Long: `Run a worker: one of several processes that share a PostgreSQL store and a Temporal server. It runs the logins, in the browsers
that browser.endpoints names, or in one of its own, which a process in its data directory keeps. It has no API; monitor.listen says where its health and metrics are. Each worker of a machine
needs a data directory of its own.`,
		Example: fmt.Sprintf(`  %[1]s worker --store-url postgres://anteroom@127.0.0.1:5432/anteroom --store-password-file /etc/anteroom/store-password \
    --vault-key-file /etc/anteroom/vault.key --temporal-address 127.0.0.1:7233 --data-dir /var/lib/anteroom/worker-1`, a.program.Name),
	}, process.Parts{Worker: true}, "network.allow", "browser.path", "browser.user", "browser.noSandbox", "browser.maxPages", "browser.kinds",
		"browser.endpoints", "browser.leaveAfter", "worker.drain")
}

// roleCommand makes a command that runs some parts of an installation.
func (a *app) roleCommand(cmd *cobra.Command, parts process.Parts, keys ...string) *cobra.Command {
	var flags runFlags
	cmd.Args = noArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := flags.load(cmd)
		if err != nil {
			return err
		}
		if cfg.Temporal.Address == "" {
			return usagef("%s needs the address of a Temporal server: set --temporal-address", cmd.Name())
		}
		return a.runProcess(cmd.Context(), cfg, parts, nil, flags.json)
	}
	flags.add(cmd, append(sharedKeys, keys...)...)
	return cmd
}
