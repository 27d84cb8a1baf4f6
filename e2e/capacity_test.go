//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// crowd is how many logins start at once, on so many pages. CAPACITY_STARTS and CAPACITY_PAGES make it larger: 500 on 50.
func crowd(t *testing.T) (starts, pages int) {
	t.Helper()
	number := func(name string, usual int) int {
		text := os.Getenv(name)
		if text == "" {
			return usual
		}
		n, err := strconv.Atoi(text)
		require.NoError(t, err, name)
		return n
	}
	return number("CAPACITY_STARTS", 40), number("CAPACITY_PAGES", 5)
}

func TestCapacity_WhenMoreStartThanThereArePages_TheyQueueInOrderAndNoneFails(t *testing.T) { //nolint:paralleltest // it wants the machine
	starts, pages := crowd(t)
	srv, l := up(t, dataDir(t), "--browser-max-pages", strconv.Itoa(pages)), newLab(t, loginlab.Options{})
	a := onSite(t, srv, l, "password")
	q := &queueWatch{app: a, last: map[string]session.Operation{}}
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { q.run(ctx) })
	began := time.Now()
	errs := make(chan error, starts)
	for i := range starts {
		go func() {
			user := fmt.Sprintf("user-%d", i)
			_, err := srv.client.Start(ctx, a.project, client.StartRequest{ID: user, Parameters: params("username", user, "password", l.Password())})
			errs <- err
		}()
	}
	for range starts {
		require.NoError(t, <-errs)
	}
	started := time.Since(began)
	require.Eventually(t, func() bool { return q.finished() == starts || t.Context().Err() != nil }, time.Duration(starts)*10*time.Second, pause)
	cancel()
	watching.Wait()
	require.Empty(t, q.faults)
	require.Positive(t, q.longest, "some queued")
	require.LessOrEqual(t, q.mostRunning, pages)
	for id, op := range q.last {
		require.Equal(t, session.OperationSucceeded, op.State, "%s: %+v", id, op.Failure)
	}
	t.Logf("%d logins on %d pages: all started after %s, all ended after %s; at most %d queued, at most %d ran; looked %d times",
		starts, pages, started.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), q.longest, q.mostRunning, q.looks)
}

// queueWatch lists the operations of a project over and over, and notes what must not be.
type queueWatch struct {
	*app

	mu     sync.Mutex
	last   map[string]session.Operation
	faults []string
	// longest and mostRunning are the most that were seen to queue and to run at the same time.
	longest, mostRunning, looks int
}

func (q *queueWatch) run(ctx context.Context) {
	for ctx.Err() == nil {
		ops, _, err := q.srv.client.Operations(ctx, client.OperationQuery{Project: q.project, Limit: 500})
		if err == nil {
			q.look(ops)
		} else if ctx.Err() == nil {
			q.fault("list: %v", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (q *queueWatch) fault(format string, args ...any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.faults = append(q.faults, fmt.Sprintf(format, args...))
}

// look compares with the look before: no place grows, and nobody is passed by who came later.
func (q *queueWatch) look(ops []session.Operation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.looks++
	queued, running, firstLeft := 0, 0, 0
	for _, op := range ops {
		switch {
		case op.Place > 0:
			queued++
		case op.State == session.OperationRunning:
			running++
		}
		before, known := q.last[op.ID]
		if known && op.Place > before.Place {
			q.faults = append(q.faults, fmt.Sprintf("%s moved back from %d to %d", op.ID, before.Place, op.Place))
		}
		if before.Place > 0 && op.Place > 0 && (firstLeft == 0 || before.Place < firstLeft) {
			firstLeft = before.Place
		}
	}
	for _, op := range ops {
		if before := q.last[op.ID]; firstLeft > 0 && before.Place > firstLeft && op.Place == 0 {
			q.faults = append(q.faults, fmt.Sprintf("%s at place %d passed place %d", op.ID, before.Place, firstLeft))
		}
	}
	for _, op := range ops {
		q.last[op.ID] = op
	}
	q.longest, q.mostRunning = max(q.longest, queued), max(q.mostRunning, running)
}

func (q *queueWatch) finished() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, op := range q.last {
		if op.State.Final() {
			n++
		}
	}
	return n
}
