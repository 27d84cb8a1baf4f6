package commands

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/anteroom/anteroom/session"
)

// secretFrom reads a secret from a file ("-" for standard input), or asks for it on the terminal when file is empty.
func (a *app) secretFrom(file, what string) (session.Secret, error) {
	switch file {
	case "":
		return a.ask(what, true)
	case "-":
		b, err := io.ReadAll(io.LimitReader(a.stdin, 64<<10))
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
func (a *app) ask(what string, secret bool) (session.Secret, error) {
	fmt.Fprintf(a.stderr, "%s: ", what)
	if f, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) && secret {
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(a.stderr)
		return session.NewSecret(string(b)), err
	}
	line, err := a.lines().ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err != nil && line == "" {
		return session.Secret{}, fmt.Errorf("ask for %s: %w", what, errNoTerminal)
	}
	return session.NewSecret(line), nil
}

// lines reads standard input; one reader for all prompts, since it reads ahead.
func (a *app) lines() *bufio.Reader {
	if a.input == nil {
		a.input = bufio.NewReader(a.stdin)
	}
	return a.input
}
