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
	Seal(plaintext []byte, ctx vault.Context) ([]byte, error)
	SealJSON(value any, ctx vault.Context) ([]byte, error)
	OpenJSON(sealed []byte, ctx vault.Context, into any) error
	// DeriveID is a keyed pure function of prefix and parts.
	DeriveID(prefix string, parts ...string) string
}

// operationSecrets are the opened secrets of an operation.
type operationSecrets struct {
	parameters login.Values
	proxy      session.Secret
}

// job is an operation and what it works from.
type job struct {
	op      session.Operation
	project session.Project
	secrets operationSecrets
}

// job reads a live operation, its project and its secrets.
func (p *Pages) job(ctx context.Context, ref store.Ref) (*job, error) {
	j := &job{}
	var err error
	if j.op, j.project, err = p.target(ctx, ref); err != nil {
		return nil, err
	}
	if j.secrets, err = p.secrets(ctx, j.op); err != nil {
		return nil, err
	}
	return j, nil
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

// engineInput gathers what the engine needs: the project, how its last login went, the parameters with what was answered
// since, and the answer that belongs on the page now. told is true when a person gave credentials.
func (p *Pages) engineInput(ctx context.Context, j *job, in *workflows.AdvanceInput) (input login.Input, told bool, err error) {
	input = login.Input{Project: j.project, Parameters: j.secrets.parameters, Way: p.way(ctx, &j.op)}
	if len(in.Progress) > 0 {
		if err := json.Unmarshal(in.Progress, &input.Progress); err != nil {
			return input, false, fmt.Errorf("decode the engine's progress: %w", err)
		}
	}
	for _, id := range in.Answers {
		credentials, err := p.addAnswer(ctx, j, id, in.CodeQuestion, &input)
		if err != nil {
			return input, told, err
		}
		told = told || credentials
	}
	return input, told, nil
}

// addAnswer makes answered credentials parameters, whatever page they are needed on, and hands over the answer that
// belongs on this page. It reports whether these were credentials.
func (p *Pages) addAnswer(ctx context.Context, j *job, id, current string, input *login.Input) (bool, error) {
	ref := store.Ref{Workspace: j.op.Workspace, Operation: j.op.ID}
	question, _, err := p.Store.GetQuestion(ctx, ref, id)
	if err != nil {
		return false, err
	}
	credentials := question.Kind == session.AskCredentials
	if !credentials && id != current {
		return false, nil
	}
	sealed, err := p.Store.AnswerInput(ctx, ref, id)
	if err != nil {
		return false, err
	}
	values, err := p.Vault.OpenSecrets(sealed, vault.AnswerTo(j.op.Workspace, id))
	if err != nil {
		return false, fmt.Errorf("open the answer to %s: %w", id, err)
	}
	answer := answerOf(question, values)
	if credentials {
		maps.Copy(j.secrets.parameters, answer.Values)
	}
	if id == current {
		input.Answer = answer
	}
	return credentials, nil
}

// answerOf tells the values of fields from a choice and an action, which have names that no field has.
func answerOf(question session.InfoRequest, values map[string]session.Secret) *login.Answer {
	a := &login.Answer{
		QuestionID: question.ID, Kind: question.Kind, Values: values,
		Choice: values[session.AnswerChoice].Reveal(), Action: session.Action(values[session.AnswerAction].Reveal()),
	}
	delete(values, session.AnswerChoice)
	delete(values, session.AnswerAction)
	delete(values, session.AnswerForm)
	return a
}
