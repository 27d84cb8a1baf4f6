package intuned

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// ListAuthSessions is all: a plain array.
func (h *Handlers) ListAuthSessions(c *gin.Context, workspaceID, projectName string) {
	sessions, err := h.service.Sessions(c.Request.Context(), scope(workspaceID, projectName))
	if err != nil {
		fail(c, err)
		return
	}
	views := make([]contract.AuthSession, 0, len(sessions)) // [], never null
	for _, s := range sessions {
		views = append(views, viewOf(s))
	}
	c.JSON(http.StatusOK, views)
}

// GetAuthSession is one, with ?wait= as a long poll.
func (h *Handlers) GetAuthSession(c *gin.Context, workspaceID, projectName, authSessionID string, params contract.GetAuthSessionParams) {
	wait, err := waitOf(c, params.Wait)
	if err != nil {
		fail(c, err)
		return
	}
	s, err := h.service.Session(c.Request.Context(), scope(workspaceID, projectName), authSessionID, wait)
	if err != nil {
		fail(c, err)
		return
	}
	c.JSON(http.StatusOK, viewOf(s))
}

// DeleteAuthSession is delete: 204 exactly.
func (h *Handlers) DeleteAuthSession(c *gin.Context, workspaceID, projectName, authSessionID string) {
	if err := h.service.DeleteSession(c.Request.Context(), scope(workspaceID, projectName), authSessionID); err != nil {
		fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

// ResetAuthSessionBreaker closes the breaker of the session's account, on behalf of a person.
func (h *Handlers) ResetAuthSessionBreaker(c *gin.Context, workspaceID, projectName, authSessionID string) {
	wasOpen, err := h.service.ResetBreaker(c.Request.Context(), scope(workspaceID, projectName), authSessionID)
	if err != nil {
		fail(c, err)
		return
	}
	c.JSON(http.StatusOK, contract.BreakerReset{WasOpen: wasOpen})
}

// GetAuthSessionStorageState returns the session itself, as Playwright's storageState. Nothing keeps a copy.
func (h *Handlers) GetAuthSessionStorageState(c *gin.Context, workspaceID, projectName, authSessionID string) {
	state, err := h.service.StorageState(c.Request.Context(), scope(workspaceID, projectName), authSessionID)
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "application/json; charset=utf-8", state)
}

// viewOf has the fields of every generation: name (0.7.0 of 2024), status (since 0.3.9), type (since 0.5).
func viewOf(s session.Session) contract.AuthSession {
	view := contract.AuthSession{ID: s.ID, Type: contract.AuthSessionTypeCREDENTIALS, Status: statusOf(s)}
	if s.Name != "" {
		view.Name = &s.Name
	}
	return view
}

// statusOf reduces a session to whether it can be used: now, soon, or only after a new start.
func statusOf(s session.Session) contract.AuthSessionStatus {
	switch {
	case s.State == session.StateReady, s.State == session.StateLocked:
		return contract.AuthSessionStatusREADY
	case service.SessionPending(s):
		return contract.AuthSessionStatusPENDING
	}
	return contract.AuthSessionStatusEXPIRED
}
