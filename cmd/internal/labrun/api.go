package labrun

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// Service is what the API driver needs of a running Anteroom: [client.Client], through [Remote].
type Service interface {
	PutProject(ctx context.Context, p session.Project) (session.Project, bool, error)
	DeleteProject(ctx context.Context, name string) error
	Start(ctx context.Context, project string, r client.StartRequest) (operationID string, err error)
	Result(ctx context.Context, project, operationID string, wait time.Duration) (client.Result, error)
	Operation(ctx context.Context, id string) (session.Operation, error)
	Cancel(ctx context.Context, id string) (session.Operation, error)
	Delete(ctx context.Context, project, sessionID string) error
	// Answer sends a reply to a question.
	Answer(ctx context.Context, project, operationID, questionID string, r Reply) error
}

// API drives a running Anteroom, as any caller would.
type API struct{ Service Service }

// Name is "api".
func (a *API) Name() string { return "api" }

const (
	// resultWait is one long poll; resultPause the least time between two polls that told the same.
	resultWait  = 10 * time.Second
	resultPause = 100 * time.Millisecond
	// cleanTimeout bounds the removal of what a login left.
	cleanTimeout = 10 * time.Second
	// sessionID names the one session of each project.
	sessionID = "lab"
)

// codeAddressRefused is the failure code of a host that the service's forwarding proxy refuses.
const codeAddressRefused = "address_not_allowed"

// Login logs in through the service, and removes project and session afterwards. Error: ErrRefused, or what the service
// answered.
func (a *API) Login(ctx context.Context, c *Case, person *Person) (End, error) {
	parameters, err := c.Parameters(person.Mode)
	if err != nil {
		return End{}, err
	}
	if _, _, err := a.Service.PutProject(ctx, c.Project); err != nil {
		return End{}, fmt.Errorf("put the project of %s: %w", c.Name, err)
	}
	l := &apiLogin{service: a.Service, project: c.Project.Name, person: person}
	defer l.clean(ctx)
	l.operation, err = a.Service.Start(ctx, l.project, client.StartRequest{ID: sessionID, Parameters: parameters})
	if err != nil {
		return End{}, fmt.Errorf("start the login at %s: %w", c.Name, err)
	}
	err = l.follow(ctx)
	if f := l.end.Failure; f != nil && f.Code == codeAddressRefused && !c.Hostile {
		return l.end, fmt.Errorf("%w: %s", ErrRefused, f.Message)
	}
	return l.end, err
}

// apiLogin is one login through the service.
type apiLogin struct {
	service   Service
	project   string
	operation string
	person    *Person
	end       End
	// answered is the question that was answered last, or acted upon elsewhere.
	answered string
}

// follow polls until the login has ended or a question stays open.
func (l *apiLogin) follow(ctx context.Context) error {
	began := time.Now()
	for {
		r, err := l.service.Result(ctx, l.project, l.operation, resultWait)
		if err != nil {
			return fmt.Errorf("ask for the result: %w", err)
		}
		if r.Status == client.Done || r.Status == client.Failed {
			l.end.Timing.Login = time.Since(began) - l.end.Timing.Answers
			l.end.LoggedIn, l.end.Failure = r.Status == client.Done, r.Failure
			return l.look(ctx)
		}
		if r.Status == client.RequestedMoreInfo && r.Question.ID != l.answered {
			goesOn, err := l.answer(ctx, r.Question)
			if !goesOn || err != nil {
				return err
			}
			continue
		}
		if err := pause(ctx, resultPause); err != nil {
			return err
		}
	}
}

// answer puts a question to the person. It returns false when it stays open.
func (l *apiLogin) answer(ctx context.Context, q *session.InfoRequest) (bool, error) {
	began := time.Now()
	defer func() { l.end.Timing.Answers += time.Since(began) }()
	l.end.Asked, l.answered = append(l.end.Asked, askedOf(q)), q.ID
	reply, err := l.person.Reply(ctx, q)
	if err != nil {
		return false, fmt.Errorf("answer the question %s: %w", q.Kind, err)
	}
	l.end.chose(&reply)
	if reply.Open() {
		l.end.Open = q
		return false, nil
	}
	if reply.Elsewhere {
		return true, nil
	}
	err = l.service.Answer(ctx, l.project, l.operation, q.ID, reply)
	if errors.Is(err, &client.Error{Code: client.CodeQuestionStale}) {
		return true, nil // the page went on by itself
	}
	return err == nil, err
}

// look takes the evidence over.
func (l *apiLogin) look(ctx context.Context) error {
	op, err := l.service.Operation(ctx, l.operation)
	if err != nil {
		return fmt.Errorf("read the operation: %w", err)
	}
	if op.Verdict != nil {
		l.end.Evidence = op.Verdict.Evidence
	}
	if op.Failure != nil {
		l.end.Evidence = op.Failure.Evidence
	}
	return nil
}

// clean removes what the login left, as well as it can: the next run replaces it.
func (l *apiLogin) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	if l.operation != "" && !l.end.LoggedIn && l.end.Failure == nil {
		_, _ = l.service.Cancel(ctx, l.operation)
	}
	_ = l.service.Delete(ctx, l.project, sessionID)
	_ = l.service.DeleteProject(ctx, l.project)
}

// Remote lets a client be a Service.
type Remote struct{ *client.Client }

// Answer sends a reply to a question.
func (r Remote) Answer(ctx context.Context, project, operationID, questionID string, reply Reply) error {
	values := map[string]session.Secret{}
	maps.Copy(values, reply.Values)
	if reply.Choice != "" {
		values[session.AnswerChoice] = session.NewSecret(reply.Choice)
	}
	if reply.Action != "" {
		values[session.AnswerAction] = session.NewSecret(string(reply.Action))
	}
	return r.Resume(ctx, project, operationID, questionID, values)
}
