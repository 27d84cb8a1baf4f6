package commands

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/anteroom/anteroom/session"
)

// maxSecret bounds what is read of standard input, in bytes.
const maxSecret = 64 << 10

// secretFrom reads a secret from a file ("-" for standard input), or asks for it on the terminal when file is empty.
func (a *app) secretFrom(ctx context.Context, file, what string) (session.Secret, error) {
	switch file {
	case "":
		return a.ask(ctx, what, true)
	case "-":
		b, err := io.ReadAll(io.LimitReader(a.lines(), maxSecret))
		if err != nil {
			return session.Secret{}, fmt.Errorf("read %s from standard input: %w", what, err)
		}
		return session.NewSecret(strings.TrimRight(string(b), "\r\n")), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return session.Secret{}, fmt.Errorf("read %s: %w", what, err)
	}
	return session.NewSecret(strings.TrimRight(string(b), "\r\n")), nil
}

var errNoTerminal = errors.New("there is no terminal to ask on")

// ask asks on the terminal; what is secret is not shown while it is typed. Without a terminal on standard input one line of it
// is read.
func (a *app) ask(ctx context.Context, what string, secret bool) (session.Secret, error) {
	fmt.Fprintf(a.stderr, "%s: ", what)
	if f, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) && secret {
		return a.askHidden(ctx, int(f.Fd()))
	}
	line, err := a.readLine(ctx)
	line = strings.TrimRight(line, "\r\n")
	if ctx.Err() != nil {
		return session.Secret{}, ctx.Err()
	}
	if err != nil && line == "" {
		return session.Secret{}, fmt.Errorf("ask for %s: %w", what, errNoTerminal)
	}
	return session.NewSecret(line), nil
}

// askHidden reads a line that the terminal does not show. The terminal shows again afterwards, also when ctx ended.
func (a *app) askHidden(ctx context.Context, fd int) (session.Secret, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return session.Secret{}, fmt.Errorf("read the state of the terminal: %w", err)
	}
	defer fmt.Fprintln(a.stderr)
	line, err := unlessEnded(ctx, func() (string, error) {
		b, err := term.ReadPassword(fd)
		return string(b), err
	})
	if ctx.Err() != nil {
		_ = term.Restore(fd, before)
		return session.Secret{}, ctx.Err()
	}
	return session.NewSecret(line), err
}

// typed is what a read gave.
type typed struct {
	line string
	err  error
}

// readLine reads a line of standard input, or returns ctx's error when ctx ends first. A read of a terminal cannot be interrupted:
// it goes on, and its line is the next prompt's.
func (a *app) readLine(ctx context.Context) (string, error) {
	if a.pending == nil {
		lines, pending := a.lines(), make(chan typed, 1)
		a.pending = pending
		go func() {
			line, err := lines.ReadString('\n')
			pending <- typed{line, err}
		}()
	}
	select {
	case r := <-a.pending:
		a.pending = nil
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// unlessEnded returns what read gives, or ctx's error when ctx ends first. The read is then left behind, and goes with the
// process, which ends next.
func unlessEnded(ctx context.Context, read func() (string, error)) (string, error) {
	done := make(chan typed, 1)
	go func() {
		line, err := read()
		done <- typed{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// lines reads standard input; one reader for all prompts, since it reads ahead.
func (a *app) lines() *bufio.Reader {
	if a.input == nil {
		a.input = bufio.NewReader(a.stdin)
	}
	return a.input
}
