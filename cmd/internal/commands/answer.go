package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/session"
)

type answerFlags struct {
	connection

	question, file string
}

func (a *app) answerCommand() *cobra.Command {
	f := &answerFlags{}
	cmd := &cobra.Command{
		Use:   "answer OPERATION",
		Short: "Answer what a waiting login asks",
		Example: fmt.Sprintf(`  %[1]s answer op_abc
  echo 123456 | %[1]s answer op_abc --value-file -`, a.program.Name),
		Args: exactlyOne("OPERATION"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.answer(cmd.Context(), f, args[0]) },
	}
	f.add(a, cmd)
	cmd.Flags().StringVar(&f.question, "question", "", "id of the question (default: the one that is open)")
	cmd.Flags().StringVar(&f.file, "value-file", "", `file with the answer, "-" for standard input (default: ask)`)
	return cmd
}

var errNothingAsked = errors.New("the operation asks nothing now")

func (a *app) answer(ctx context.Context, f *answerFlags, operation string) error {
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
	values, err := a.answerValues(ctx, f, q)
	if err != nil {
		return err
	}
	if err := c.Resume(ctx, op.Project, op.ID, q.ID, values); err != nil {
		return known(err)
	}
	out := map[string]string{operationID: op.ID, "infoRequestId": q.ID, "status": "resumed"}
	return a.print(&f.connection, out, func() { fmt.Fprintln(a.stdout, "answered") })
}

func (a *app) answerValues(ctx context.Context, f *answerFlags, q session.InfoRequest) (map[string]session.Secret, error) {
	if f.file == "" {
		return a.askAll(ctx, q)
	}
	if len(q.Fields) != 1 {
		return nil, usagef("the question has %d fields; leave --value-file out and answer them one by one", len(q.Fields))
	}
	v, err := a.secretFrom(ctx, f.file, "the answer")
	if err != nil {
		return nil, err
	}
	return map[string]session.Secret{q.Fields[0].Name: session.NewSecret(strings.TrimSpace(v.Reveal()))}, nil
}
