package commands

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/session"
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
		Args: exactlyOne("SESSION"),
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
			if err := writePrivately(file, state); err != nil {
				return fmt.Errorf("write the storage state: %w", err)
			}
			return a.print(&c, map[string]string{"file": file}, func() { fmt.Fprintln(a.stdout, "written to", file) })
		},
	}
	c.add(a, cmd)
	cmd.Flags().StringVar(&project, "project", "", "the session's project")
	cmd.Flags().StringVarP(&file, "out", "o", "", "file to write (default: standard output)")
	return cmd
}

// writePrivately writes a file that only its owner may read, also when it was there before with other rights.
func writePrivately(path string, content session.Secret) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err != nil || info.Mode().IsRegular() { // a device keeps its rights
		if err = errors.Join(err, f.Chmod(0o600)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	_, err = f.WriteString(content.Reveal() + "\n")
	return errors.Join(err, f.Close())
}
