package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// maxTries bounds how often a choice is asked for that is none.
const maxTries = 3

// prompter puts a question to the person at the terminal.
type prompter struct {
	*app

	client    *client.Client
	operation string
	// silent asks nothing: it shows what is waited for.
	silent bool
}

// ask shows the question and reads its answer, by the names of client.Resume. client.ErrWait says that the person acts elsewhere.
func (p *prompter) ask(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
	fmt.Fprintln(p.stderr, describe(q))
	p.showPicture(ctx, q)
	listChoices(p.stderr, q.Choices)
	if text := hint(q); text != "" && !p.silent {
		fmt.Fprintln(p.stderr, text)
	}
	switch {
	case len(q.Fields) == 0 && len(q.Choices) == 0:
		return p.askToWait(ctx, q)
	case len(q.Fields) == 0:
		return p.askChoice(ctx, q)
	}
	return p.askFields(ctx, q)
}

// showPicture saves the picture of the page and says where. A question without its picture is asked all the same.
func (p *prompter) showPicture(ctx context.Context, q session.InfoRequest) {
	if q.Picture == "" {
		return
	}
	path, err := p.savePicture(ctx, q)
	if err != nil {
		fmt.Fprintf(p.stderr, "The picture of the page could not be saved: %v\n", err)
		return
	}
	fmt.Fprintf(p.stderr, "The page is shown in %s\n", path)
}

func (p *prompter) savePicture(ctx context.Context, q session.InfoRequest) (string, error) {
	data, err := p.client.Artefact(ctx, p.operation, q.Picture)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp("", "anteroom-page-*.png") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	return file.Name(), errors.Join(err, file.Close())
}

// askToWait waits for an action word, and for the login to go on.
func (p *prompter) askToWait(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
	fmt.Fprintln(p.stderr, "The login goes on by itself once that is done.")
	if p.silent || hint(q) == "" {
		return nil, client.ErrWait
	}
	for {
		line, err := p.readLine(ctx)
		if action, ok := wordOf(q, line); ok {
			return actionAnswer(action), nil
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil: // nobody is there to type
			return nil, client.ErrWait
		}
	}
}

func actionAnswer(action session.Action) map[string]session.Secret {
	return map[string]session.Secret{session.AnswerAction: session.NewSecret(string(action))}
}

// askChoice reads a number, an id or a label.
func (p *prompter) askChoice(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
	for range maxTries {
		line, err := p.app.ask(ctx, "Number", false)
		if err != nil {
			return nil, err
		}
		if action, ok := wordOf(q, line.Reveal()); ok {
			return actionAnswer(action), nil
		}
		if id, ok := choiceNamed(q.Choices, line.Reveal()); ok {
			return map[string]session.Secret{session.AnswerChoice: session.NewSecret(id)}, nil
		}
		fmt.Fprintf(p.stderr, "That is none of them; type a number from 1 to %d.\n", len(q.Choices))
	}
	return nil, fmt.Errorf("question %s: none of its choices was named", q.ID)
}

// askFields reads the fields one by one, and the control to click where there are choices beside them.
func (p *prompter) askFields(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
	values := map[string]session.Secret{}
	for _, field := range q.Fields {
		hidden := field.Secret && field.Type == "password"
		value, err := p.app.ask(ctx, p.labelOf(q, field), hidden)
		if err != nil {
			return nil, err
		}
		if action, ok := wordOf(q, value.Reveal()); ok && !hidden {
			return actionAnswer(action), nil
		}
		if hidden {
			values[field.Name] = value
			continue
		}
		values[field.Name] = session.NewSecret(strings.TrimSpace(value.Reveal()))
	}
	for _, field := range q.Fields {
		if values[field.Name].IsZero() && (field.Optional || q.Kind.GoesOnByItself()) {
			delete(values, field.Name)
		}
	}
	if len(q.Choices) > 0 {
		return values, p.askControl(ctx, q, values)
	}
	if len(values) == 0 && q.Kind.GoesOnByItself() {
		return nil, client.ErrWait
	}
	return values, nil
}

// labelOf is a field's prompt.
func (p *prompter) labelOf(q session.InfoRequest, field session.Field) string {
	label := firstOf(field.Label, field.Name)
	switch {
	case q.Kind == session.AskLink:
		return label + " (nothing, when it was opened elsewhere)"
	case field.Optional:
		return label + " (may be left empty)"
	}
	return label
}

// askControl adds the control to click to an answer that has values; with none of both there is nothing to answer.
func (p *prompter) askControl(ctx context.Context, q session.InfoRequest, values map[string]session.Secret) error {
	for range maxTries {
		line, err := p.app.ask(ctx, "Number to click (nothing for none)", false)
		if err != nil {
			return err
		}
		if strings.TrimSpace(line.Reveal()) == "" && len(values) > 0 {
			return nil
		}
		if id, ok := choiceNamed(q.Choices, line.Reveal()); ok {
			values[session.AnswerChoice] = session.NewSecret(id)
			return nil
		}
		fmt.Fprintf(p.stderr, "Fill a field in or name a number from 1 to %d.\n", len(q.Choices))
	}
	return fmt.Errorf("question %s: nothing was answered", q.ID)
}
