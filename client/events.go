package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/anteroom/anteroom/session"
)

// EventKind is what an event tells.
type EventKind string

// The kinds of events.
const (
	// EventState: the operation's state, step or attempt changed.
	EventState EventKind = "state"
	// EventQuestion: it asks something.
	EventQuestion EventKind = "question"
	// EventEnd: it is over; nothing follows.
	EventEnd EventKind = "end"
)

// Event is what happened to an operation.
type Event struct {
	// ID is what Events takes to go on after this event; empty for an event that is not counted.
	ID   string
	Kind EventKind
	// State, Step, Attempt and At are set for EventState.
	State   session.OperationState
	Step    session.Step
	Attempt int
	At      time.Time
	// Question is set for EventQuestion.
	Question *session.InfoRequest
	// Operation is set for EventEnd.
	Operation *session.Operation
}

const (
	// quiet is how long a stream may be silent before it is taken for dead: the service writes something every 15 s.
	quiet = 45 * time.Second
	// maxEvent bounds an event.
	maxEvent = 1 << 20
)

var errQuiet = errors.New("the stream of events is silent")

// Events follows an operation until its end: from the event after the one with this ID ("0" for all of them), or from how it
// stands when after is empty. A connection that breaks is made again, for up to 30 s at a time, and no event is lost or comes
// twice. An error ends the sequence.
func (c *Client) Events(ctx context.Context, operationID, after string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f := &following{client: c, operation: operationID, last: after, yield: yield}
		for !f.over {
			err := repeat(ctx, restartPatience, patient, func(bool) error { return f.stream(ctx) })
			if f.over {
				return
			}
			if err == nil {
				err = pause(ctx, pollPause) // the service ended the stream
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
		}
	}
}

// following is one call of Events.
type following struct {
	client    *Client
	operation string
	last      string
	yield     func(Event, error) bool
	// over is true after the end, and once the caller wants no more.
	over bool
}

// stream makes one connection and tells what it brings; nil at its end, however that came, once it was there.
func (f *following) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(quiet, func() { cancel(errQuiet) })
	defer silence.Stop()
	req, err := f.client.request(ctx, call{method: http.MethodGet, path: f.client.workspacePath("operations", f.operation, "events")})
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/event-stream")
	if f.last != "" {
		req.Header.Set("Last-Event-ID", f.last)
	}
	resp, err := f.client.http.Do(req)
	if err != nil {
		return fmt.Errorf("follow operation %s: %w", f.operation, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusNoContent:
		f.over = true
		return nil
	case http.StatusOK:
		return f.read(resp.Body, func() { silence.Reset(quiet) })
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxEvent))
	return errorOf(resp, body)
}

// read tells the events of a stream. That the stream breaks off is no error: it is made again.
func (f *following) read(stream io.Reader, alive func()) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, maxEvent)
	var id, kind string
	var data []byte
	for !f.over && lines.Scan() {
		alive()
		name, value, _ := bytes.Cut(lines.Bytes(), []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			id = string(value)
		case "event":
			kind = string(value)
		case "data":
			data = bytes.Clone(value)
		case "":
			if len(lines.Bytes()) > 0 || data == nil { // a comment, or the end of what has no data
				continue
			}
			if err := f.tell(id, EventKind(kind), data); err != nil {
				return err
			}
			id, kind, data = "", "", nil
		}
	}
	return nil
}

func (f *following) tell(id string, kind EventKind, data []byte) error {
	e := Event{ID: id, Kind: kind}
	var into any
	switch kind {
	case EventState:
		into = &e
	case EventQuestion:
		e.Question = &session.InfoRequest{}
		into = e.Question
	case EventEnd:
		e.Operation = &session.Operation{}
		into = e.Operation
	default: // of a newer service
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("follow operation %s: an event is not the JSON that was expected", f.operation)
	}
	if id != "" {
		f.last = id
	}
	e.ID, e.Kind = id, kind
	f.over = !f.yield(e, nil) || kind == EventEnd
	return nil
}
