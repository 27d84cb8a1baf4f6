package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/bench/internal/installation"
	"github.com/anteroom/anteroom/bench/internal/proctree"
	"github.com/anteroom/anteroom/bench/internal/site"
	"github.com/anteroom/anteroom/session"
)

// The projects: one whose logins are on real pages, one that only the fake serves.
const (
	projectReal = "real"
	projectFake = "fake"
)

// stage is what is measured.
type stage struct {
	site *site.Site
	// executable is the browser, program the standalone binary, self this program, dir the folder of data and logs.
	executable, program, self, dir string
	// temporal is host:port of the Temporal server.
	temporal  string
	installed *installation.Installation
	fake      *exec.Cmd
}

// start starts the installation and the worker of the fake pages, or starts them again.
func (s *stage) start(ctx context.Context) error {
	data := filepath.Join(s.dir, "data")
	if err := s.install(ctx, data); err != nil {
		return err
	}
	log, err := s.log("fake")
	if err != nil {
		return err
	}
	s.fake = exec.Command(s.self, "fake", s.temporal, filepath.Join(data, "vault.key"), filepath.Join(data, "anteroom.db")) //nolint:gosec,noctx // ourselves; end kills it
	s.fake.Stderr = log
	return s.fake.Start()
}

// install starts the installation with its data there.
func (s *stage) install(ctx context.Context, data string, args ...string) error {
	log, err := s.log("anteroom")
	if err != nil {
		return err
	}
	s.installed, err = installation.Start(ctx, installation.Options{
		Command: []string{s.program}, DataDir: data, Browser: s.executable, Temporal: s.temporal, Log: log,
		Args: append([]string{"--browser-kinds", string(session.BrowserShell), "--browser-max-pages", "1000", "--log-level", "warn"}, args...),
	})
	return err
}

func (s *stage) log(name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(s.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

func (s *stage) putProjects(ctx context.Context) error {
	for _, p := range []session.Project{
		{Name: projectReal, LoginURL: s.site.LoginURL(), Browser: session.BrowserShell},
		{Name: projectFake, LoginURL: s.site.LoginURL(), Browser: session.BrowserChrome},
	} {
		p.OTP.Wait = installation.AnswerWait
		if _, _, err := s.installed.Client.PutProject(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// kill is kill -9 of both. The process that has the browser lives on: it is what keeps the pages.
func (s *stage) kill() error {
	err := s.installed.Kill()
	_ = s.fake.Process.Kill()
	_ = s.fake.Wait()
	return err
}

// end ends everything that is left below this process.
func (s *stage) end() error {
	var errs []error
	if s.installed != nil {
		errs = append(errs, s.installed.Kill())
	}
	left, err := s.others()
	for _, p := range left {
		_ = syscall.Kill(p.PID, syscall.SIGKILL)
	}
	if s.fake != nil && s.fake.Process != nil {
		_ = s.fake.Wait()
	}
	errs = append(errs, err)
	deadline := time.Now().Add(10 * time.Second)
	for err == nil && len(left) > 0 && time.Now().Before(deadline) {
		for _, p := range left { // whoever became ours is ours to wait for
			_, _ = syscall.Wait4(p.PID, nil, syscall.WNOHANG, nil)
		}
		left, err = s.others()
	}
	return errors.Join(errs...)
}

// others are the processes below this one.
func (s *stage) others() ([]proctree.Process, error) {
	all, err := proctree.List(os.Getpid())
	if err != nil {
		return nil, fmt.Errorf("list our processes: %w", err)
	}
	return all[1:], nil
}
