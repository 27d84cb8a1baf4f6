package commands

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
)

func (a *app) labCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Serve the corpus of login pages, run it, and add pages to the tests",
		Example: fmt.Sprintf(`  %[1]s lab serve
  %[1]s lab run --direct --part tuning
  %[1]s lab add op_abc`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.labServeCommand(), a.labRunCommand(), a.labAddCommand())
	return cmd
}

func (a *app) labServeCommand() *cobra.Command {
	var o labrun.ServeOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the corpus of login pages, for any tool that wants to log in",
		Long: `Serve the corpus of login pages until interrupted: one site per variant, a machine-readable manifest, the messages that the
sites send, and the events that say what arrived. Everything that a tool needs is told over HTTP.

Whoever reaches the two ports sees every account of the lab; by default only this machine does.`,
		Example: fmt.Sprintf(`  %[1]s lab serve
  %[1]s lab serve --address 127.0.0.1:8082 --other-address 127.0.0.1:8083`, a.program.Name),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.labServe(cmd.Context(), o, asJSON) },
	}
	cmd.Flags().StringVar(&o.Address, "address", "", "host:port of the sites (default: a free port of loopback)")
	cmd.Flags().StringVar(&o.OtherAddress, "other-address", "", "host:port of the second origin: identity providers, hostile pages (default: a free port of loopback)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print where everything is as one line of JSON")
	return cmd
}

func (a *app) labServe(ctx context.Context, o labrun.ServeOptions, asJSON bool) error {
	served, err := labrun.Serve(ctx, o)
	if err != nil {
		return err
	}
	if asJSON {
		a.printLine(map[string]string{"lab": served.URL, "otherOrigin": served.OtherURL, "manifest": served.URL + "/lab/manifest"})
	} else {
		a.announceLab(served)
	}
	<-ctx.Done()
	return served.Close(context.WithoutCancel(ctx))
}

func (a *app) announceLab(s *labrun.Served) {
	fmt.Fprintf(a.stdout, `The login lab is up: %[2]d sites.

  sites, for people   %[1]s/
  second origin       %[3]s/

Any tool can be run against it, over HTTP alone:

  what to log in to, with which account, and the right end
      GET  %[1]s/lab/manifest
  the secrets of any other user name at a site
      GET  %[1]s/lab/account?site=SITE&user=USER
  the newest code or link that a site sent
      GET  %[1]s/lab/messages?site=SITE&user=USER
  approve a push, with the number that the page shows
      POST %[1]s/lab/approve?site=SITE&user=USER&number=NUMBER
  what arrived: logins, submits, leaks, keystrokes on hostile pages
      GET  %[1]s/lab/events?site=SITE&user=USER
  forget everything that happened
      POST %[1]s/lab/reset

With this program, in another terminal:

  %[4]s lab run --direct --lab %[1]s

Ctrl-C stops it.
`, s.URL, len(s.Lab.Sites()), s.OtherURL, firstOf(a.program.Path, a.program.Name))
}
