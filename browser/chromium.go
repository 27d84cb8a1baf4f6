package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

const (
	// maxOutput is how much of what Chromium prints is kept, to explain a start that failed.
	maxOutput = 64 << 10
	// outputGrace is how long the output may go on after the process ended: a child may hold it open.
	outputGrace = time.Second
)

// chromium is a running Chromium process and our ends of its debugging pipe: commands and what it says about them, each
// message ended by a zero byte.
type chromium struct {
	cmd      *exec.Cmd
	commands io.WriteCloser
	messages io.ReadCloser
	output   tail
	// exited is closed when the process is gone and its output is complete.
	exited chan struct{}
}

// tail keeps the first maxOutput bytes that are written to it.
type tail struct {
	mu   sync.Mutex // guards kept
	kept []byte
}

// Write keeps what there is room for. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[:min(len(p), maxOutput-len(t.kept))]...)
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

// startChromium starts the program with a debugging pipe. The process dies with this one, also on kill -9, and
// with ctx. The caller must call end.
func startChromium(ctx context.Context, path string, flags []flag, dir profile, who account) (*chromium, error) {
	args, err := arguments(append(flags, flag{"user-data-dir", dir.data(), "nothing of it stays", srcContent}))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // the operator names the program
	isolate(cmd, who, dir.dir)
	cmd.Env = dir.environment()
	cmd.WaitDelay = outputGrace
	commandsTheirs, commands, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open the command pipe: %w", err)
	}
	messages, messagesTheirs, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the message pipe: %w", err), commandsTheirs.Close(), commands.Close())
	}
	cmd.ExtraFiles = []*os.File{commandsTheirs, messagesTheirs} // its descriptors 3 and 4
	c := &chromium{cmd: cmd, commands: commands, messages: messages, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &c.output, &c.output
	err = c.run()
	_, _ = commandsTheirs.Close(), messagesTheirs.Close()
	if err != nil {
		_, _ = commands.Close(), messages.Close()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return c, nil
}

// run starts the process and waits for it on a thread of its own: the kernel kills it when the thread that started it ends
// (golang/go#27505).
func (c *chromium) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			_ = c.cmd.Wait()
			close(c.exited)
		}
	}()
	return <-started
}

// arguments are the command line of flags, as chromedp writes it.
func arguments(flags []flag) ([]string, error) {
	args := make([]string, 0, len(flags)+2)
	for _, f := range flags {
		switch value := f.value.(type) {
		case string:
			args = append(args, "--"+f.name+"="+value)
		case bool:
			if value {
				args = append(args, "--"+f.name)
			}
		default:
			return nil, fmt.Errorf("flag %s: a switch is a bool or a string", f.name)
		}
	}
	return append(args, "--remote-debugging-pipe", "about:blank"), nil
}

func (c *chromium) pid() int { return c.cmd.Process.Pid }

// end kills the process with all its children and waits until nothing of it is left.
func (c *chromium) end(ctx context.Context) error {
	_ = c.cmd.Cancel()
	_ = c.commands.Close()
	err := reapGroup(ctx, c.pid())
	select {
	case <-c.exited:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	_ = c.messages.Close()
	return err
}
