package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// polled is how many of the waiting logins are polled, in turn.
const polled = 500

// polls are what polling took.
type polls struct {
	// took is each poll in ms, spent how long there were any.
	took  []float64
	spent time.Duration
}

func (p *polls) perSecond() float64 { return float64(len(p.took)) / p.spent.Seconds() }

func (p *polls) add(more polls) {
	p.took, p.spent = append(p.took, more.took...), p.spent+more.spent
}

// poll reads results for so long over so many connections. The requests are written, and the answers skipped, byte by byte: a client
// that makes something of them would take the processors away from the server.
func (s *stage) poll(ctx context.Context, n sizes, requests []string) (polls, error) {
	u, err := url.Parse(s.installed.API)
	if err != nil {
		return polls{}, err
	}
	var mu sync.Mutex // guards all and errs
	var all polls
	var errs []error
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n.connections {
		wg.Go(func() {
			mine, err := pollUntil(ctx, u.Host, requests, i, began.Add(n.polling))
			mu.Lock()
			defer mu.Unlock()
			all.took, errs = append(all.took, mine...), append(errs, err)
		})
	}
	wg.Wait()
	all.spent = time.Since(began)
	return all, errors.Join(errs...)
}

// requests are polls of waiting logins; on an empty system those of one login that waits for as long as they take.
func (s *stage) requests(ctx context.Context, p *population) ([]string, error) {
	all := append(append([]waiting{}, p.real...), p.fake...)
	if len(all) == 0 {
		more, err := s.begin(ctx, projectReal, 1, 1)
		if err != nil {
			return nil, err
		}
		p.real, all = more, more
	}
	step := max(1, len(all)/polled)
	var requests []string
	for i := 0; i < len(all); i += step {
		requests = append(requests, fmt.Sprintf(
			"GET /api/v1/workspace/default/projects/%s/auth-sessions/create/%s/result HTTP/1.1\r\nHost: bench\r\nX-Api-Key: %s\r\n\r\n",
			all[i].Project, all[i].Operation, s.installed.Key.Reveal()))
	}
	return requests, nil
}

// pollUntil polls over one connection, and returns how long each took in ms.
func pollUntil(ctx context.Context, host string, requests []string, at int, end time.Time) ([]float64, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	var took []float64
	for began := time.Now(); began.Before(end); at++ {
		if _, err := io.WriteString(c, requests[at%len(requests)]); err != nil {
			return took, err
		}
		if err := skipAnswer(in); err != nil {
			return took, fmt.Errorf("poll: %w", err)
		}
		now := time.Now()
		took = append(took, ms(now.Sub(began)))
		began = now
	}
	return took, nil
}

// skipAnswer reads one answer, which must be 200 with a length.
func skipAnswer(in *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && (len(line) < len("HTTP/1.1 200") || string(line[9:12]) != "200") {
			return fmt.Errorf("the answer was %q", line)
		}
		if len(line) <= len("\r\n") {
			break
		}
		if name, value, ok := cutHeader(line); ok && http.CanonicalHeaderKey(name) == "Content-Length" {
			if _, err := fmt.Sscan(value, &length); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errors.New("the answer has no length")
	}
	_, err := in.Discard(length)
	return err
}

// cutHeader looks at headers that begin with C only, which is enough and cheap.
func cutHeader(line []byte) (name, value string, ok bool) {
	if line[0] != 'C' && line[0] != 'c' {
		return "", "", false
	}
	for i, b := range line {
		if b == ':' {
			return string(line[:i]), string(line[i+1:]), true
		}
	}
	return "", "", false
}

// ownCPU is what this process used by itself: the lab and the measuring.
func ownCPU() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
