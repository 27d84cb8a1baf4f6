package commands

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
)

func (a *app) resetBreakerCommand() *cobra.Command {
	var c connection
	var project string
	cmd := &cobra.Command{
		Use:   "reset-breaker SESSION",
		Short: "Let a session's account try again with credentials that the site refused",
		Long: `Lets the account of a session's last login try again with credentials that the site refused.

After a refused password no login submits these credentials again, since every further try brings the account closer to being
locked. Changed credentials need no reset. Reset when you know that the site would now take the same ones: it unlocked the account, or
refused them by mistake.`,
		Example: fmt.Sprintf("  %[1]s sessions reset-breaker alice --project my-app", a.program.Name),
		Args:    exactlyOne("SESSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cl, err := c.client()
			if err != nil {
				return err
			}
			if project == "" {
				if project, err = projectOf(cmd.Context(), cl, args[0]); err != nil {
					return err
				}
			}
			wasOpen, err := cl.ResetBreaker(cmd.Context(), project, args[0])
			if err != nil {
				return known(err)
			}
			out := map[string]any{"sessionId": args[0], "project": project, "wasOpen": wasOpen}
			return a.print(&c, out, func() { fmt.Fprintln(a.stdout, resetSentence(args[0], wasOpen)) })
		},
	}
	c.add(a, cmd)
	cmd.Flags().StringVar(&project, "project", "", "project of the session (default: the one that has a session of this id)")
	return cmd
}

func resetSentence(id string, wasOpen bool) string {
	if wasOpen {
		return "the account of session " + id + " may try again"
	}
	return "nothing was in the way of the account of session " + id
}

// projectOf finds the project by the session's operations. Ids are unique within a project only.
func projectOf(ctx context.Context, cl *client.Client, sessionID string) (string, error) {
	page, _, err := cl.Operations(ctx, client.OperationQuery{SessionID: sessionID})
	if err != nil {
		return "", known(err)
	}
	var projects []string
	for _, op := range page {
		if !slices.Contains(projects, op.Project) {
			projects = append(projects, op.Project)
		}
	}
	switch len(projects) {
	case 1:
		return projects[0], nil
	case 0:
		return "", known(&client.Error{Status: http.StatusNotFound, Code: "session-not-found", Message: "no project has had a login of this session"})
	}
	return "", usagef("several projects have a session of this id; name one with --project: %s", strings.Join(projects, ", "))
}
