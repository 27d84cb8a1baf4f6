package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/api"
	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// event is one server-sent event.
type event struct {
	id, name string
	data     map[string]any
}

// told is what an event says, in short.
func (e event) told() string {
	switch e.name {
	case "state":
		return strings.TrimSpace(e.id + " state " + e.data["state"].(string))
	case "question":
		return e.id + " question " + e.data["id"].(string)
	}
	return e.id + " " + e.name + " " + e.data["state"].(string)
}

// follower reads a stream.
type follower struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Scanner
	leave    context.CancelFunc
}

func follow(t *testing.T, f *apitest.Fixture, operation, lastEventID string) *follower {
	t.Helper()
	ctx, leave := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(leave)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL+operationsPath+"/"+operation+"/events", nil)
	require.NoError(t, err)
	req.Header.Set("X-Api-Key", apitest.Key)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	response, err := f.Transport.RoundTrip(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return &follower{t: t, response: response, lines: bufio.NewScanner(response.Body), leave: leave}
}

// next returns the next event; false at the end of the stream.
func (r *follower) next() (event, bool) {
	r.t.Helper()
	var e event
	for r.lines.Scan() {
		name, value, _ := strings.Cut(r.lines.Text(), ": ")
		switch {
		case name == "id":
			e.id = value
		case name == "event":
			e.name = value
		case name == "data":
			require.NoError(r.t, json.Unmarshal([]byte(value), &e.data))
		case name == "" && e.name != "":
			return e, true
		}
	}
	return e, false
}

// tells reads the next events.
func (r *follower) tells(want ...string) {
	r.t.Helper()
	for _, w := range want {
		e, ok := r.next()
		require.True(r.t, ok, "the stream ended before %q", w)
		require.Equal(r.t, w, e.told())
	}
}

func (r *follower) ends() {
	r.t.Helper()
	e, ok := r.next()
	require.False(r.t, ok, "%+v", e)
}

const operationsPath = "/api/v1/workspace/" + apitest.Workspace + "/operations"

func TestEvents_OfALogin_TellStatesQuestionsAndTheEnd(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, map[string]any{"id": "a"})
	r := follow(t, f, id, "")
	require.Equal(t, http.StatusOK, r.response.StatusCode)
	require.Equal(t, "text/event-stream; charset=utf-8", r.response.Header.Get("Content-Type"))
	require.Equal(t, "no", r.response.Header.Get("X-Accel-Buffering"))
	require.Equal(t, "no-store", r.response.Header.Get("Cache-Control"))
	r.tells("1 state queued")
	f.Begin(id)
	r.tells("2 state running")
	question := f.Ask(id, apitest.CodeQuestion(1))
	r.tells("3 state waiting")
	e, ok := r.next()
	require.True(t, ok)
	require.Equal(t, "4 question "+question, e.told())
	require.Equal(t, "code", e.data["kind"])
	require.NotEmpty(t, e.data["expiresAt"])
	answer := f.Call(t, http.MethodPost, apitest.Sessions+"/create/"+id+"/resume", map[string]any{"info_request_id": question, "input": "123456"})
	require.Equal(t, http.StatusAccepted, answer.Status, answer.Body)
	r.tells("5 state running")
	f.Succeed(id, "a", `{"cookies":[],"origins":[]}`)
	r.tells("6 state succeeded")
	e, ok = r.next()
	require.True(t, ok)
	require.Equal(t, "7 end succeeded", e.told())
	require.Equal(t, "a", e.data["sessionId"])
	require.Equal(t, true, e.data["verdict"].(map[string]any)["proven"])
	r.ends()
}

func TestEvents_WithLastEventID_GoOnWithoutLossOrRepeat(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	question := f.Ask(id, apitest.CodeQuestion(1))
	f.GoOn(id)
	f.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	all := []string{
		"1 state queued", "2 state running", "3 state waiting", "4 question " + question, "5 state running", "6 state failed", "7 end failed",
	}
	for last := range all {
		r := follow(t, f, id, strconv.Itoa(last))
		r.tells(all[last:]...)
		r.ends()
	}
	r := follow(t, f, id, "")
	r.tells("6 state failed", "7 end failed")
	r.ends()
	for _, done := range []string{"7", "99"} {
		r := follow(t, f, id, done)
		require.Equal(t, http.StatusNoContent, r.response.StatusCode)
	}
}

func TestEvents_WhenConnectionsBreak_TellEachChangeOnce(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	f.Begin(id)
	const questions = 30
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for n := range questions {
			f.Ask(id, apitest.CodeQuestion(n+1))
			f.GoOn(id)
		}
		f.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	}()
	last, seen, over := 0, 0, false
	for !over {
		r := follow(t, f, id, strconv.Itoa(last))
		for range 4 { // then the connection breaks
			e, ok := r.next()
			if !ok {
				break
			}
			number, err := strconv.Atoi(e.id)
			require.NoError(t, err)
			require.Equal(t, last+1, number)
			last = number
			if e.name == "question" {
				seen++
			}
			over = e.name == "end"
		}
		r.leave()
	}
	<-asked
	require.Equal(t, questions, seen)
}

func TestEvents_OfAWaitingLogin_BeginWithItsQuestion(t *testing.T) {
	t.Parallel()
	stopping := make(chan struct{})
	f := apitest.New(t, func(d *api.Deps) { d.Stopping = stopping })
	id := f.Start(t, nil)
	question := f.Ask(id, apitest.CodeQuestion(1))
	r := follow(t, f, id, "")
	r.tells("3 state waiting", "4 question "+question)
	caughtUp := follow(t, f, id, "4")
	require.Equal(t, http.StatusOK, caughtUp.response.StatusCode, "the headers do not wait for an event")
	close(stopping)
	r.ends()
	caughtUp.ends()
}

func TestEvents_OfAnOperationWithoutAJournal_TellHowItStands(t *testing.T) {
	t.Parallel()
	journal := &forgetful{}
	f := apitest.New(t, func(d *api.Deps) { journal.Store, d.Store = d.Store, journal })
	id := f.Start(t, nil)
	question := f.Ask(id, apitest.CodeQuestion(1))
	r := follow(t, f, id, "")
	r.tells("state waiting", " question "+question)
	f.GoOn(id)
	f.Fail(id, session.NewFailure(session.FailureSite, "x", "y"))
	r.leave()
	r = follow(t, f, id, "")
	r.tells("state failed", " end failed")
	r.ends()
}

// forgetful is a store with no journal: that of a version before.
type forgetful struct{ api.Store }

func (*forgetful) Journal(context.Context, store.Ref, int64) ([]store.JournalEntry, error) {
	return nil, nil
}

func TestEvents_OfWhatIsNotThere_AreAProblem(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	r := f.Call(t, http.MethodGet, operationsPath+"/op_nobody/events", nil)
	require.Equal(t, http.StatusNotFound, r.Status)
	require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	id := f.Start(t, nil)
	for _, last := range []string{"-1", "x", "1.5"} {
		r = f.Call(t, http.MethodGet, operationsPath+"/"+id+"/events", nil, apitest.Header{"Last-Event-ID", last})
		require.Equal(t, http.StatusBadRequest, r.Status, last)
		require.Equal(t, "Last-Event-ID", r.JSON(t)["field"])
	}
	r = f.Call(t, http.MethodGet, "/api/v1/workspace/"+apitest.OtherWorkspace+"/operations/"+id+"/events", nil, apitest.Header{"X-Api-Key", apitest.OtherKey})
	require.Equal(t, http.StatusNotFound, r.Status)
	r = f.Call(t, http.MethodGet, operationsPath+"/"+id+"/events", nil, apitest.Header{"X-Api-Key", ""})
	require.Equal(t, http.StatusUnauthorized, r.Status)
}

func TestEvents_ShowThatTheyAreThere(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	r := follow(t, f, id, "1")
	begin := make([]byte, len("retry: 1000\n\n: here\n\n"))
	_, err := io.ReadFull(r.response.Body, begin)
	require.NoError(t, err)
	require.Equal(t, "retry: 1000\n\n: here\n\n", string(begin))
}
