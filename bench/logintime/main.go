package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// sample is one measured login.
type sample struct {
	// total is the time up to the captured state.
	total time.Duration
	// captured, proof and steps are the engine's alone.
	captured, proof time.Duration
	steps           map[string]time.Duration
}

// contestant logs in.
type contestant interface {
	name() string
	login(ctx context.Context, a account) (sample, error)
}

func main() {
	rounds := flag.Int("n", 40, "how many logins each contestant does")
	warmup := flag.Int("warmup", 5, "how many more are done before, and not counted")
	program := flag.String("anteroom", "bin/anteroom-standalone", "the standalone binary")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *warmup, *program); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, rounds, warmup int, program string) error {
	executable, err := browser.Find(session.BrowserShell, "")
	if err != nil {
		return err
	}
	t, closeLab, err := serveLab(ctx)
	if err != nil {
		return err
	}
	defer closeLab()
	e, stopEngine, err := startEngine(ctx, program, executable)
	if err != nil {
		return err
	}
	defer stopEngine()
	b, stopBare, err := startBare(ctx, executable)
	if err != nil {
		return err
	}
	defer stopBare()
	p, stopPlaywright, err := startPlaywright(ctx, executable)
	if err != nil {
		return err
	}
	defer stopPlaywright()
	if err := e.prepare(ctx, t); err != nil {
		return err
	}
	return compare(ctx, t, rounds, warmup, e, b, p)
}

// compare lets the contestants take turns, each time in another order.
func compare(ctx context.Context, t *target, rounds, warmup int, contestants ...contestant) error {
	samples := make([][]sample, len(contestants))
	for round := range rounds + warmup {
		for turn := range contestants {
			i := (round + turn) % len(contestants)
			a, err := t.next()
			if err != nil {
				return err
			}
			s, err := contestants[i].login(ctx, a)
			if err != nil {
				return fmt.Errorf("%s: %w", contestants[i].name(), err)
			}
			if round >= warmup {
				samples[i] = append(samples[i], s)
			}
		}
	}
	return report(contestants, samples)
}

func report(contestants []contestant, samples [][]sample) error {
	if len(samples[0]) == 0 {
		return errors.New("nothing was measured: -n must be at least 1")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	total := func(s sample) time.Duration { return s.total }
	engine := quantile(samples[0], total, 0.5)
	_, _ = fmt.Fprintln(w, "login up to the captured state\tmedian\tp25\tp95\tengine ÷ it\tengine − it\t")
	for i, c := range contestants {
		median := quantile(samples[i], total, 0.5)
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.2f\t%s\t\n", c.name(), ms(median), ms(quantile(samples[i], total, 0.25)),
			ms(quantile(samples[i], total, 0.95)), float64(engine)/float64(median), ms(engine-median))
	}
	_, _ = fmt.Fprintf(w, "engine's proof, apart\t%s\t\t\t\t\t\n", ms(quantile(samples[0], func(s sample) time.Duration { return s.proof }, 0.5)))
	steps := map[string]bool{}
	for _, s := range samples[0] {
		for step := range s.steps {
			steps[step] = true
		}
	}
	_, _ = fmt.Fprintln(w, "\t\t\t\t\t\t\nengine by step\tmedian\t\t\t\t\t")
	for _, step := range slices.Sorted(maps.Keys(steps)) {
		_, _ = fmt.Fprintf(w, "%s\t%s\t\t\t\t\t\n", step, ms(quantile(samples[0], func(s sample) time.Duration { return s.steps[step] }, 0.5)))
	}
	_, _ = fmt.Fprintf(w, "(%d logins each)\t\t\t\t\t\t\n", len(samples[0]))
	return w.Flush()
}

func quantile(samples []sample, of func(sample) time.Duration, q float64) time.Duration {
	values := make([]time.Duration, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[int(q*float64(len(values)-1)+0.5)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
