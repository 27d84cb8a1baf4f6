package commands

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

func (a *app) sessionsCommand() *cobra.Command {
	var c connection
	var remove string
	cmd := &cobra.Command{
		Use:   "sessions PROJECT",
		Short: "List the sessions of a project, or delete one",
		Example: fmt.Sprintf(`  %[1]s sessions my-app
  %[1]s sessions my-app --delete alice
  %[1]s sessions reset-breaker alice --project my-app`, a.program.Name),
		Args: exactlyOne("PROJECT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := c.client()
			if err != nil {
				return err
			}
			if remove != "" {
				if err := cl.Delete(cmd.Context(), args[0], remove); err != nil {
					return known(err)
				}
				out := map[string]string{"sessionId": remove, "status": "deleted"}
				return a.print(&c, out, func() { fmt.Fprintf(a.stdout, "session %s is deleted\n", remove) })
			}
			all, err := cl.All(cmd.Context(), args[0])
			if err != nil {
				return known(err)
			}
			return a.print(&c, all, func() {
				a.table("SESSION\tNAME\tSTATUS", len(all), func(i int) string {
					return fmt.Sprintf("%s\t%s\t%s", all[i].ID, all[i].Name, all[i].Status)
				})
			})
		},
	}
	c.add(a, cmd)
	cmd.Flags().StringVar(&remove, "delete", "", "delete this session; a live login of it is canceled")
	cmd.AddCommand(a.resetBreakerCommand())
	return cmd
}

func (a *app) operationsCommand() *cobra.Command {
	var c connection
	var q client.OperationQuery
	var state, cancel string
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "List operations, newest first, or cancel one",
		Example: fmt.Sprintf(`  %[1]s operations --state waiting
  %[1]s operations --cancel op_abc
  %[1]s operations artefacts op_abc --save ./op_abc`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cl, err := c.client()
			if err != nil {
				return err
			}
			if cancel != "" {
				op, err := cl.Cancel(cmd.Context(), cancel)
				if err != nil {
					return known(err)
				}
				return a.print(&c, op, func() { fmt.Fprintf(a.stdout, "operation %s is being canceled\n", cancel) })
			}
			q.State = session.OperationState(state)
			page, _, err := cl.Operations(cmd.Context(), q)
			if err != nil {
				return known(err)
			}
			return a.print(&c, page, func() {
				a.table("OPERATION\tPROJECT\tSESSION\tSTATE\tSTEP\tEND", len(page), func(i int) string { return operationRow(page[i]) })
			})
		},
	}
	c.add(a, cmd)
	cmd.Flags().StringVar(&q.Project, "project", "", "of this project only")
	cmd.Flags().StringVar(&state, "state", "", "in this state only: queued, running, waiting, succeeded, failed, canceled, expired")
	cmd.Flags().IntVar(&q.Limit, "limit", 50, "how many, 1 to 500")
	cmd.Flags().StringVar(&cancel, "cancel", "", "cancel this operation")
	cmd.AddCommand(a.artefactsCommand())
	return cmd
}

func operationRow(op session.Operation) string {
	end := ""
	if op.Failure != nil {
		end = string(op.Failure.Class) + "/" + op.Failure.Code
	}
	step := string(op.Step)
	if op.Place > 0 {
		step = fmt.Sprintf("place %d", op.Place)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", op.ID, op.Project, op.SessionID, op.State, step, end)
}

func (a *app) projectsCommand() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:     "projects",
		Short:   "List the projects",
		Example: fmt.Sprintf("  %s projects --json", a.program.Name),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cl, err := c.client()
			if err != nil {
				return err
			}
			all, err := cl.ListProjects(cmd.Context())
			if err != nil {
				return known(err)
			}
			return a.print(&c, all, func() {
				a.table("PROJECT\tLOGIN", len(all), func(i int) string { return all[i].Name + "\t" + all[i].LoginURL })
			})
		},
	}
	c.add(a, cmd)
	return cmd
}

func (a *app) table(head string, rows int, row func(i int) string) {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	for i := range rows {
		fmt.Fprintln(w, row(i))
	}
	_ = w.Flush()
}
