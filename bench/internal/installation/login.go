package installation

import (
	"context"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// pollWait is one long poll.
const pollWait = 60 * time.Second

// Waiting is a login that waits for its code.
type Waiting struct {
	Project, Operation string
	Question           *session.InfoRequest

	client *client.Client
}

// Begin begins a login and returns when it waits for its code.
func (i *Installation) Begin(ctx context.Context, project, user, password string) (*Waiting, error) {
	id, err := i.Client.Start(ctx, project, client.StartRequest{Parameters: map[string]session.Secret{
		"username": session.NewSecret(user), "password": session.NewSecret(password),
	}})
	if err != nil {
		return nil, err
	}
	w := &Waiting{Project: project, Operation: id, client: i.Client}
	r, err := w.settled(ctx)
	if err != nil {
		return nil, err
	}
	if r.Status != client.RequestedMoreInfo {
		return nil, fmt.Errorf("%s asked for no code: %s: %w", id, r.Status, failure(r))
	}
	w.Question = r.Question
	return w, nil
}

// In is the same login at an installation that was started anew.
func (w *Waiting) In(i *Installation) *Waiting {
	other := *w
	other.client = i.Client
	return &other
}

// Answer answers with a code and waits for the session. It returns when the answer was accepted, also beside an error.
func (w *Waiting) Answer(ctx context.Context, code string) (accepted time.Time, err error) {
	values := map[string]session.Secret{w.Question.Fields[0].Name: session.NewSecret(code)}
	if err := w.client.Resume(ctx, w.Project, w.Operation, w.Question.ID, values); err != nil {
		return time.Time{}, err
	}
	accepted = time.Now()
	r, err := w.settled(ctx)
	if err == nil && r.Status != client.Done {
		err = fmt.Errorf("%s has no session: %s: %w", w.Operation, r.Status, failure(r))
	}
	return accepted, err
}

// settled waits until the login asks or has ended.
func (w *Waiting) settled(ctx context.Context) (client.Result, error) {
	for {
		r, err := w.client.Result(ctx, w.Project, w.Operation, pollWait)
		if err != nil || r.Status != client.Pending {
			return r, err
		}
	}
}

// failure is the failure of a result as an error; nil when there is none.
func failure(r client.Result) error {
	if r.Failure == nil {
		return nil
	}
	return r.Failure
}
