package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

type loginFlags struct {
	connection

	username, id, name         string
	passwordFile, totpFile     string
	passkeyFile, codesFile     string
	organisation, proxyFile    string
	idempotencyKey             string
	noPassword, noInput, async bool
}

func (a *app) loginCommand() *cobra.Command {
	f := &loginFlags{}
	cmd := &cobra.Command{
		Use:   "login PROJECT",
		Short: "Log an account in; asks for the password and for whatever else the site wants: a code, a choice, an approval",
		Example: fmt.Sprintf(`  %[1]s login my-app -u alice@example.com
  %[1]s login my-app -u alice --id alice --password-file ./password
  pass show my-app | %[1]s login my-app -u alice --password-file - --no-input
  %[1]s login my-app -u alice --totp-secret-file ./totp   # codes are computed, nobody is asked`, a.program.Name),
		Args: exactlyOne("PROJECT"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.login(cmd.Context(), f, args[0]) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVarP(&f.username, "username", "u", "", "user name of the account")
	cmd.Flags().StringVar(&f.id, "id", "", "id of the session; a live one is logged in anew (default: a new id)")
	cmd.Flags().StringVar(&f.name, "name", "", "display name of the session")
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "", `file with the password, "-" for standard input (default: ask)`)
	cmd.Flags().BoolVar(&f.noPassword, "no-password", false, "start without a password; the site may ask for one")
	cmd.Flags().StringVar(&f.totpFile, "totp-secret-file", "", "file with the TOTP secret (base32 or otpauth URI); codes are then computed")
	cmd.Flags().StringVar(&f.passkeyFile, "passkey-file", "", "file with a passkey: the JSON of a WebAuthn.Credential of the DevTools protocol")
	cmd.Flags().StringVar(&f.codesFile, "backup-codes-file", "", "file with backup codes, separated by white space; each is used once")
	cmd.Flags().StringVar(&f.organisation, "organisation", "", "company, tenant or workspace, where the site asks for it first")
	cmd.Flags().StringVar(&f.proxyFile, "proxy-file", "", "file with the proxy to go through (http://user:password@host:port)")
	cmd.Flags().StringVar(&f.idempotencyKey, "idempotency-key", "", "names this start: made again with the same key, it goes on with the same login")
	cmd.Flags().BoolVar(&f.noInput, "no-input", false, "never ask: end with exit code 4 when the site wants an answer")
	cmd.Flags().BoolVar(&f.async, "async", false, "start only, and print the operation")
	return cmd
}

func exactlyOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s takes %s; see %s --help", cmd.CommandPath(), name, cmd.CommandPath())
		}
		return nil
	}
}

// noArgs is cobra.NoArgs with our exit code.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

func (a *app) login(ctx context.Context, f *loginFlags, project string) error {
	c, err := f.client()
	if err != nil {
		return err
	}
	request, err := a.startRequest(ctx, f)
	if err != nil {
		return err
	}
	id, err := c.Start(ctx, project, request)
	if err != nil {
		return known(err)
	}
	if f.async {
		return a.print(&f.connection, map[string]string{operationID: id}, func() { fmt.Fprintln(a.stdout, id) })
	}
	a.tellf(f, "started %s", id)
	done, err := c.Follow(ctx, project, id, a.answerer(f, c, id))
	return a.loginEnded(f, done, err)
}

func (a *app) startRequest(ctx context.Context, f *loginFlags) (client.StartRequest, error) {
	r := client.StartRequest{ID: f.id, Name: f.name, IdempotencyKey: f.idempotencyKey, Parameters: map[string]session.Secret{}}
	if f.username != "" {
		r.Parameters["username"] = session.NewSecret(f.username)
	}
	if f.organisation != "" {
		r.Parameters["organisation"] = session.NewSecret(f.organisation)
	}
	if !f.noPassword && (!f.noInput || f.passwordFile != "") {
		password, err := a.secretFrom(ctx, f.passwordFile, "Password")
		if err != nil {
			return r, err
		}
		r.Parameters["password"] = password
	}
	for _, s := range []struct {
		file, what string
		keep       func(session.Secret)
	}{
		{f.totpFile, "the TOTP secret", func(v session.Secret) { r.Parameters["totpSecret"] = v }},
		{f.passkeyFile, "the passkey", func(v session.Secret) { r.Parameters["passkey"] = v }},
		{f.codesFile, "the backup codes", func(v session.Secret) { r.Parameters["backupCodes"] = v }},
		{f.proxyFile, "the proxy", func(v session.Secret) { r.Proxy = v }},
	} {
		if s.file == "" {
			continue
		}
		v, err := a.secretFrom(ctx, s.file, s.what)
		if err != nil {
			return r, err
		}
		s.keep(v)
	}
	return r, nil
}

// tellf says something to people, beside the result.
func (a *app) tellf(f *loginFlags, format string, args ...any) {
	if !f.json {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

var errMayNotAsk = errors.New("the site wants an answer, and --no-input forbids to ask")

// answerer asks the person for what the site asks. What is waited for elsewhere is waited for, also where nobody may be asked.
func (a *app) answerer(f *loginFlags, c *client.Client, operation string) client.Answer {
	return func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		if f.noInput && !elsewhere(q) {
			return nil, exitWith(exitNeedsAnswer, fmt.Errorf("question %s: %s: %w", q.ID, q.Message, errMayNotAsk))
		}
		p := &prompter{app: a, client: c, operation: operation, silent: f.noInput}
		values, err := p.ask(ctx, q)
		if errors.Is(err, errNoTerminal) {
			return nil, exitWith(exitNeedsAnswer, err)
		}
		return values, err
	}
}

// loginEnded prints the end and gives it its exit code.
func (a *app) loginEnded(f *loginFlags, done client.LoginDone, err error) error {
	if failed, ok := errors.AsType[*client.FailedError](err); ok {
		_ = a.print(&f.connection, map[string]any{operationID: failed.OperationID, "status": "failed", "failure": failed.Failure}, func() {})
		return exitWith(exitLoginFailed, fmt.Errorf("%s (%s/%s)", failed.Failure.Message, failed.Failure.Class, failed.Failure.Code))
	}
	if err != nil {
		return known(err)
	}
	out := map[string]string{operationID: done.OperationID, "sessionId": done.SessionID, "status": "ready"}
	return a.print(&f.connection, out, func() { fmt.Fprintf(a.stdout, "session %s is ready\n", done.SessionID) })
}
