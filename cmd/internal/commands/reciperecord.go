package commands

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/cmd/internal/recording"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

type recipeRecordFlags struct {
	loginFlags

	projectFile, out string
}

// recordTimeout bounds one recorded login, with the time that people take to answer.
const recordTimeout = 30 * time.Minute

func (a *app) recipeRecordCommand() *cobra.Command {
	f := &recipeRecordFlags{}
	cmd := &cobra.Command{
		Use:   "record PROJECT",
		Short: "Log in by detection in a browser of this machine, and write what it did as a recipe",
		Long: `Log in to the project's application in a browser that this command starts, by detection alone, and write a recipe of it: what
was clicked first, where user name, password and code went, and the button. Questions are asked on the terminal. No session
is kept, and no value is written.

The recipe is a start for one that people correct: whatever it does not name is left to detection.`,
		Example: fmt.Sprintf(`  %[1]s recipe record my-app -u alice
  %[1]s recipe record my-app -u alice --password-file ./password --out recipe.yaml
  %[1]s recipe record my-app --project-file my-app.yaml -u alice   # needs no server`, a.program.Name),
		Args: exactlyOne("PROJECT"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.recipeRecord(cmd, f, args[0]) },
	}
	f.add(a, cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.username, "username", "u", "", "user name of the account")
	flags.StringVar(&f.passwordFile, "password-file", "", `file with the password, "-" for standard input (default: ask)`)
	flags.BoolVar(&f.noPassword, "no-password", false, "start without a password; the site may ask for one")
	flags.StringVar(&f.totpFile, "totp-secret-file", "", "file with the TOTP secret (base32 or otpauth URI); codes are then computed")
	flags.StringVar(&f.passkeyFile, "passkey-file", "", "file with a passkey: the JSON of a WebAuthn.Credential of the DevTools protocol")
	flags.StringVar(&f.codesFile, "backup-codes-file", "", "file with backup codes, separated by white space")
	flags.StringVar(&f.organisation, "organisation", "", "company, tenant or workspace, where the site asks for it first")
	flags.StringVar(&f.projectFile, "project-file", "", "YAML file of the project (default: ask the server for the project)")
	flags.StringVarP(&f.out, "out", "o", "", "file for the recipe (default: standard output)")
	config.AddFlags(flags, "network.allow", "browser.path", "browser.user", "browser.noSandbox")
	return cmd
}

func (a *app) recipeRecord(cmd *cobra.Command, f *recipeRecordFlags, name string) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), recordTimeout)
	defer cancel()
	cfg, err := config.Load(config.Options{Flags: cmd.Flags(), OtherEnv: clientEnv})
	if err != nil {
		return err
	}
	project, err := f.project(ctx, name)
	if err != nil {
		return err
	}
	project.Recipe = nil // what is written is what detection does without one
	request, err := a.startRequest(ctx, &f.loginFlags)
	if err != nil {
		return err
	}
	driver, err := a.direct(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = driver.Close(context.WithoutCancel(ctx)) }()
	recorded, err := a.record(ctx, driver, &project, request.Parameters)
	if err != nil {
		return err
	}
	return a.writeRecipe(f, &project, recorded)
}

// project reads the project's file, or asks the server.
func (f *recipeRecordFlags) project(ctx context.Context, name string) (session.Project, error) {
	if f.projectFile != "" {
		p, err := config.LoadProject(f.projectFile)
		if err != nil {
			return session.Project{}, err
		}
		if p.Name != name {
			return session.Project{}, usagef("%s holds the project %q, not %q", f.projectFile, p.Name, name)
		}
		return *p, nil
	}
	c, err := f.client()
	if err != nil {
		return session.Project{}, err
	}
	p, err := c.GetProject(ctx, name)
	return p, known(err)
}

// record logs in and returns what was done.
func (a *app) record(ctx context.Context, d *labrun.Direct, p *session.Project, parameters map[string]session.Secret) (recording.Recording, error) {
	page, err := d.Open(ctx, p, parameters)
	if err != nil {
		return recording.Recording{}, err
	}
	defer func() { _ = page.Close(context.WithoutCancel(ctx)) }()
	l := &labrun.DirectLogin{Project: *p, Parameters: parameters, Reply: a.replyOnTerminal}
	noted := recording.New(page, func(name string) session.Secret { return l.Parameters[name] })
	l.Page = noted
	if err := l.Run(ctx); err != nil {
		return recording.Recording{}, err
	}
	if f := l.End.Failure; f != nil {
		return recording.Recording{}, exitWith(exitLoginFailed, fmt.Errorf("%s (%s/%s)", f.Message, f.Class, f.Code))
	}
	if !l.End.LoggedIn {
		return recording.Recording{}, exitWith(exitNeedsAnswer, fmt.Errorf("%s: %w", l.End.Open.Message, errUnanswered))
	}
	return noted.Recording(), nil
}

var errUnanswered = errors.New("the question was not answered")

// replyOnTerminal asks the person for what the site asks.
func (a *app) replyOnTerminal(ctx context.Context, q *session.InfoRequest) (labrun.Reply, error) {
	values, err := (&prompter{app: a}).ask(ctx, *q)
	if errors.Is(err, client.ErrWait) {
		return labrun.Reply{Elsewhere: true}, nil
	}
	if err != nil {
		return labrun.Reply{}, exitWith(exitNeedsAnswer, err)
	}
	reply := labrun.Reply{
		Choice: values[session.AnswerChoice].Reveal(), Action: session.Action(values[session.AnswerAction].Reveal()),
	}
	delete(values, session.AnswerChoice)
	delete(values, session.AnswerAction)
	reply.Values = values
	return reply, nil
}

func (a *app) writeRecipe(f *recipeRecordFlags, p *session.Project, r recording.Recording) error {
	host := p.LoginURL
	if u, err := url.Parse(p.LoginURL); err == nil {
		host = u.Host
	}
	head := fmt.Sprintf("What detection did to log in to %s at %s, on %s.\n"+
		"Put it below \"recipe:\" in the project, and take out what detection finds anyway.", p.Name, host, time.Now().Format(time.DateOnly))
	text, err := r.YAML(head)
	if err != nil {
		return err
	}
	if f.out == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	if err := os.WriteFile(f.out, text, fixtureMode); err != nil {
		return fmt.Errorf("write the recipe: %w", err)
	}
	return a.print(&f.connection, map[string]string{"file": f.out}, func() { fmt.Fprintf(a.stdout, "%s is written\n", f.out) })
}
