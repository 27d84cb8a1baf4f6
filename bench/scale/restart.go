package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// restarted is what a restart with everything waiting took, in ms from the start of the processes after all were killed.
type restarted struct {
	Waiting int `json:"waiting"`
	// APIReady is when the process said that its API is there, FirstPoll when the first poll was answered, FirstAnswer when the
	// first answer was accepted, FirstCode when the site had its code, and FirstSession when its session was there.
	APIReady     float64 `json:"apiReady"`
	FirstPoll    float64 `json:"firstPoll"`
	FirstAnswer  float64 `json:"firstAnswer"`
	FirstCode    float64 `json:"firstCode"`
	FirstSession float64 `json:"firstSession"`
	// Login is the first new login afterwards, by itself.
	Login float64 `json:"login"`
	// StillWaiting is how many wait a while after, besides the one that was answered.
	StillWaiting int `json:"stillWaiting"`
	// AnsweredAfter is how many of the others, on real and on fake pages, were answered after that, each with its session.
	AnsweredAfter int `json:"answeredAfter"`
}

// after is how long the installation is left alone before it is asked who still waits.
const after = 10 * time.Second

// answersAfter is how many logins of each kind are answered after a restart.
const answersAfter = 5

// restart kills everything but the process with the browser, starts it again, and sees what became of those who wait.
func (s *stage) restart(ctx context.Context, p *population) (*restarted, error) {
	r := &restarted{Waiting: p.size()}
	say("killing everything with %d waiting, and starting it again", r.Waiting)
	if err := s.kill(); err != nil {
		return nil, err
	}
	began := time.Now()
	since := func() float64 { return ms(time.Since(began)) }
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	r.APIReady = since()
	if len(p.real) == 0 {
		return nil, errors.New("no login waits on a real page")
	}
	first := waiting{p.real[0].In(s.installed), p.real[0].user}
	if _, err := s.installed.Client.Result(ctx, first.Project, first.Operation, 0); err != nil {
		return nil, err
	}
	r.FirstPoll = since()
	code, err := s.site.Code(first.user)
	if err != nil {
		return nil, err
	}
	accepted, err := first.Answer(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("the first answer: %w", err)
	}
	r.FirstAnswer, r.FirstSession = ms(accepted.Sub(began)), since()
	if at, ok := s.site.Arrived(first.user); ok {
		r.FirstCode = ms(at.Sub(began))
	}
	t, err := s.login(ctx)
	if err != nil {
		return nil, fmt.Errorf("the first login after the restart: %w", err)
	}
	r.Login = ms(t.whole)
	if err := pause(ctx, after); err != nil {
		return nil, err
	}
	if r.StillWaiting, err = s.countWaiting(ctx); err != nil {
		return nil, err
	}
	return r, s.answerMore(ctx, p, r)
}

// answerMore answers some more of those who wait since before the restart.
func (s *stage) answerMore(ctx context.Context, p *population, r *restarted) error {
	for _, some := range [][]waiting{p.real[1:], p.fake} {
		for _, w := range some[:min(len(some), answersAfter)] {
			code := "000000" // a fake page takes any
			if w.Project == projectReal {
				var err error
				if code, err = s.site.Code(w.user); err != nil {
					return err
				}
			}
			if _, err := w.In(s.installed).Answer(ctx, code); err != nil {
				return fmt.Errorf("answer after the restart: %w", err)
			}
			r.AnsweredAfter++
		}
	}
	return nil
}

func (s *stage) countWaiting(ctx context.Context) (int, error) {
	n := 0
	q := client.OperationQuery{State: session.OperationWaiting, Limit: 500}
	for {
		page, next, err := s.installed.Client.Operations(ctx, q)
		if err != nil {
			return n, err
		}
		n += len(page)
		if next == "" {
			return n, nil
		}
		q.Cursor = next
	}
}
