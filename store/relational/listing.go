package relational

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Page sizes of ListOperations, as store.OperationQuery states them.
const (
	defaultPage = 50
	maxPage     = 500
)

// ListOperations lists newest first; store.ErrBadCursor for a cursor that no page gave. See store.Operations.
func (d *DB) ListOperations(ctx context.Context, q store.OperationQuery) (page []session.Operation, next string, err error) {
	where, args, err := operationFilter(q)
	if err != nil {
		return nil, "", fmt.Errorf("list operations: %w", err)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	args = append(args, limit+1) // one more tells whether there is a next page
	page, err = list(ctx, d.database, operationRow,
		"SELECT "+operationColumns+" FROM operations WHERE "+where+" ORDER BY created_at DESC, id DESC LIMIT "+parameter(len(args)), args...)
	if err != nil {
		return nil, "", fmt.Errorf("list operations: %w", err)
	}
	if len(page) <= limit {
		return page, "", nil
	}
	page = page[:limit]
	return page, cursorAfter(page[limit-1]), nil
}

// operationFilter builds the condition from the fields that are set, so that each combination finds its index.
func operationFilter(q store.OperationQuery) (where string, args []any, err error) {
	conditions := []string{"workspace = ?1"}
	args = []any{q.Workspace}
	for _, f := range []struct{ column, value string }{
		{"project", q.Project}, {"session_id", q.SessionID}, {"state", string(q.State)},
	} {
		if f.value != "" {
			args = append(args, f.value)
			conditions = append(conditions, f.column+" = "+parameter(len(args)))
		}
	}
	if q.Cursor != "" {
		created, id, err := readCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		args = append(args, created, id)
		conditions = append(conditions, "(created_at, id) < ("+parameter(len(args)-1)+", "+parameter(len(args))+")")
	}
	return strings.Join(conditions, " AND "), args, nil
}

// cursorAfter names the place after op in the order of the list.
func cursorAfter(op session.Operation) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at(op.CreatedAt), 10) + ":" + op.ID))
}

func readCursor(cursor string) (created int64, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, "", store.ErrBadCursor
	}
	ms, id, found := strings.Cut(string(raw), ":")
	created, err = strconv.ParseInt(ms, 10, 64)
	if err != nil || !found {
		return 0, "", store.ErrBadCursor
	}
	return created, id, nil
}

// parameter names the n-th argument of a query, from 1.
func parameter(n int) string { return "?" + strconv.Itoa(n) }
