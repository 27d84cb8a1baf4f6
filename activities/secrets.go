package activities

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/workflows"
)

// Vault opens and seals what the store keeps.
type Vault interface {
	OpenSecret(sealed []byte, ctx vault.Context) (session.Secret, error)
	OpenSecrets(sealed []byte, ctx vault.Context) (map[string]session.Secret, error)
	SealJSON(value any, ctx vault.Context) ([]byte, error)
	OpenJSON(sealed []byte, ctx vault.Context, into any) error
}

// operationSecrets are the opened secrets of an operation.
type operationSecrets struct {
	parameters login.Values
	proxy      session.Secret
}

// secrets opens the parameters and the proxy that the operation was started with.
func (p *Pages) secrets(ctx context.Context, op session.Operation) (operationSecrets, error) {
	out := operationSecrets{parameters: login.Values{}}
	sealed, err := p.Store.OperationSecrets(ctx, store.Ref{Workspace: op.Workspace, Operation: op.ID})
	if err != nil {
		return out, err
	}
	for _, s := range sealed {
		switch s.Name {
		case session.SecretParameters:
			var values map[string]session.Secret
			values, err = p.Vault.OpenSecrets(s.Value, vault.ParametersOf(op.Workspace, op.ID))
			out.parameters = login.Values(values)
		case session.SecretProxy:
			out.proxy, err = p.Vault.OpenSecret(s.Value, vault.ProxyOf(op.Workspace, op.ID))
		}
		if err != nil {
			return out, fmt.Errorf("open the operation's %s: %w", s.Name, err)
		}
	}
	return out, nil
}

// engineInput gathers what the engine needs: the project, the parameters with what was answered since, and the answer
// that belongs on the page now.
func (p *Pages) engineInput(ctx context.Context, op session.Operation, project session.Project, in *workflows.AdvanceInput) (login.Input, error) {
	secrets, err := p.secrets(ctx, op)
	if err != nil {
		return login.Input{}, err
	}
	input := login.Input{Project: project, Parameters: secrets.parameters}
	if len(in.Progress) > 0 {
		if err := json.Unmarshal(in.Progress, &input.Progress); err != nil {
			return input, fmt.Errorf("decode the engine's progress: %w", err)
		}
	}
	for _, id := range in.Answers {
		if err := p.addAnswer(ctx, op, id, in.CodeQuestion, secrets.parameters, &input); err != nil {
			return input, err
		}
	}
	return input, nil
}

// addAnswer makes answered credentials parameters, whatever page they are needed on, and hands over the answer that
// belongs on this page.
func (p *Pages) addAnswer(ctx context.Context, op session.Operation, id, current string, params login.Values, input *login.Input) error {
	ref := store.Ref{Workspace: op.Workspace, Operation: op.ID}
	question, _, err := p.Store.GetQuestion(ctx, ref, id)
	if err != nil {
		return err
	}
	if question.Kind != session.AskCredentials && id != current {
		return nil
	}
	sealed, err := p.Store.AnswerInput(ctx, ref, id)
	if err != nil {
		return err
	}
	values, err := p.Vault.OpenSecrets(sealed, vault.AnswerTo(op.Workspace, id))
	if err != nil {
		return fmt.Errorf("open the answer to %s: %w", id, err)
	}
	if question.Kind == session.AskCredentials {
		maps.Copy(params, values)
	}
	if id == current {
		input.Answer = &login.Answer{QuestionID: id, Kind: question.Kind, Values: values}
	}
	return nil
}
