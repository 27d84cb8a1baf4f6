package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anteroom/anteroom/bench/internal/site"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// sizes say how much is measured.
type sizes struct {
	rounds, warmup, parked int
	batch, settle          time.Duration
	// atOnce are how many logins are under way at once.
	atOnce []int
}

// alone, and compared, are numbers of logins at once whose figures are told apart.
const (
	alone    = 1
	compared = 4
)

func main() {
	runtime.LockOSThread() // supervise's child dies with the thread that started it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (int, error) {
	if len(args) > 1 && args[0] == "supervise" {
		return supervise(args[1:])
	}
	if len(args) > 1 && (args[0] == scriptBare || args[0] == scriptProves) {
		return exitCode(runChromedp(ctx, args[1], args[0] == scriptProves, os.Stdin, os.Stdout))
	}
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	var s stage
	var n sizes
	flags.IntVar(&n.rounds, "rounds", 3, "how many batches of each contestant and number at once")
	flags.DurationVar(&n.batch, "batch", 3*time.Second, "how long a batch takes up new logins")
	flags.IntVar(&n.warmup, "warmup", 5, "logins of each contestant before, not counted")
	flags.IntVar(&n.parked, "parked", 20, "logins of each contestant that are parked at the code page")
	flags.DurationVar(&n.settle, "settle", 40*time.Second, "how long they are parked before memory is read: Anteroom freezes pages after 30s")
	flags.StringVar(&s.program, "anteroom", "bin/anteroom-standalone", "the standalone binary")
	flags.StringVar(&s.scripts, "scripts", "bench/scripts", "the folder of the scripts, with their npm packages installed")
	flags.StringVar(&s.only, "only", "", "let only the contestants take part whose names contain this; Anteroom always does")
	n.atOnce = []int{alone, 2, compared, 8}
	flags.Func("at-once", "how many logins are under way at once, as 1,2,4,8", func(list string) (err error) {
		n.atOnce, err = numbers(list)
		return err
	})
	file := flags.String("json", "", "write the results to this file, too")
	if err := flags.Parse(args); err != nil {
		return 2, nil //nolint:nilerr // the flag set said it
	}
	results, err := compare(ctx, &s, n)
	if err != nil {
		return 1, err
	}
	fmt.Println(results.markdown()) //nolint:forbidigo // the result
	if *file != "" {
		encoded, err := json.MarshalIndent(results, "", "  ")
		if err == nil {
			err = os.WriteFile(*file, append(encoded, '\n'), 0o600)
		}
		return exitCode(err)
	}
	return 0, nil
}

func numbers(list string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of logins", part)
		}
		all = append(all, n)
	}
	return all, nil
}

func exitCode(err error) (int, error) {
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// compare starts everything, measures and stops it. The folder with the logs is kept when something went wrong.
func compare(ctx context.Context, s *stage, n sizes) (_ *results, err error) {
	if s.executable, err = browser.Find(session.BrowserShell, ""); err != nil {
		return nil, err
	}
	if s.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "anteroom-bench-"); err != nil {
		return nil, err
	}
	if s.program, err = filepath.Abs(s.program); err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			err = os.RemoveAll(s.dir)
		} else {
			err = fmt.Errorf("%w (logs are in %s)", err, s.dir)
		}
	}()
	var closeSite func()
	if s.site, closeSite, err = site.Serve(ctx); err != nil {
		return nil, err
	}
	defer closeSite()
	s.most = max(n.parked, slices.Max(n.atOnce))
	all, stop, err := s.startAll(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	return s.measure(ctx, n, all)
}

func (s *stage) measure(ctx context.Context, n sizes, all []contestant) (*results, error) {
	r := newResults(n, s.executable, all)
	for _, c := range all {
		say("warming up %s", c.name())
		for range n.warmup {
			if _, err := c.login(ctx, s.site.NewUser()); err != nil {
				return nil, fmt.Errorf("warm up: %w", err)
			}
		}
	}
	if err := s.rounds(ctx, n, all, r); err != nil {
		return nil, err
	}
	if n.parked > 0 {
		if err := s.park(ctx, n, all, r); err != nil {
			return nil, err
		}
	}
	r.arrivals = s.site.Arrivals()
	return r, nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

func itoa(n int) string { return strconv.Itoa(n) }
