package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// ListOperations lists operations, newest first, a page at a time.
func (n *native) ListOperations(c *gin.Context, workspaceID string, params contract.ListOperationsParams) {
	q := store.OperationQuery{
		Workspace: workspaceID, Project: params.Project, SessionID: params.Session,
		State: session.OperationState(params.State), Cursor: params.Cursor,
	}
	if params.Limit != nil {
		if *params.Limit < 1 { // 0 would mean the default
			_ = c.Error(service.NewFieldError("limit", "is %d; it may be 1 to %d", *params.Limit, service.MaxListed))
			return
		}
		q.Limit = *params.Limit
	}
	page, next, err := n.service.Operations(c.Request.Context(), q)
	if err != nil {
		_ = c.Error(err)
		return
	}
	list := contract.OperationList{Operations: make([]contract.Operation, 0, len(page)), NextCursor: next}
	for _, op := range page {
		list.Operations = append(list.Operations, contract.FromOperation(n.links.AddTo(c.Request, op)))
	}
	c.JSON(http.StatusOK, list)
}

// GetOperation returns one operation.
func (n *native) GetOperation(c *gin.Context, workspaceID, operationID string) {
	op, err := n.service.Operation(c.Request.Context(), store.Ref{Workspace: workspaceID, Operation: operationID})
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.JSON(http.StatusOK, contract.FromOperation(n.links.AddTo(c.Request, op)))
}

// CancelOperation cancels a live operation: 202 with the operation as it then stands.
func (n *native) CancelOperation(c *gin.Context, workspaceID, operationID string) {
	op, err := n.service.Cancel(c.Request.Context(), store.Ref{Workspace: workspaceID, Operation: operationID})
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.JSON(http.StatusAccepted, contract.FromOperation(n.links.AddTo(c.Request, op)))
}
