package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/anteroom/anteroom/bench/internal/stats"
)

// emptyFigures are those of an installation in which nobody waits.
type emptyFigures struct {
	LoginP50       float64 `json:"loginP50"`
	LoginP95       float64 `json:"loginP95"`
	PollsPerSecond float64 `json:"pollsPerSecond"`
	PollP50        float64 `json:"pollP50"`
	PollP99        float64 `json:"pollP99"`
}

// turns is how often an installation and the empty one beside it are measured one after the other: a machine's own speed changes by
// more within minutes than what is looked for.
const turns = 5

// taken is what was measured of an installation.
type taken struct {
	whole, answers []float64
	polls          polls
}

// compare measures new logins and polls, in turns with an empty installation that is started for it.
func (s *stage) compare(ctx context.Context, n sizes, p *population, f *figures) (err error) {
	loaded := s
	var empty *stage
	if p.size() > 0 {
		if empty, err = s.startEmpty(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, empty.stop()) }()
	}
	requests, err := loaded.requests(ctx, p)
	if err != nil {
		return err
	}
	var ours, theirs taken
	if empty == nil {
		err = loaded.takeTurns(ctx, n, requests, &ours)
	} else {
		err = inTurns(ctx, n, loaded, requests, &ours, empty, &theirs)
	}
	if err != nil {
		return err
	}
	f.LoginP50, f.LoginP95 = stats.Quantile(ours.whole, 0.5), stats.Quantile(ours.whole, 0.95)
	f.AnswerP50, f.AnswerP95 = stats.Quantile(ours.answers, 0.5), stats.Quantile(ours.answers, 0.95)
	f.PollsPerSecond = ours.polls.perSecond()
	f.PollP50, f.PollP99 = stats.Quantile(ours.polls.took, 0.5), stats.Quantile(ours.polls.took, 0.99)
	if empty != nil {
		f.Empty = &emptyFigures{
			LoginP50: stats.Quantile(theirs.whole, 0.5), LoginP95: stats.Quantile(theirs.whole, 0.95), PollsPerSecond: theirs.polls.perSecond(),
			PollP50: stats.Quantile(theirs.polls.took, 0.5), PollP99: stats.Quantile(theirs.polls.took, 0.99),
		}
	}
	return nil
}

func (s *stage) takeTurns(ctx context.Context, n sizes, requests []string, t *taken) error {
	for range turns {
		if err := s.takeTurn(ctx, n, requests, t); err != nil {
			return err
		}
	}
	return nil
}

// inTurns has the two take turns, and who begins change.
func inTurns(ctx context.Context, n sizes, loaded *stage, requests []string, ours *taken, empty *stage, theirs *taken) error {
	emptyRequests, err := empty.requests(ctx, &population{})
	if err != nil {
		return err
	}
	sides := []func() error{
		func() error { return loaded.takeTurn(ctx, n, requests, ours) },
		func() error { return empty.takeTurn(ctx, n, emptyRequests, theirs) },
	}
	for turn := range turns {
		for i := range sides {
			if err := sides[(turn+i)%len(sides)](); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeTurn measures some new logins, and polls.
func (s *stage) takeTurn(ctx context.Context, n sizes, requests []string, t *taken) error {
	for range max(1, n.logins/turns) {
		took, err := s.login(ctx)
		if err != nil {
			return err
		}
		t.whole, t.answers = append(t.whole, ms(took.whole)), append(t.answers, ms(took.answer))
	}
	more, err := s.poll(ctx, n, requests)
	t.polls.add(more)
	return err
}

// startEmpty starts another installation, in which nobody waits but the one whose result is polled. The caller must stop it.
func (s *stage) startEmpty(ctx context.Context) (*stage, error) {
	dir, err := os.MkdirTemp(s.dir, "empty-")
	if err != nil {
		return nil, err
	}
	empty := &stage{site: s.site, executable: s.executable, program: s.program, dir: dir}
	if err := empty.install(ctx, filepath.Join(dir, "data"), "--browser-leave-after", "1s"); err != nil {
		return nil, err
	}
	err = empty.putProjects(ctx)
	if err == nil {
		err = empty.warmUp(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, empty.stop())
	}
	return empty, nil
}

// stop ends the installation and leaves nothing of it.
func (s *stage) stop() error { return errors.Join(s.installed.Stop(), os.RemoveAll(s.dir)) }
