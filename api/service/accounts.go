package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Reasons for which an account refuses a start.
const (
	ReasonAccountBusy = "account-busy"
	ReasonBreakerOpen = "breaker-open"
)

func busyError(busy *store.AccountBusyError) *Error {
	f := NewError(Conflict, ReasonAccountBusy,
		"operation %s of session %q is logging in with the same account; wait for its result or cancel it", busy.OperationID, busy.SessionID)
	f.OperationID, f.SessionID = busy.OperationID, busy.SessionID
	return f
}

// breakerError says what a person can do: the site has refused these credentials, and trying again may lock the account.
func breakerError(open *store.BreakerOpenError) *Error {
	why := "the site refused these credentials"
	if open.Class == session.FailureLockout {
		why = "the site has locked the account or slows it down"
	}
	until := "change them"
	if !open.Until.IsZero() {
		until = "wait until " + open.Until.UTC().Format(time.RFC3339) + ", change them"
	}
	by := ""
	if open.OperationID != "" {
		by = fmt.Sprintf(" (operation %s)", open.OperationID)
	}
	f := NewError(Conflict, ReasonBreakerOpen, "%s at %s%s; %s, or, when that was a mistake, reset the breaker of session %q",
		why, open.Since.UTC().Format(time.RFC3339), by, until, open.SessionID)
	f.OperationID, f.SessionID, f.Breaker = open.OperationID, open.SessionID, open
	return f
}

// ResetBreaker closes the breakers of the account that the session's last login used, on behalf of a person; wasOpen tells
// whether one was open. It works for a session that was deleted, too: its operations stay, and so does the breaker.
// Errors: BadRequest, NotFound.
func (s *Service) ResetBreaker(ctx context.Context, sc Scope, sessionID string) (wasOpen bool, err error) {
	if err := checkSession(sc, sessionID); err != nil {
		return false, err
	}
	account, err := s.accountOf(ctx, sc, sessionID)
	if err != nil || account == "" {
		return false, err
	}
	wasOpen, err = s.store.ResetBreaker(ctx, sc.Workspace, account, s.now())
	if err != nil {
		return false, s.storeError(ctx, "reset the breaker", err)
	}
	return wasOpen, nil
}

// accountOf returns the account key of the session's last login that had one; "" where none of the latest had.
func (s *Service) accountOf(ctx context.Context, sc Scope, sessionID string) (string, error) {
	page, _, err := s.store.ListOperations(ctx, store.OperationQuery{Workspace: sc.Workspace, Project: sc.Project, SessionID: sessionID})
	if err != nil {
		return "", s.storeError(ctx, "list the session's operations", err)
	}
	for _, op := range page {
		if op.AccountKey != "" {
			return op.AccountKey, nil
		}
	}
	if len(page) > 0 {
		return "", nil
	}
	_, err = s.store.GetSession(ctx, sc.Workspace, sc.Project, sessionID)
	if err != nil {
		return "", s.sessionError(ctx, sc, sessionID, "read the session", err)
	}
	return "", nil
}

// Artefacts lists what an operation left for people, oldest first, without the data. Errors: NotFound (operation).
func (s *Service) Artefacts(ctx context.Context, ref store.Ref) ([]store.Artefact, error) {
	if _, err := s.Operation(ctx, ref); err != nil {
		return nil, err
	}
	list, err := s.store.ListArtefacts(ctx, ref)
	if err != nil {
		return nil, s.storeError(ctx, "list the artefacts", err)
	}
	return list, nil
}

// Artefact returns one of them and its bytes. Errors: NotFound (operation, artefact).
func (s *Service) Artefact(ctx context.Context, ref store.Ref, name string) (mediaType string, data []byte, err error) {
	if _, err := s.Operation(ctx, ref); err != nil {
		return "", nil, err
	}
	found, err := s.store.GetArtefact(ctx, ref, name)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil, NewError(NotFound, "artefact-not-found", "operation %q has no such artefact; list them to see their names", ref.Operation)
	}
	if err != nil {
		return "", nil, s.storeError(ctx, "read the artefact", err)
	}
	data, err = s.sealer.Open(found.Data, ref.Workspace, session.SealedArtefact, session.ArtefactID(ref.Operation, name))
	if err != nil {
		return "", nil, NewInternalError(fmt.Errorf("open an artefact of operation %s: %w", ref.Operation, err))
	}
	return found.MediaType, data, nil
}
