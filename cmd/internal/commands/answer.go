package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

type answerFlags struct {
	connection

	question, choice, action string
	files, values            []string
}

func (a *app) answerCommand() *cobra.Command {
	f := &answerFlags{}
	cmd := &cobra.Command{
		Use:   "answer OPERATION",
		Short: "Answer what a waiting login asks: a code, a choice, an approval, an unknown page",
		Long: `Answers what a waiting login asks. Without --value-file, --value, --choice or --action it asks on the terminal.

A password is never an argument, where other users of the machine could read it: give it by --value-file or on the terminal.`,
		Example: fmt.Sprintf(`  %[1]s answer op_abc
  echo 123456 | %[1]s answer op_abc --value-file -
  %[1]s answer op_abc --value code=123456
  %[1]s answer op_abc --value-file password=./password --value username=alice
  %[1]s answer op_abc --choice sms
  %[1]s answer op_abc --action resend`, a.program.Name),
		Args: exactlyOne("OPERATION"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.answer(cmd.Context(), f, args[0]) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.question, "question", "", "id of the question (default: the one that is open)")
	cmd.Flags().StringArrayVar(&f.files, "value-file", nil, `file with the answer, "-" for standard input; or NAME=FILE for one of several fields`)
	cmd.Flags().StringArrayVar(&f.values, "value", nil, "NAME=VALUE of a field that is no password")
	cmd.Flags().StringVar(&f.choice, "choice", "", "the choice: its id, its number in the list, or its label")
	cmd.Flags().StringVar(&f.action, "action", "", "instead of an answer: resend, or tryAnotherWay")
	return cmd
}

var errNothingAsked = errors.New("the operation asks nothing now")

func (a *app) answer(ctx context.Context, f *answerFlags, operation string) error {
	if err := f.check(); err != nil {
		return err
	}
	c, err := f.client()
	if err != nil {
		return err
	}
	op, err := c.Operation(ctx, operation)
	if err != nil {
		return known(err)
	}
	if op.Question == nil {
		return fmt.Errorf("%w: it is %s", errNothingAsked, op.State)
	}
	q := *op.Question
	if f.question != "" {
		q.ID = f.question
	}
	out := map[string]string{operationID: op.ID, "infoRequestId": q.ID, "status": "resumed"}
	values, err := a.answerValues(ctx, f, c, op.ID, q)
	if errors.Is(err, client.ErrWait) {
		out["status"] = "waiting"
		return a.print(&f.connection, out, func() { fmt.Fprintln(a.stdout, "still waiting") })
	}
	if err != nil {
		return err
	}
	if err := c.Resume(ctx, op.Project, op.ID, q.ID, values); err != nil {
		return known(err)
	}
	return a.print(&f.connection, out, func() { fmt.Fprintln(a.stdout, "answered") })
}

// check finds what is wrong with the flags whatever is asked. An action stands alone; whether a choice and values go together
// depends on the question, and the service decides.
func (f *answerFlags) check() error {
	if f.action != "" && (f.choice != "" || f.valued()) {
		return usagef("--action stands alone; leave the other answers out")
	}
	if slices.ContainsFunc(f.values, func(v string) bool { return !strings.Contains(v, "=") }) {
		return usagef("--value wants NAME=VALUE, with the name of a field")
	}
	return nil
}

func (f *answerFlags) valued() bool { return len(f.files)+len(f.values) > 0 }

// answerValues takes the answer from the flags, or asks for it.
func (a *app) answerValues(ctx context.Context, f *answerFlags, c *client.Client, operation string, q session.InfoRequest) (map[string]session.Secret, error) {
	switch {
	case f.action != "":
		return actionAnswer(session.Action(f.action)), nil
	case f.choice == "" && !f.valued():
		return (&prompter{app: a, client: c, operation: operation}).ask(ctx, q)
	}
	values, err := a.flagValues(ctx, f, q)
	if err != nil || f.choice == "" {
		return values, err
	}
	id, ok := choiceNamed(q.Choices, f.choice)
	if !ok {
		return nil, usagef("the question has no such choice, or several of this label; it has %s", strings.Join(choiceIDs(q), ", "))
	}
	values[session.AnswerChoice] = session.NewSecret(id)
	return values, nil
}

func choiceIDs(q session.InfoRequest) []string {
	ids := make([]string, 0, len(q.Choices))
	for _, c := range q.Choices {
		ids = append(ids, c.ID)
	}
	return ids
}

// flagValues reads --value and --value-file. It never quotes a value.
func (a *app) flagValues(ctx context.Context, f *answerFlags, q session.InfoRequest) (map[string]session.Secret, error) {
	values := map[string]session.Secret{}
	for _, v := range f.values {
		name, value, _ := strings.Cut(v, "=")
		field := fieldOf(q, name)
		switch {
		case field == nil:
			return nil, usagef("--value names no field of the question; it has %s", strings.Join(fieldNames(q), ", "))
		case field.Secret && field.Type == "password":
			return nil, usagef("%s is a password: give it by --value-file %s=FILE or on the terminal", name, name)
		}
		values[name] = session.NewSecret(value)
	}
	for _, v := range f.files {
		name, file, err := fileOf(q, v)
		if err != nil {
			return nil, err
		}
		value, err := a.secretFrom(ctx, file, "the answer")
		if err != nil {
			return nil, err
		}
		values[name] = session.NewSecret(strings.TrimSpace(value.Reveal()))
	}
	return values, nil
}

// fileOf reads NAME=FILE, or FILE alone where there is one field.
func fileOf(q session.InfoRequest, flag string) (name, file string, err error) {
	if name, file, ok := strings.Cut(flag, "="); ok && fieldOf(q, name) != nil {
		return name, file, nil
	}
	if len(q.Fields) != 1 {
		return "", "", usagef("the question has %d fields; name one with --value-file NAME=FILE (%s), or answer them one by one without it",
			len(q.Fields), strings.Join(fieldNames(q), ", "))
	}
	return q.Fields[0].Name, flag, nil
}

func fieldOf(q session.InfoRequest, name string) *session.Field {
	i := slices.IndexFunc(q.Fields, func(f session.Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &q.Fields[i]
}

func fieldNames(q session.InfoRequest) []string {
	names := make([]string, 0, len(q.Fields))
	for _, f := range q.Fields {
		names = append(names, f.Name)
	}
	return names
}
