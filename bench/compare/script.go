package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is when a script that was told to end is killed.
const stopTimeout = 20 * time.Second

// job is what a script is told; see scripts/protocol.mjs.
type job struct {
	ID       int    `json:"id"`
	LoginURL string `json:"loginUrl,omitempty"`
	CodeURL  string `json:"codeUrl,omitempty"`
	User     string `json:"user,omitempty"`
	Password string `json:"password,omitempty"`
	Park     bool   `json:"park,omitempty"`
	Code     string `json:"code,omitempty"`
}

// said is what a script says of a job.
type said struct {
	ID     int    `json:"id"`
	Ready  bool   `json:"ready"`
	Parked bool   `json:"parked"`
	Done   bool   `json:"done"`
	Error  string `json:"error"`
	at     time.Time
}

// script is a contestant that is told its logins on standard input.
type script struct {
	stage *stage
	title string
	most  int
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{}

	// mu guards everything below.
	mu   sync.Mutex
	next int
	jobs map[int]chan said
}

// startScript starts a script and waits until it is ready. most bounds the logins that it parks; 0 does not.
func startScript(s *stage, title string, command []string, most int) (*script, error) {
	command = s.supervised(command...)
	c := &script{stage: s, title: title, most: most, cmd: exec.Command(command[0], command[1:]...), jobs: map[int]chan said{}, ended: make(chan struct{})} //nolint:gosec,noctx // our own scripts; stop ends them
	log, err := s.log(title)
	if err != nil {
		return nil, err
	}
	c.cmd.Stderr = log
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	ready := c.expect(0)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", title, err)
	}
	go c.listen(out)
	if _, err := c.heard(context.Background(), ready); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s (%s): %w", title, log.Name(), err), c.stop())
	}
	return c, nil
}

// listen hands what the script says to whom it concerns, until the script ends.
func (c *script) listen(out io.Reader) {
	defer close(c.ended)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		s := said{at: time.Now()}
		if json.Unmarshal(lines.Bytes(), &s) != nil {
			continue
		}
		c.mu.Lock()
		who := c.jobs[s.ID]
		c.mu.Unlock()
		if who != nil {
			who <- s
		}
	}
	_ = c.cmd.Wait()
}

// expect makes the channel of a job, with room for all that is said of one.
func (c *script) expect(id int) chan said {
	c.mu.Lock()
	defer c.mu.Unlock()
	heard := make(chan said, 4)
	c.jobs[id] = heard
	return heard
}

func (c *script) heard(ctx context.Context, from <-chan said) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	select {
	case s := <-from:
		if s.Error != "" {
			return s, fmt.Errorf("%s: %s", c.title, s.Error)
		}
		return s, nil
	case <-c.ended:
		return said{}, fmt.Errorf("%s ended", c.title)
	case <-ctx.Done():
		return said{}, fmt.Errorf("%s says nothing: %w", c.title, ctx.Err())
	}
}

// begin tells the script to log a user in.
func (c *script) begin(user string, park bool) (job, chan said, error) {
	c.mu.Lock()
	c.next++
	id := c.next
	c.mu.Unlock()
	heard := c.expect(id)
	site := c.stage.site
	j := job{ID: id, LoginURL: site.LoginURL(), CodeURL: site.CodeURL(user), User: user, Password: site.Password(), Park: park}
	return j, heard, c.tell(j)
}

func (c *script) tell(j job) error {
	line, err := json.Marshal(j) //nolint:gosec // the lab's password goes to the script that types it
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.in.Write(append(line, '\n'))
	return err
}

func (c *script) name() string { return c.title }

func (c *script) pid() int { return c.cmd.Process.Pid }

func (c *script) parks(n int) int {
	if c.most > 0 {
		return min(n, c.most)
	}
	return n
}

func (c *script) login(ctx context.Context, user string) (sample, error) {
	s := sample{user: user, began: time.Now()}
	_, heard, err := c.begin(user, false)
	if err != nil {
		return s, err
	}
	end, err := c.heard(ctx, heard)
	s.ended = end.at
	return s, err
}

func (c *script) park(ctx context.Context, user string) (func(context.Context, string) (sample, error), error) {
	j, heard, err := c.begin(user, true)
	if err != nil {
		return nil, err
	}
	if _, err := c.heard(ctx, heard); err != nil {
		return nil, err
	}
	return func(ctx context.Context, code string) (sample, error) {
		s := sample{user: user, began: time.Now()}
		if err := c.tell(job{ID: j.ID, Code: code}); err != nil {
			return s, err
		}
		s.answered = time.Now()
		end, err := c.heard(ctx, heard)
		s.ended = end.at
		return s, err
	}, nil
}

// stop ends the script, which closes its browser.
func (c *script) stop() error {
	_ = c.in.Close()
	select {
	case <-c.ended:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(stopTimeout):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
	return fmt.Errorf("%s did not end by itself", c.title)
}
