package commands

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
)

// Exit codes, as "help exit-codes" explains them.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitLoginFailed = 3
	exitNeedsAnswer = 4
	exitNotFound    = 5
	exitInterrupted = 130
)

// Program is the binary that runs the commands.
type Program struct {
	Name string
	// Path is how the program was called, for lines to paste. Empty is Name.
	Path string
	// Temporal starts a Temporal server in this process; nil in the light binary, which then lacks the commands that
	// need it.
	Temporal process.StartTemporal
	// Getenv reads the environment, for the client commands. Nil is os.Getenv for Main and an empty one for Run.
	Getenv func(string) string
}

func (p Program) getenv(name string) string {
	if p.Getenv == nil {
		return ""
	}
	return p.Getenv(name)
}

// app is one run of a program.
type app struct {
	program Program
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	input   *bufio.Reader
	// pending is a line that is being read, left behind by a prompt that ended first: the next prompt gets it.
	pending chan typed
}

// Main runs a command line and returns the exit code. SIGINT and SIGTERM end what runs; a second one ends it at once.
func Main(p Program, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the default handling comes back: a second signal kills
	p.Path = os.Args[0]
	if p.Getenv == nil {
		p.Getenv = os.Getenv //nolint:forbidigo // this is the func main of both binaries
	}
	return Run(ctx, p, args, os.Stdin, os.Stdout, os.Stderr)
}

// Run is Main with everything it touches handed in.
func Run(ctx context.Context, p Program, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{program: p, stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "interrupted")
		return exitInterrupted
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	return exitCode(err)
}

// exitError carries an exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func exitWith(code int, err error) error { return &exitError{code: code, err: err} }

func usagef(format string, args ...any) error {
	return exitWith(exitUsage, fmt.Errorf(format, args...))
}

func exitCode(err error) int {
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if errors.Is(err, config.ErrInvalid) {
		return exitUsage
	}
	return exitFailure
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           a.program.Name,
		Short:         "Log accounts in to web applications and keep their sessions ready for use",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q; see %s help", args[0], a.program.Name)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitWith(exitUsage, err) })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.serveCommand(), a.apiCommand(), a.workerCommand(), a.browserCommand(), a.initCommand(), a.keysCommand(), a.doctorCommand(), a.loginCommand(), a.answerCommand(), a.sessionsCommand(),
		a.operationsCommand(), a.exportCommand(), a.projectsCommand(), a.recipeCommand(), a.labCommand(), a.versionCommand(), a.exitCodesTopic())
	if a.program.Temporal != nil {
		root.AddCommand(a.upCommand(), a.temporalCommand(), a.demoCommand())
	}
	return root
}

func (a *app) exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `Every command ends with one of these:

  0    it worked
  1    it failed: a server was not reached, a file could not be written, a start was refused
  2    the command line, a setting or a project file is wrong
  3    the login failed; the failure's class and code were printed
  4    the login waits for an answer that this command cannot get: --no-input, or no terminal to ask on
  5    there is no such project, session or operation
  130  interrupted`,
	}
}
