package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
)

func (a *app) initCommand() *cobra.Command {
	var flags runFlags
	var keyFile string
	var restored bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Prepare the PostgreSQL store and the Temporal namespace that api and worker share",
		Long: `Prepare what api and worker processes share: the store's schema, the Temporal namespace with its search attributes, the vault's
key file where nothing was sealed yet, the workspace "default" and its first API key. It may be repeated, after each upgrade too, and by several
machines at once. Keep a copy of the vault's key file apart from the database: nothing else opens what it sealed.`,
		Example: fmt.Sprintf(`  %[1]s init --store-url postgres://anteroom@127.0.0.1:5432/anteroom --store-password-file /etc/anteroom/store-password \
    --vault-key-file /etc/anteroom/vault.key --temporal-address 127.0.0.1:7233 --api-key-file ./api-key`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load(cmd)
			if err != nil {
				return err
			}
			if cfg.Temporal.Address == "" {
				return usagef("init needs the address of a Temporal server: set --temporal-address")
			}
			done, err := process.Install(cmd.Context(), process.Prepare{
				Config: cfg, APIKeyFile: firstOf(keyFile, a.program.getenv(envAPIKeyFile)), Restored: restored,
				Logger: newLogger(a.stderr, cfg.Log),
			})
			if err != nil {
				return err
			}
			a.sayInstalled(done, flags.json)
			return nil
		},
	}
	flags.add(cmd, "dataDir", "store.url", "store.passwordFile", "vault.keyFile", "temporal.address", "temporal.namespace",
		"temporal.retention", "projects", "log.level", "log.format")
	cmd.Flags().StringVar(&keyFile, "api-key-file", "",
		"file of the first API key, made where it is missing ("+envAPIKeyFile+"; default <data-dir>/api-key)")
	cmd.Flags().BoolVar(&restored, "restored", false,
		"the store comes from a backup: no browser that it knows is there any more, and their logins begin anew")
	return cmd
}

func (a *app) sayInstalled(done *process.Installed, asJSON bool) {
	if asJSON {
		a.printLine(done)
		return
	}
	fmt.Fprintf(a.stdout, `The store is prepared.

  workspace    %s
  API key in   %s
  vault key    %s in %s (keep a copy of this file apart from the database)
  Temporal     namespace %s
`, done.Workspace, done.APIKeyFile, done.VaultKeyID, done.VaultFile, done.Namespace)
}
