package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
	"github.com/anteroom/anteroom/session"
)

// projectName is the project of the measured logins.
const projectName = "bench"

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
	w, err := e.installed.Begin(ctx, projectName, user, e.stage.site.Password())
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, code string) (s sample, err error) {
		s = sample{user: user, began: time.Now()}
		s.answered, err = w.Answer(ctx, code)
		s.ended = time.Now()
		return s, err
	}, nil
}
