package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/anteroom/anteroom/bench/internal/proctree"
	"github.com/anteroom/anteroom/bench/internal/stats"
)

// figures are what was measured with so many waiting logins.
type figures struct {
	Waiting   int `json:"waiting"`
	RealPages int `json:"realPages"`
	// BeginsPerSecond is how fast the logins since the size before began to wait.
	BeginsPerSecond float64 `json:"beginsPerSecond"`
	// Login is a new login up to its session, in ms; Answer from the moment that an answer to a new login is accepted until the
	// site has the code; ParkedAnswer that of one that had waited for long.
	LoginP50        float64 `json:"loginP50"`
	LoginP95        float64 `json:"loginP95"`
	AnswerP50       float64 `json:"answerP50"`
	AnswerP95       float64 `json:"answerP95"`
	ParkedAnswerP50 float64 `json:"parkedAnswerP50"`
	ParkedAnswerP95 float64 `json:"parkedAnswerP95"`
	PollsPerSecond  float64 `json:"pollsPerSecond"`
	PollP50         float64 `json:"pollP50"`
	PollP99         float64 `json:"pollP99"`
	// Empty is what an empty installation took in turns with this one; nil where nobody waits.
	Empty *emptyFigures `json:"empty,omitempty"`
	// Idle is the CPU time of all processes, in percent of one processor, while everything waits.
	Idle float64 `json:"idle"`
	// Memory is the PSS of each process in MB, by name.
	Memory map[string]float64 `json:"memory"`
}

// measure measures size by size, and then a restart with all of them waiting.
func (s *stage) measure(ctx context.Context, n sizes) (*results, error) {
	r := &results{}
	p := &population{}
	if err := s.warmUp(ctx); err != nil {
		return nil, err
	}
	for _, size := range n.waiting {
		f := figures{}
		var err error
		if f.BeginsPerSecond, err = s.grow(ctx, p, size, n.realPages); err != nil {
			return nil, err
		}
		f.Waiting, f.RealPages = p.size(), len(p.real)
		say("measuring with %d waiting, %d of them on real pages", f.Waiting, f.RealPages)
		if err := s.measureOne(ctx, n, p, &f); err != nil {
			return nil, err
		}
		r.Sizes = append(r.Sizes, f)
		if encoded, err := json.Marshal(f); err == nil {
			say("%s", encoded)
		}
	}
	if p.size() == 0 {
		return r, nil
	}
	var err error
	r.Restart, err = s.restart(ctx, p)
	return r, err
}

// warmups are the logins that are not counted.
const warmups = 5

func (s *stage) warmUp(ctx context.Context) error {
	for range warmups {
		if _, err := s.login(ctx); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
	}
	return nil
}

// timing is one login.
type timing struct{ whole, answer time.Duration }

// login is a new login from its start to its session.
func (s *stage) login(ctx context.Context) (timing, error) {
	began := time.Now()
	user := s.site.NewUser()
	w, err := s.installed.Begin(ctx, projectReal, user, s.site.Password())
	if err != nil {
		return timing{}, err
	}
	t, err := s.answer(ctx, waiting{w, user})
	t.whole = time.Since(began)
	return t, err
}

// answer answers a login with the code that its user was sent.
func (s *stage) answer(ctx context.Context, w waiting) (timing, error) {
	code, err := s.site.Code(w.user)
	if err != nil {
		return timing{}, err
	}
	accepted, err := w.Answer(ctx, code)
	if err != nil {
		return timing{}, err
	}
	at, ok := s.site.Arrived(w.user)
	if !ok {
		return timing{}, fmt.Errorf("the code of %s never arrived", w.user)
	}
	return timing{answer: max(at.Sub(accepted), 0)}, nil
}

func (s *stage) measureOne(ctx context.Context, n sizes, p *population, f *figures) error {
	if err := pause(ctx, n.settle); err != nil {
		return err
	}
	if err := s.rest(ctx, n.idle, f); err != nil {
		return err
	}
	var parked []float64
	for range min(n.answers, len(p.real)) {
		w := p.real[0]
		p.real = p.real[1:]
		t, err := s.answer(ctx, w)
		if err != nil {
			return err
		}
		parked = append(parked, ms(t.answer))
	}
	f.ParkedAnswerP50, f.ParkedAnswerP95 = stats.Quantile(parked, 0.5), stats.Quantile(parked, 0.95)
	more, err := s.begin(ctx, projectReal, len(parked), beginReal)
	p.real = append(p.real, more...)
	if err != nil {
		return err
	}
	return s.compare(ctx, n, p, f)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest reads memory, and CPU time while nothing is done but waiting.
func (s *stage) rest(ctx context.Context, idle time.Duration, f *figures) error {
	before, err := proctree.CPU(os.Getpid())
	if err != nil {
		return err
	}
	own, err := ownCPU()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := pause(ctx, idle); err != nil {
		return err
	}
	after, err := proctree.CPU(os.Getpid())
	if err != nil {
		return err
	}
	ownAfter, err := ownCPU()
	f.Idle = 100 * (after - before - (ownAfter - own)).Seconds() / time.Since(began).Seconds()
	if err != nil {
		return err
	}
	f.Memory, err = s.memory()
	return err
}

// memory is that of each process below this one.
func (s *stage) memory() (map[string]float64, error) {
	all, err := s.others()
	if err != nil {
		return nil, err
	}
	memory := map[string]float64{}
	for _, p := range all {
		pss, err := proctree.PSS(p.PID)
		if err != nil {
			return nil, err
		}
		memory[nameOf(p.Kind)] += float64(pss) / 1e6
	}
	return memory, nil
}

// The processes as the table names them.
const (
	nameUp       = "anteroom-standalone up"
	nameKeeper   = "browser process"
	nameChromium = "Chromium"
	nameFake     = "worker of the fake pages"
)

func nameOf(kind string) string {
	switch {
	case strings.HasSuffix(kind, " up"):
		return nameUp
	case strings.HasSuffix(kind, " fake"):
		return nameFake
	case strings.HasPrefix(kind, "anteroom"):
		return nameKeeper
	}
	return nameChromium
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
