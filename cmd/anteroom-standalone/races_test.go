//go:build temporal

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/activities"
	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
	"github.com/anteroom/anteroom/worker/fakepages"
)

// Two different answers to one question race each other, and some of them its expiry: on the real API (two of them), store, workflow
// and Temporal server; only the page is played.

var races = flag.Int("races", 500, "how many races TestRaces_OfTwoAnswers runs")

const (
	raceKey = "key-of-the-races"
	// racers is how many races run at the same time.
	racers = 32
	// patient and brief are the projects of the races: one whose questions wait long, one whose questions expire under the answers.
	patient, brief = "patient", "brief"
	briefWait      = time.Second
	// everyBrief is how often a race is against the expiry, too.
	everyBrief = 10
	raceLimit  = time.Minute
)

// arena is what the races run on.
type arena struct {
	t    *testing.T
	db   store.Store
	apis [2]string
	http *http.Client

	mu sync.Mutex
	// took are the answers that were taken up, by operation.
	took map[string][]string
}

func newArena(t *testing.T) *arena {
	t.Helper()
	c := connect(t)
	quiet := slog.New(slog.DiscardHandler)
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), quiet)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	a := &arena{t: t, db: db, took: map[string][]string{}}
	a.fill()
	sealer := &apitest.Sealer{}
	dispatcher := &worker.Dispatcher{Client: c, Patience: 10 * time.Minute}
	for i := range a.apis {
		handler, err := api.New(api.Deps{Store: db, Sealer: sealer, Engine: dispatcher, Logger: quiet})
		require.NoError(t, err)
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		a.apis[i] = server.URL
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 4 * racers}
	t.Cleanup(transport.CloseIdleConnections)
	a.http = &http.Client{Transport: transport, Timeout: raceLimit}

	workers := &worker.Workers{Client: c, Records: &activities.Records{Store: db, IDs: sealer, Now: time.Now}, Drain: time.Second}
	stop, err := workers.PollWorkflows()
	require.NoError(t, err)
	t.Cleanup(stop)
	fake := &fakepages.Fake{Store: db, Took: a.take(sealer)}
	stop, err = fake.Poll(c)
	require.NoError(t, err)
	t.Cleanup(stop)
	a.background(func(ctx context.Context) { _ = fake.Offer(ctx, db, 2*racers) })
	r := &worker.Reconciler{Store: db, Workflows: dispatcher, Now: time.Now, Logger: quiet}
	a.background(r.Run)
	m := &worker.Admitter{
		Store: db, Offers: func(context.Context) ([]store.Offer, error) { return nil, nil }, Start: dispatcher.Start, Now: time.Now, Logger: quiet,
	}
	a.background(m.Run)
	return a
}

func (a *arena) fill() {
	ctx, now := a.t.Context(), time.Now()
	_, err := a.db.CreateWorkspace(ctx, "default", now)
	require.NoError(a.t, err)
	hash := sha256.Sum256([]byte(raceKey))
	require.NoError(a.t, a.db.CreateAPIKey(ctx, store.APIKey{ID: "key_races", Workspace: "default", Hash: hash[:], CreatedAt: now}))
	for name, wait := range map[string]time.Duration{patient: 10 * time.Minute, brief: briefWait} {
		p := session.Project{Workspace: "default", Name: name, LoginURL: "http://127.0.0.1:1/login", OTP: session.OTPSettings{Wait: wait.String()}}
		_, _, err := a.db.PutProject(ctx, p, now)
		require.NoError(a.t, err)
	}
}

// background runs until the test ends.
func (a *arena) background(run func(ctx context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	a.t.Cleanup(func() { stop(); running.Wait() })
}

// take notes what the workflow took up, as it reads it.
func (a *arena) take(sealer *apitest.Sealer) func(ctx context.Context, ref store.Ref, question string) error {
	return func(ctx context.Context, ref store.Ref, question string) error {
		sealed, err := a.db.AnswerInput(ctx, ref, question)
		if err != nil {
			return err
		}
		plain, err := sealer.Open(sealed, ref.Workspace, session.SealedAnswer, question)
		if err != nil {
			return err
		}
		var values struct{ Code string }
		if err := json.Unmarshal(plain, &values); err != nil {
			return err
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.took[ref.Operation] = append(a.took[ref.Operation], values.Code)
		return nil
	}
}

// call sends a request to one of the two APIs and decodes its answer.
func (a *arena) call(at int, method, path string, body any) (status int, answer map[string]any, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.apis[at]+"/api/v1/workspace/default/"+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("X-Api-Key", raceKey)
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, answer, json.NewDecoder(resp.Body).Decode(&answer)
}

// race is one login whose question two callers answer at the same time.
type race struct {
	*arena

	number  int
	project string
	// path is that of the operation below auth-sessions, question the question's id.
	operation, path, question string
}

// ending says how a race ended.
type ending struct {
	// accepted is the answer that was accepted; empty where the question expired.
	accepted string
}

// run runs a race and returns an error where it did not end as every race must.
func (r *race) run() (ending, error) {
	expires, err := r.ask()
	if err != nil {
		return ending{}, err
	}
	answers := [2]string{fmt.Sprintf("%06d", r.number), fmt.Sprintf("%06d", 500_000+r.number)}
	accepted, err := r.answerBoth(answers, expires)
	if err != nil {
		return ending{}, err
	}
	return ending{accepted}, r.check(accepted)
}

// ask starts the login and waits for its question.
func (r *race) ask() (expires time.Time, err error) {
	sessions := "projects/" + r.project + "/auth-sessions"
	name := fmt.Sprintf("race-%d", r.number)
	status, body, err := r.call(r.number%2, http.MethodPost, sessions+"/create", map[string]any{"id": name, "parameters": map[string]any{"username": name}})
	if err != nil || status != http.StatusCreated {
		return expires, fmt.Errorf("start: %d %v: %w", status, body, err)
	}
	r.operation, _ = body["operationId"].(string)
	r.path = sessions + "/create/" + r.operation
	for body["status"] != "requested_more_info" {
		if status, body, err = r.call(r.number%2, http.MethodGet, r.path+"/result?wait=30s", nil); err != nil || status != http.StatusOK {
			return expires, fmt.Errorf("result: %d %v: %w", status, body, err)
		}
		if body["status"] == "failed" {
			return expires, fmt.Errorf("the login failed before it was answered: %v", body)
		}
	}
	r.question, _ = body["id"].(string)
	details, _ := body["details"].(map[string]any)
	asked, _ := details["infoRequest"].(map[string]any)
	text, _ := asked["expiresAt"].(string)
	return time.Parse(time.RFC3339, text)
}

// answerBoth sends both answers, to one API each, about when the question expires where it is brief. It returns the one that was
// accepted.
func (r *race) answerBoth(answers [2]string, expires time.Time) (accepted string, err error) {
	if r.project == brief {
		wait(r.t.Context(), time.Until(expires)+time.Duration(rand.IntN(16)-12)*time.Millisecond)
	}
	var statuses [2]int
	var reasons [2]any
	var errs [2]error
	var both sync.WaitGroup
	for i, answer := range answers {
		both.Go(func() {
			if i == r.number/2%2 && r.number%3 > 0 { // otherwise nobody is given a start
				wait(r.t.Context(), time.Duration(rand.IntN(2000))*time.Microsecond)
			}
			var body map[string]any
			statuses[i], body, errs[i] = r.call((i+r.number)%2, http.MethodPost, r.path+"/resume", map[string]any{"info_request_id": r.question, "input": answer})
			if details, ok := body["details"].(map[string]any); ok {
				reasons[i] = details["reason"]
			}
		})
	}
	both.Wait()
	for i, status := range statuses {
		switch {
		case errs[i] != nil:
			return "", fmt.Errorf("answer: %w", errs[i])
		case status == http.StatusAccepted && accepted != "":
			return "", errors.New("both answers were accepted")
		case status == http.StatusAccepted:
			accepted = answers[i]
		case status != http.StatusBadRequest || (reasons[i] != "question-stale" && (r.project != brief || reasons[i] != "operation-over")):
			return "", fmt.Errorf("the answer that lost was told %d %v", status, reasons[i])
		}
	}
	if accepted == "" && r.project != brief {
		return "", fmt.Errorf("no answer was accepted: %v", reasons)
	}
	return accepted, nil
}

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// check requires that the login ended with the accepted answer and no other; or unanswered, where none was.
func (r *race) check(accepted string) error {
	want := "failed"
	if accepted != "" {
		want = "done"
	}
	body := map[string]any{}
	for body["status"] != "done" && body["status"] != "failed" {
		var err error
		if _, body, err = r.call(0, http.MethodGet, r.path+"/result?wait=30s", nil); err != nil {
			return fmt.Errorf("result: %w", err)
		}
	}
	r.mu.Lock()
	took := r.took[r.operation]
	r.mu.Unlock()
	if body["status"] != want || (len(took) == 0) != (accepted == "") {
		return fmt.Errorf("%q was accepted, %q taken up, and the login ended %v", accepted, took, body)
	}
	for _, code := range took { // an activity may run more than once
		if code != accepted {
			return fmt.Errorf("%q was accepted, and %q taken up", accepted, code)
		}
	}
	return nil
}

func TestRaces_OfTwoAnswers_AcceptExactlyOneEachTime(t *testing.T) {
	a := newArena(t)
	numbers := make(chan int)
	var mu sync.Mutex
	var faults []string
	count := map[string]int{}
	began := time.Now()
	var running sync.WaitGroup
	for range racers {
		running.Go(func() {
			for n := range numbers {
				r := &race{arena: a, number: n, project: patient}
				if n%everyBrief == 0 {
					r.project = brief
				}
				end, err := r.run()
				mu.Lock()
				if err != nil {
					faults = append(faults, fmt.Sprintf("race %d (%s): %v", n, r.operation, err))
				}
				switch {
				case end.accepted == "":
					count["expired"]++
				case end.accepted < "500000":
					count["first"]++
				default:
					count["second"]++
				}
				mu.Unlock()
			}
		})
	}
	for n := range *races {
		numbers <- n
		if (n+1)%1000 == 0 {
			t.Logf("%d races begun after %s", n+1, time.Since(began).Round(time.Second))
		}
	}
	close(numbers)
	running.Wait()
	t.Logf("%d races in %s: %v", *races, time.Since(began).Round(time.Second), count)
	require.Empty(t, faults)
	require.Positive(t, count["first"])
	require.Positive(t, count["second"])
}
