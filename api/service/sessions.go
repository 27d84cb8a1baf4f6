package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Sessions lists the sessions of a project, oldest first. Errors: BadRequest, NotFound (project).
func (s *Service) Sessions(ctx context.Context, sc Scope) ([]session.Session, error) {
	if _, err := s.project(ctx, sc); err != nil {
		return nil, err
	}
	list, err := s.store.ListSessions(ctx, sc.Workspace, sc.Project)
	if err != nil {
		return nil, s.storeError(ctx, "list the sessions", err)
	}
	return list, nil
}

// Session returns one session. While it is pending, Session waits up to wait for another state, as [Service.Result] does.
// Errors: BadRequest, NotFound.
func (s *Service) Session(ctx context.Context, sc Scope, id string, wait time.Duration) (session.Session, error) {
	if err := checkSession(sc, id); err != nil {
		return session.Session{}, err
	}
	if wait <= 0 {
		return s.session(ctx, sc, id)
	}
	changed, stop := s.store.WatchSession(sc.Workspace, sc.Project, id) // before the first read, so that no change is missed
	defer stop()
	return await(ctx, s, changed, wait, func(ctx context.Context) (session.Session, bool, error) {
		one, err := s.session(ctx, sc, id)
		return one, SessionPending(one), err
	})
}

// SessionPending reports whether s can neither be used yet nor is over.
func SessionPending(s session.Session) bool {
	return s.State == session.StateScheduled || s.State == session.StateAwaitingApproval || s.State == session.StatePending
}

func (s *Service) session(ctx context.Context, sc Scope, id string) (session.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	one, err := s.store.GetSession(ctx, sc.Workspace, sc.Project, id)
	if err != nil {
		return session.Session{}, s.sessionError(ctx, sc, id, "read the session", err)
	}
	return one, nil
}

// DeleteSession removes a session with everything secret of it and cancels its live operation. That the engine could not be told
// does not fail the call: the store has ended the operation, and its workflow ends at its next write.
// Errors: BadRequest, NotFound.
func (s *Service) DeleteSession(ctx context.Context, sc Scope, id string) error {
	if err := checkSession(sc, id); err != nil {
		return err
	}
	live, err := s.store.DeleteSession(ctx, sc.Workspace, sc.Project, id, s.now())
	if err != nil {
		return s.sessionError(ctx, sc, id, "delete the session", err)
	}
	if live != nil {
		ref := sc.ref(live.ID)
		s.tell(ctx, "cancel", ref, func(ctx context.Context) error { return s.engine.Cancel(ctx, ref) })
	}
	return nil
}

// StorageState returns the JSON of a session's proven storage state, in Playwright's format. It is a secret as a whole:
// hand it to the caller and forget it. Errors: BadRequest, NotFound (also while there is none).
func (s *Service) StorageState(ctx context.Context, sc Scope, id string) ([]byte, error) {
	if _, err := s.Session(ctx, sc, id, 0); err != nil {
		return nil, err
	}
	sealed, err := s.store.StorageState(ctx, sc.Workspace, sc.Project, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, NewError(NotFound, "storage-state-not-found", "session %q has no proven storage state yet", id)
	}
	if err != nil {
		return nil, s.storeError(ctx, "read the storage state", err)
	}
	state, err := s.sealer.Open(sealed, sc.Workspace, session.SealedStorageState, session.StorageStateID(sc.Project, id))
	if err != nil {
		return nil, NewInternalError(fmt.Errorf("open the storage state of session %s: %w", id, err))
	}
	return state, nil
}

func checkSession(sc Scope, id string) error {
	if err := checkName("projectName", sc.Project); err != nil {
		return err
	}
	return checkSessionID("authSessionId", id)
}

func (s *Service) sessionError(ctx context.Context, sc Scope, id, doing string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return s.missing(ctx, sc, "session-not-found", "auth session %q not found in project %q", id, sc.Project)
	}
	return s.storeError(ctx, doing, err)
}
