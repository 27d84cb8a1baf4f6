package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/anteroom/anteroom/session"
)

// OperationQuery selects operations; the zero value selects all.
type OperationQuery struct {
	Project   string
	SessionID string
	State     session.OperationState
	// Limit is the size of a page, 1 to 500; 0 for the service's default.
	Limit int
	// Cursor is what the page before gave; empty for the first page.
	Cursor string
}

func (q OperationQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"project": q.Project, "session": q.SessionID, "state": string(q.State), "cursor": q.Cursor,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return v
}

// Operations lists operations, newest first; next is the cursor of the next page, empty on the last.
func (c *Client) Operations(ctx context.Context, q OperationQuery) (page []session.Operation, next string, err error) {
	var out struct {
		Operations []session.Operation
		NextCursor string
	}
	_, err = c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("operations"), query: q.values(), into: &out})
	return out.Operations, out.NextCursor, err
}

// Operation returns one operation.
func (c *Client) Operation(ctx context.Context, id string) (session.Operation, error) {
	var out session.Operation
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.workspacePath("operations", id), into: &out})
	return out, err
}

// Cancel cancels a live operation and returns it as it then stands. An *Error with CodeOperationOver says that it had ended.
func (c *Client) Cancel(ctx context.Context, id string) (session.Operation, error) {
	var out session.Operation
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.workspacePath("operations", id, "cancel"), into: &out})
	return out, err
}
