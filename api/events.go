package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const (
	// heartbeat is the pause between two comments of a stream: less than what proxies call idle.
	heartbeat = 15 * time.Second
	// reconnectAfter is when a browser's EventSource connects again after a stream that ended.
	reconnectAfter = time.Second
)

// FollowOperation streams what happens to an operation as server-sent events.
func (n *native) FollowOperation(c *gin.Context, workspaceID, operationID string, params contract.FollowOperationParams) {
	after, err := parseEventID(params.LastEventID)
	if err != nil {
		_ = c.Error(err)
		return
	}
	s := &stream{native: n, c: c, control: http.NewResponseController(c.Writer), operation: operationID}
	ref := store.Ref{Workspace: workspaceID, Operation: operationID}
	if err := n.service.Follow(c.Request.Context(), ref, after, heartbeat, s.tell); err != nil {
		_ = c.Error(err) // it has a body only while nothing was told
		return
	}
	if !s.begun {
		c.Status(http.StatusNoContent)
	}
}

// parseEventID reads the number of the last event that the caller has.
func parseEventID(text string) (int64, error) {
	if text == "" {
		return store.FromLatest, nil
	}
	after, err := strconv.ParseInt(text, 10, 64)
	if err != nil || after < 0 {
		return 0, service.NewFieldError("Last-Event-ID", "must be the id of an event of this operation, or 0 for all of them")
	}
	return after, nil
}

// stream writes events.
type stream struct {
	native    *native
	c         *gin.Context
	control   *http.ResponseController
	operation string
	begun     bool
}

// tell writes a notice, or a comment for nil, and sees to it that it is on its way.
func (s *stream) tell(n *service.Notice) error {
	if !s.begun {
		s.begin()
	}
	text := []byte(": here\n\n")
	if n != nil {
		data, err := json.Marshal(s.dataOf(n))
		if err != nil {
			return fmt.Errorf("encode an event: %w", err)
		}
		text = fmt.Appendf(nil, "event: %s\ndata: %s\n\n", n.Kind, data) // JSON has no line breaks
		if n.Number > 0 {
			text = append(fmt.Appendf(nil, "id: %d\n", n.Number), text...)
		}
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTimeout)) // not every ResponseWriter has deadlines
	if _, err := s.c.Writer.Write(text); err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	return nil
}

func (s *stream) begin() {
	s.begun = true
	h := s.c.Writer.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events until it has some kilobytes of them
	s.c.Status(http.StatusOK)
	_, _ = fmt.Fprintf(s.c.Writer, "retry: %d\n\n", reconnectAfter.Milliseconds())
}

func (s *stream) dataOf(n *service.Notice) any {
	switch n.Kind {
	case store.JournalQuestion:
		op := s.native.links.AddTo(s.c.Request, session.Operation{ID: s.operation, Question: n.Question})
		return contract.FromInfoRequest(*op.Question)
	case store.JournalEnd:
		return contract.FromOperation(n.Operation)
	case store.JournalState:
	}
	return contract.OperationStanding{
		State: contract.OperationState(n.State), Step: string(n.Step), Attempt: n.Attempt, At: contract.FromTime(n.At),
	}
}
