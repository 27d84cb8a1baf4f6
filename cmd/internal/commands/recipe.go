package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/config"
)

func (a *app) recipeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "recipe",
		Short: "Check a recipe, or write one from a login",
		Example: fmt.Sprintf(`  %[1]s recipe check my-app.yaml
  %[1]s recipe record my-app -u alice`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.recipeCheckCommand(), a.recipeRecordCommand())
	return cmd
}

func (a *app) recipeCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a YAML file that holds a recipe, alone or in a project",
		Long: `Check a YAML file that holds a recipe alone, or a project file with one. Each fault is printed as file:line: field: what is
wrong, and the exit code is then 1.`,
		Example: fmt.Sprintf(`  %[1]s recipe check my-app.yaml`, a.program.Name),
		Args:    exactlyOne("FILE"),
		RunE:    func(_ *cobra.Command, args []string) error { return a.recipeCheck(args[0]) },
	}
}

func (a *app) recipeCheck(file string) error {
	r, err := config.LoadRecipe(file)
	if err != nil {
		fmt.Fprintln(a.stdout, err)
		return exitWith(exitFailure, fmt.Errorf("the recipe in %s cannot be used", file))
	}
	fmt.Fprintf(a.stdout, "%s: the recipe is fine: %d steps before, %d fields, %d steps after\n",
		file, len(r.Before), len(r.Fields), len(r.After))
	return nil
}
