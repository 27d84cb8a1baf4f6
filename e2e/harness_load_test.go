//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/session"
)

// loadOptions say which logins a load begins, and where.
type loadOptions struct {
	// PerMinute is how many logins begin in a minute, evenly.
	PerMinute int
	// APIs are base URLs of one installation; requests go to them in turn.
	APIs []string
	Key  string
	// Lab has the sites to log in to, one after the other; empty Sites: half of the logins are asked for a code.
	Lab   *lab
	Sites []string
	// Thinks is how long a person takes to answer a question, so that some login always waits.
	Thinks time.Duration
	// Patience is when a login that has not ended counts as lost; 0: two minutes.
	Patience time.Duration
}

// load is a number of logins that people begin while something else happens to the installation.
type load struct {
	o        loadOptions
	balancer *balancer
	client   *client.Client
	projects map[string]string // by site

	stopOnce sync.Once
	stopping chan struct{}
	logins   sync.WaitGroup

	mu     sync.Mutex // guards report
	report loadReport
}

// loadReport is what a load saw.
type loadReport struct {
	Began, Succeeded int
	// Failures are the typed ends without a session, by "class/code"; Failed names their operations.
	Failures map[string]int
	Failed   []string
	// Lost are logins that were accepted and did not end in time, or of which the service knows nothing any more; Refused those that
	// could not be begun.
	Lost, Refused []string
	// Requests counts every request by kind: "2xx", "4xx", "503", "refused", "reset", "timeout"; each try counts.
	Requests map[string]int
	// FailedRequests were not served by any address, or answered with 5xx: what a client's retry of a connection does not mend.
	FailedRequests []string
	// Took is how long each successful login took, shortest first; AskedAnew is how many were asked again since a browser was lost.
	Took      []time.Duration
	AskedAnew int
}

// startLoad begins logins at once, and goes on until stop.
func startLoad(t *testing.T, o loadOptions) *load {
	t.Helper()
	if o.Patience == 0 {
		o.Patience = 2 * time.Minute
	}
	if len(o.Sites) == 0 {
		o.Sites = []string{"password", "code"}
	}
	b, err := newBalancer(o.APIs...)
	require.NoError(t, err)
	t.Cleanup(b.close)
	c, err := client.New(o.APIs[0], session.NewSecret(o.Key), &http.Client{Transport: b, Timeout: 90 * time.Second})
	require.NoError(t, err)
	l := &load{
		o: o, balancer: b, client: c.In(workspace), projects: map[string]string{}, stopping: make(chan struct{}),
		report: loadReport{Failures: map[string]int{}},
	}
	for _, site := range o.Sites {
		if l.projects[site] == "" {
			name := session.NewID("load-")
			_, _, err := l.client.PutProject(t.Context(), session.Project{Name: name, LoginURL: o.Lab.loginURL(site)})
			require.NoError(t, err)
			l.projects[site] = name
		}
	}
	l.logins.Go(l.begin)
	t.Cleanup(func() { l.stop() })
	return l
}

// stop begins no login any more, waits for those under way and returns what was seen.
func (l *load) stop() loadReport {
	l.stopOnce.Do(func() { close(l.stopping) })
	l.logins.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.report
	r.Requests, r.FailedRequests = l.balancer.seen()
	slices.Sort(r.Took)
	return r
}

// began is how many logins were begun so far.
func (l *load) began() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.report.Began
}

func (l *load) begin() {
	tick := time.NewTicker(time.Minute / time.Duration(l.o.PerMinute))
	defer tick.Stop()
	for n := 0; ; n++ {
		site := l.o.Sites[n%len(l.o.Sites)]
		l.note(func(r *loadReport) { r.Began++ })
		l.logins.Go(func() { l.logIn(site, fmt.Sprintf("load-%d", n)) })
		select {
		case <-tick.C:
		case <-l.stopping:
			return
		}
	}
}

func (l *load) note(what func(r *loadReport)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what(&l.report)
}

// logIn is one person's login, from its start to its end.
func (l *load) logIn(site, user string) {
	ctx, cancel := context.WithTimeout(context.Background(), l.o.Patience)
	defer cancel()
	began := time.Now()
	project := l.projects[site]
	id, err := l.start(ctx, project, user)
	if err != nil {
		l.note(func(r *loadReport) { r.Refused = append(r.Refused, user+": "+err.Error()) })
		return
	}
	_, err = l.client.Follow(ctx, project, id, func(ctx context.Context, q session.InfoRequest) (map[string]session.Secret, error) {
		return l.answer(ctx, site, user, q)
	})
	failed, typed := errors.AsType[*client.FailedError](err)
	took := time.Since(began)
	l.note(func(r *loadReport) {
		switch {
		case err == nil:
			r.Succeeded++
			r.Took = append(r.Took, took)
		case typed && failed.Failure != nil && failed.Failure.Code != "":
			r.Failures[string(failed.Failure.Class)+"/"+failed.Failure.Code]++
			r.Failed = append(r.Failed, id+" of "+user+" at "+site+": "+failed.Failure.Code)
		default:
			r.Lost = append(r.Lost, id+" of "+user+" at "+site+": "+err.Error())
		}
	})
}

// start begins the login. A start whose answer was lost with its connection is found by its session: it is sent again and told
// which operation is live.
func (l *load) start(ctx context.Context, project, user string) (string, error) {
	request := client.StartRequest{ID: user, Parameters: params("username", user, "password", l.o.Lab.Password())}
	id, err := l.client.Start(ctx, project, request)
	if refused, ok := errors.AsType[*client.Error](err); ok && refused.Code == client.CodeOperationLive {
		return refused.OperationID, nil
	}
	return id, err
}

// answer types the newest code, as a person who takes some time.
func (l *load) answer(ctx context.Context, site, user string, q session.InfoRequest) (map[string]session.Secret, error) {
	if q.Reason == "browser_lost" {
		l.note(func(r *loadReport) { r.AskedAnew++ })
	}
	think := time.NewTimer(l.o.Thinks)
	defer think.Stop()
	select {
	case <-think.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	code, ok := l.o.Lab.LastCode(site, user)
	if !ok || len(q.Fields) != 1 {
		return nil, fmt.Errorf("no code for %s, or an unknown question (%s)", user, q.Kind)
	}
	return params(q.Fields[0].Name, code), nil
}

// took returns how long the quickest share of the successful logins took at most: 0.5 is the median.
func (r loadReport) took(share float64) time.Duration {
	if len(r.Took) == 0 {
		return 0
	}
	return r.Took[min(int(share*float64(len(r.Took))), len(r.Took)-1)].Round(time.Millisecond)
}

// String tells the report in a few lines.
func (r loadReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d logins began: %d sessions, typed failures %v, lost %d, refused %d; %d asked anew\n",
		r.Began, r.Succeeded, r.Failures, len(r.Lost), len(r.Refused), r.AskedAnew)
	fmt.Fprintf(&b, "requests %v, of which %d failed; a login took %s (median), %s (p95), %s at most",
		r.Requests, len(r.FailedRequests), r.took(0.5), r.took(0.95), r.took(1))
	for _, lines := range [][]string{r.Failed, r.Lost, r.Refused, r.FailedRequests} {
		for _, line := range lines {
			fmt.Fprintf(&b, "\n  %s", line)
		}
	}
	return b.String()
}

// requireNothingLost requires that every login ended with its session, and that no request failed beyond what a client's retry of a
// refused or reset connection mends.
func (r loadReport) requireNothingLost(t *testing.T) {
	t.Helper()
	t.Log(r.String())
	require.Empty(t, r.Lost)
	require.Empty(t, r.Refused)
	require.Empty(t, r.FailedRequests)
	require.Equal(t, r.Began, r.Succeeded+len(r.Failed))
	require.Empty(t, r.Failed, "a login that a restart meets goes on, or begins once more")
}
