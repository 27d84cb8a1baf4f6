package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/anteroom/anteroom/config"
)

// launch starts a browser process that outlives this one: in a session of its own, with its own log and next to no environment.
func (k *ownKeeper) launch() (*child, error) {
	log, err := openLog(inDataDir(k.config, keeperLog))
	if err != nil {
		return nil, fmt.Errorf("open the log of the browser process: %w", err)
	}
	defer func() { _ = log.Close() }()
	c := &child{log: log.Name(), ended: make(chan struct{})}
	if c.offset, err = log.Seek(0, io.SeekEnd); err != nil {
		return nil, fmt.Errorf("open the log of the browser process: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), k.program, keeperArguments(k.config)...) //nolint:gosec // it is this program
	cmd.Dir, cmd.Stderr, cmd.Env = k.config.DataDir, log, config.ChildEnvironment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the browser process: %w", err)
	}
	c.pid = cmd.Process.Pid
	go func() { // it ends with the browser process, at the latest with this one
		defer close(c.ended)
		_ = cmd.Wait()
	}()
	k.log.Info("browser process started", "pid", cmd.Process.Pid, "log", log.Name())
	return c, nil
}

// child is a browser process that this process started.
type child struct {
	pid    int
	log    string
	offset int64
	ended  chan struct{}
}

// hasEnded reports that there is no child that runs.
func (c *child) hasEnded() bool {
	if c == nil {
		return true
	}
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// explain is the last thing that the child said: commands end with a sentence.
func (c *child) explain() error {
	raw, err := os.ReadFile(c.log)
	if err != nil || int64(len(raw)) <= c.offset {
		return fmt.Errorf("start the browser process: it ended at once; its log is %s", c.log)
	}
	lines := bytes.Split(bytes.TrimSpace(raw[c.offset:]), []byte("\n"))
	_, says, _ := strings.Cut(string(lines[len(lines)-1]), ": ")
	return fmt.Errorf("%s; the log of the browser process is %s", strings.TrimRight(says, ": "), c.log)
}

// maxLog is how long a log may be when a browser process starts; a longer one is put aside, over the one before.
const maxLog = 16 << 20

func openLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// keeperArguments are the command line of the browser process. It has no ports of its own: those of its clients come with them.
func keeperArguments(c *config.Config) []string {
	b := c.Browser
	args := []string{
		"browser", "--json", "--data-dir", c.DataDir, "--browser-leave-after", b.LeaveAfter.String(),
		"--browser-recycle-after-logins", strconv.Itoa(b.RecycleAfterLogins), "--browser-recycle-after", b.RecycleAfter.String(),
		"--browser-recycle-above-memory", strconv.FormatInt(b.RecycleAboveMemory, 10),
		"--log-level", strings.ToLower(c.Log.Level.String()), "--log-format", c.Log.Format,
		"--listen", noPort, "--temporal-listen", noPort, "--temporal-ui-listen", noPort,
	}
	for flag, value := range map[string]string{
		"--browser-path": b.Path, "--browser-user": b.User, "--browser-socket": b.Socket,
		"--network-allow": joined(c.Network.Allow), "--network-deny": joined(c.Network.Deny),
	} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	if b.NoSandbox {
		args = append(args, "--browser-no-sandbox")
	}
	return args
}

// noPort is an address that nobody can have.
const noPort = "127.0.0.1:0"

func joined(networks []config.AllowedNetwork) string {
	texts := make([]string, 0, len(networks))
	for _, n := range networks {
		texts = append(texts, n.String())
	}
	return strings.Join(texts, ",")
}

// keeperSettings are what makes one browser process do for another: the program's version and the settings that hold for its
// pages. They are no secret.
func keeperSettings(c *config.Config, version string) string {
	b := c.Browser
	return fmt.Sprintf("version=%q path=%q user=%q noSandbox=%t allow=%q deny=%q leaveAfter=%s recycle=%+v",
		version, b.Path, b.User, b.NoSandbox, joined(c.Network.Allow), joined(c.Network.Deny), b.LeaveAfter, recycling(c))
}

// isLocked reports that another process holds the lock of a file.
func isLocked(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
