package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/anteroom/anteroom/bench/internal/site"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// sizes say how much is measured.
type sizes struct {
	// waiting are how many logins wait, in rising order.
	waiting []int
	// realPages is how many of them wait on real pages.
	realPages int
	// logins and answers are measured for each size.
	logins, answers int
	// polling is how long polls are counted in each turn, over so many connections.
	polling     time.Duration
	connections int
	// settle is how long the logins of a size wait before anything is measured, idle how long the CPU time of waiting is read then.
	settle, idle time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-scale:", err)
	}
	os.Exit(code)
}

func run(ctx context.Context, args []string) (int, error) {
	if len(args) == 4 && args[0] == "fake" {
		return exitCode(runFake(ctx, args[1], args[2], args[3]))
	}
	flags := flag.NewFlagSet("scale", flag.ContinueOnError)
	n := sizes{waiting: []int{0, 10, 100, 1000, 10_000}}
	var s stage
	flags.Func("sizes", "how many logins wait, rising, as 0,10,100", func(list string) (err error) {
		n.waiting, err = numbers(list)
		return err
	})
	flags.IntVar(&n.realPages, "real", 300, "how many of them wait on real pages at most")
	flags.IntVar(&n.logins, "logins", 20, "new logins, one by one, for each size")
	flags.IntVar(&n.answers, "answers", 10, "answers to logins that wait, for each size")
	flags.DurationVar(&n.polling, "polling", 2*time.Second, "how long polls are counted in each of five turns")
	flags.IntVar(&n.connections, "connections", 32, "connections that poll")
	flags.DurationVar(&n.idle, "idle", 10*time.Second, "how long CPU time is read for each size while everything only waits")
	flags.DurationVar(&n.settle, "settle", 35*time.Second, "how long logins wait before anything is measured: Anteroom freezes pages after 30s")
	flags.StringVar(&s.program, "anteroom", "bin/anteroom-standalone", "the standalone binary")
	file := flags.String("json", "", "write the results to this file, too")
	if err := flags.Parse(args); err != nil {
		return 2, nil //nolint:nilerr // the flag set said it
	}
	r, err := s.measureAll(ctx, n)
	if err != nil {
		return 1, err
	}
	fmt.Println(r.markdown()) //nolint:forbidigo // the result
	if *file != "" {
		encoded, err := json.MarshalIndent(r, "", "  ")
		if err == nil {
			err = os.WriteFile(*file, append(encoded, '\n'), 0o600)
		}
		return exitCode(err)
	}
	return 0, nil
}

func exitCode(err error) (int, error) {
	if err != nil {
		return 1, err
	}
	return 0, nil
}

func numbers(list string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(all) > 0 && n <= all[len(all)-1] {
			return nil, fmt.Errorf("%q is no number of logins above the one before", part)
		}
		all = append(all, n)
	}
	return all, nil
}

// measureAll starts everything, measures and ends it. The folder with data and logs is kept when something went wrong.
func (s *stage) measureAll(ctx context.Context, n sizes) (_ *results, err error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, s.end())
		if err == nil {
			err = os.RemoveAll(s.dir)
		} else {
			err = fmt.Errorf("%w (data and logs are in %s)", err, s.dir)
		}
	}()
	var closeSite func()
	if s.site, closeSite, err = site.Serve(ctx); err != nil {
		return nil, err
	}
	defer closeSite()
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	if err := s.putProjects(ctx); err != nil {
		return nil, err
	}
	return s.measure(ctx, n)
}

func (s *stage) prepare(ctx context.Context) (err error) {
	// What its parents leave behind, such as the browser process of a killed installation, stays below this process.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("adopt orphans: %w", err)
	}
	if s.executable, err = browser.Find(session.BrowserShell, ""); err != nil {
		return err
	}
	if s.self, err = os.Executable(); err != nil {
		return err
	}
	if s.program, err = filepath.Abs(s.program); err != nil {
		return err
	}
	if s.temporal, err = freeAddress(ctx); err != nil {
		return err
	}
	s.dir, err = os.MkdirTemp("", "anteroom-scale-")
	return err
}

// freeAddress is one that was free a moment ago, for a server that is started again at the same place.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
