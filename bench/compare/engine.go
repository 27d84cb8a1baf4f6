package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// projectName is the project of the measured logins.
const projectName = "bench"

// pollWait is one long poll.
const pollWait = 60 * time.Second

// engine is Anteroom in a process of its own, as `up` runs it, used over HTTP as its callers use it.
type engine struct {
	stage     *stage
	installed *installation.Installation
}

func startEngine(ctx context.Context, s *stage) (*engine, error) {
	log, err := s.log("anteroom")
	if err != nil {
		return nil, err
	}
	i, err := installation.Start(ctx, installation.Options{
		Command: s.supervised(s.program), DataDir: filepath.Join(s.dir, "anteroom"), Browser: s.executable, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, log.Name())
	}
	e := &engine{stage: s, installed: i}
	_, _, err = i.Client.PutProject(ctx, session.Project{Name: projectName, LoginURL: s.site.LoginURL()})
	return e, err
}

func (e *engine) name() string { return nameEngine }

func (e *engine) pid() int { return e.installed.PID() }

func (e *engine) parks(n int) int { return n }

func (e *engine) stop() error { return e.installed.Stop() }

func (e *engine) login(ctx context.Context, user string) (sample, error) {
	began := time.Now()
	answer, err := e.park(ctx, user)
	if err != nil {
		return sample{}, err
	}
	code, err := e.stage.site.Code(user)
	if err != nil {
		return sample{}, err
	}
	s, err := answer(ctx, code)
	s.began = began
	return s, err
}

func (e *engine) park(ctx context.Context, user string) (func(context.Context, string) (sample, error), error) {
	api := e.installed.Client
	id, err := api.Start(ctx, projectName, client.StartRequest{Parameters: map[string]session.Secret{
		"username": session.NewSecret(user), "password": session.NewSecret(e.stage.site.Password()),
	}})
	if err != nil {
		return nil, err
	}
	r, err := e.settled(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Status != client.RequestedMoreInfo {
		return nil, fmt.Errorf("%s asked for no code: %s: %w", id, r.Status, failure(r))
	}
	return func(ctx context.Context, code string) (sample, error) {
		s := sample{user: user, began: time.Now()}
		values := map[string]session.Secret{r.Question.Fields[0].Name: session.NewSecret(code)}
		if err := api.Resume(ctx, projectName, id, r.Question.ID, values); err != nil {
			return s, err
		}
		s.answered = time.Now()
		r, err := e.settled(ctx, id)
		s.ended = time.Now()
		if err == nil && r.Status != client.Done {
			err = fmt.Errorf("%s has no session: %s: %w", id, r.Status, failure(r))
		}
		return s, err
	}, nil
}

// settled waits until a login asks or has ended.
func (e *engine) settled(ctx context.Context, id string) (client.Result, error) {
	for {
		r, err := e.installed.Client.Result(ctx, projectName, id, pollWait)
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
