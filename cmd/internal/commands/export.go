package commands

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func (a *app) exportCommand() *cobra.Command {
	var c connection
	var project, file string
	cmd := &cobra.Command{
		Use:   "export SESSION",
		Short: "Write a session's storage state, for Playwright and whatever reads its format",
		Long: `Write a session's storage state as Playwright's storageState JSON, which browser.newContext takes.

Whoever has the file is logged in as the account: it is written readable by you only.`,
		Example: fmt.Sprintf(`  %[1]s export alice --project my-app --out state.json
  %[1]s export alice --project my-app | jq '.cookies[].name'`, a.program.Name),
		Args: exactly(1, "SESSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if project == "" {
				return usagef("export needs --project")
			}
			cl, err := c.client()
			if err != nil {
				return err
			}
			state, err := cl.StorageState(cmd.Context(), project, args[0])
			if err != nil {
				return known(err)
			}
			if file == "" {
				_, err = fmt.Fprintln(a.stdout, state.Reveal())
				return err
			}
			if err := os.WriteFile(file, []byte(state.Reveal()+"\n"), 0o600); err != nil {
				return fmt.Errorf("write the storage state: %w", err)
			}
			return a.print(&c, map[string]string{"file": file}, func() { fmt.Fprintln(a.stdout, "written to", file) })
		},
	}
	c.add(cmd)
	cmd.Flags().StringVar(&project, "project", "", "the session's project")
	cmd.Flags().StringVarP(&file, "out", "o", "", "file to write (default: standard output)")
	return cmd
}
