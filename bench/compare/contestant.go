package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anteroom/anteroom/bench/internal/site"
)

// loginTimeout bounds a login: one that takes that long failed.
const loginTimeout = 2 * time.Minute

// sample is one login.
type sample struct {
	user string
	// began is when it was asked for; ended when the session was there, in whose hands it is then.
	began, ended time.Time
	// answered is when the code was accepted from the caller; zero where the login fetched it by itself.
	answered time.Time
}

func (s sample) took() time.Duration { return s.ended.Sub(s.began) }

// contestant logs in. Several logins may be under way at once.
type contestant interface {
	name() string
	// pid is the process whose tree is all of the contestant.
	pid() int
	// login logs a user in, up to the session.
	login(ctx context.Context, user string) (sample, error)
	// park begins a login and returns when it waits for its code. answer goes on with it.
	park(ctx context.Context, user string) (answer func(ctx context.Context, code string) (sample, error), err error)
	// parks is how many of n logins it can have parked on this machine.
	parks(n int) int
	// stop ends it.
	stop() error
}

// stage is what the contestants have in common.
type stage struct {
	site *site.Site
	// executable is the browser, program the standalone binary, scripts the folder with the installed npm packages.
	executable, program, scripts string
	// dir is a temporary folder, for data and logs.
	dir string
	// self is this program, for what it is to run as a process of its own.
	self string
	// most is how many logins may be under way at once.
	most int
	// only is part of the names of those that take part besides the engine.
	only string
}

// startAll starts the contestants. The first is the engine, to which the others are compared. The caller must call stop.
func (s *stage) startAll(ctx context.Context) (all []contestant, stop func() error, err error) {
	stop = func() error {
		var errs []error
		for _, c := range all {
			errs = append(errs, c.stop())
		}
		return errors.Join(errs...)
	}
	e, err := startEngine(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	all = append(all, e)
	node := func(script string) string { return filepath.Join(s.scripts, script) }
	for _, one := range []struct {
		name    string
		command []string
		parks   int
	}{
		{nameChromedp, []string{s.self, scriptBare, s.executable}, 0},
		{nameProves, []string{s.self, scriptProves, s.executable}, 0},
		{namePlaywright, []string{"node", node("playwright.mjs"), s.executable, "warm"}, 0},
		{nameLaunch, []string{"node", node("playwright.mjs"), s.executable, "launch"}, mostLaunched},
		{nameCluster, []string{"node", node("puppeteer-cluster.mjs"), s.executable, itoa(s.most)}, 0},
	} {
		if !strings.Contains(one.name, s.only) {
			continue
		}
		c, err := startScript(s, one.name, one.command, one.parks)
		if err != nil {
			return nil, nil, errors.Join(err, stop())
		}
		all = append(all, c)
	}
	return all, stop, nil
}

// The contestants.
const (
	nameEngine     = "Anteroom"
	nameChromedp   = "bare chromedp"
	nameProves     = "chromedp that proves"
	namePlaywright = "Playwright, warm browser"
	nameLaunch     = "Playwright, browser per login"
	nameCluster    = "puppeteer-cluster"
)

// What this command is told to be one of its own scripts.
const (
	scriptBare   = "chromedp"
	scriptProves = "chromedp-proves"
)

// mostLaunched bounds the browsers that are parked at the same time.
const mostLaunched = 5

// supervised is a command whose processes stay in its tree, also those that their parents left.
func (s *stage) supervised(command ...string) []string {
	return append([]string{s.self, "supervise"}, command...)
}

func (s *stage) log(name string) (*os.File, error) {
	return os.Create(filepath.Join(s.dir, name+".log"))
}
