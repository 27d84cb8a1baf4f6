package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
)

// Modes of what is saved: pictures of pages are the person's own.
const (
	artefactMode       = 0o600
	artefactFolderMode = 0o700
)

func (a *app) artefactsCommand() *cobra.Command {
	var c connection
	var folder string
	cmd := &cobra.Command{
		Use:   "artefacts OPERATION",
		Short: "List the pictures and page models that an operation left, or save them",
		Example: fmt.Sprintf(`  %[1]s operations artefacts op_abc
  %[1]s operations artefacts op_abc --save ./op_abc`, a.program.Name),
		Args: exactlyOne("OPERATION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := c.client()
			if err != nil {
				return err
			}
			all, err := cl.Artefacts(cmd.Context(), args[0])
			if err != nil {
				return known(err)
			}
			if folder != "" {
				return a.saveArtefacts(cmd.Context(), &c, cl, args[0], folder, all)
			}
			return a.print(&c, all, func() {
				a.table("ARTEFACT\tTYPE\tCREATED", len(all), func(i int) string {
					return all[i].Name + "\t" + all[i].MediaType + "\t" + all[i].CreatedAt.Local().Format("2006-01-02 15:04:05")
				})
			})
		},
	}
	c.add(a, cmd)
	cmd.Flags().StringVar(&folder, "save", "", "save them into this folder, which is made when it is missing")
	return cmd
}

func (a *app) saveArtefacts(ctx context.Context, c *connection, cl *client.Client, operation, folder string, all []client.Artefact) error {
	if err := os.MkdirAll(folder, artefactFolderMode); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	files := make([]string, 0, len(all))
	for _, artefact := range all {
		file, err := saveArtefact(ctx, cl, operation, folder, artefact.Name)
		if err != nil {
			return fmt.Errorf("save an artefact: %w", err)
		}
		files = append(files, file)
	}
	return a.print(c, map[string][]string{"files": files}, func() {
		for _, file := range files {
			fmt.Fprintln(a.stdout, file)
		}
	})
}

// saveArtefact writes one file. The name comes from the service: it must stay in the folder.
func saveArtefact(ctx context.Context, cl *client.Client, operation, folder, name string) (string, error) {
	if filepath.Base(name) != name || !filepath.IsLocal(name) {
		return "", errors.New("its name is no file name")
	}
	data, err := cl.Artefact(ctx, operation, name)
	if err != nil {
		return "", known(err)
	}
	file := filepath.Join(folder, name)
	return file, os.WriteFile(file, data, artefactMode)
}
