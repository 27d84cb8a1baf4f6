package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
	"github.com/anteroom/anteroom/bench/internal/site"
	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
)

// sizes say how much is measured.
type sizes struct {
	// logins are parked, oneByOne of them are answered one after the other. warmup are done before anything is measured.
	logins, oneByOne, warmup int
	// atOnce is how many logins are under way at once while they are parked.
	atOnce int
	// frozen is how long all of them are parked before they are measured; window is how long CPU is measured.
	frozen, window time.Duration
	// later is how long they wait on until CPU is measured again; zero for no second time.
	later time.Duration
}

// reserve are pages besides the parked ones: those of proofs and of the next login.
const reserve = 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("parked", flag.ContinueOnError)
	var n sizes
	flags.IntVar(&n.logins, "n", 100, "how many logins are parked")
	flags.IntVar(&n.oneByOne, "one-by-one", 40, "how many of them are answered one after the other; the others at once")
	flags.IntVar(&n.warmup, "warmup", 10, "logins before anything is measured")
	flags.IntVar(&n.atOnce, "at-once", 2, "how many logins are under way at once while they are parked")
	flags.DurationVar(&n.frozen, "frozen", 95*time.Second, "how long the last one is parked before it is measured: pages are frozen after 30s")
	flags.DurationVar(&n.later, "later", 0, "how long they wait on until CPU is measured once more, as 16m; 0 for not at all")
	flags.DurationVar(&n.window, "window", time.Minute, "how long CPU is measured")
	program := flags.String("anteroom", "bin/anteroom-standalone", "the standalone binary")
	if err := flags.Parse(args); err != nil {
		return nil //nolint:nilerr // the flag set said it
	}
	n.oneByOne = min(n.oneByOne, n.logins)
	if runtime.GOOS != "linux" {
		return errors.New("it reads Linux's /proc")
	}
	return measure(ctx, *program, n)
}

func measure(ctx context.Context, program string, n sizes) (err error) {
	executable, err := browser.Find(session.BrowserShell, "")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-parked-")
	if err != nil {
		return err
	}
	defer func() { // what it logged is of use to whoever it failed
		if err == nil {
			err = os.RemoveAll(dir)
		}
	}()
	log, err := os.Create(filepath.Join(dir, "anteroom.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	lab, stop, err := site.Serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	i, err := installation.Start(ctx, installation.Options{
		Command: []string{program}, DataDir: filepath.Join(dir, "data"), Browser: executable, Log: log,
		Args: []string{"--browser-max-pages", strconv.Itoa(n.logins + reserve), "--browser-leave-after", "1s"},
	})
	if err != nil {
		return fmt.Errorf("%w (%s)", err, log.Name())
	}
	defer func() { err = errors.Join(err, i.Stop()) }()
	project := session.Project{Name: projectName, LoginURL: lab.LoginURL()}
	project.OTP.Wait = installation.AnswerWait
	if _, _, err = i.Client.PutProject(ctx, project); err != nil {
		return err
	}
	b := &bench{installed: i, lab: lab}
	if err := b.run(ctx, n); err != nil {
		return fmt.Errorf("%w (%s)", err, log.Name())
	}
	fmt.Println(b.table(n)) //nolint:forbidigo // the result
	if b.failed != nil {
		return fmt.Errorf("%w (%s)", b.failed, log.Name())
	}
	return nil
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}
