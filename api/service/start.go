package service

import (
	"context"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// OperationKey is where a handler notes, in the context of its request, which operation it started.
const OperationKey = "operation"

// StartInput says what to log in.
type StartInput struct {
	Scope
	// SessionID is the caller's choice; a random UUID when nil.
	SessionID *string
	// Name is a display name; nil leaves an existing one.
	Name *string
	// Parameters are what the account logs in with.
	Parameters map[string]session.Secret
	// Proxy is the proxy of this login; zero for none.
	Proxy session.Secret
	// RequestKey names the request, for a caller who may repeat it; empty for none.
	RequestKey string
}

// StartCreate promises a login and starts it. The operation and its sealed secrets are committed before the engine is
// told; a start that the engine did not hear is repeated by the reconciler until the operation's StartDeadline.
// Errors: BadRequest, NotFound (project), Conflict naming the live operation of the session or of the account, or the breaker that
// refuses these credentials; Unprocessable for a RequestKey that named another request. A repeat of a named request returns the
// operation of the first one, of which nothing but the ID may be left.
func (s *Service) StartCreate(ctx context.Context, in StartInput) (session.Operation, error) {
	request, err := s.startRequest(in)
	if err != nil {
		return session.Operation{}, err
	}
	id, err := s.made(ctx, in.Workspace, request)
	switch {
	case err != nil:
		return session.Operation{}, err
	case id != "":
		return s.startedBefore(ctx, in.ref(id))
	}
	return s.start(ctx, in, request)
}

// start is StartCreate for a request that was not made before.
func (s *Service) start(ctx context.Context, in StartInput, request store.Request) (session.Operation, error) {
	if err := in.check(); err != nil {
		return session.Operation{}, err
	}
	if err := s.checkStart(ctx, in); err != nil {
		return session.Operation{}, err
	}
	op, err := s.promise(ctx, in, request)
	if made, ok := errors.AsType[*store.RequestMadeError](err); ok { // by somebody else, at the same time
		return s.startedBefore(ctx, in.ref(made.OperationID))
	}
	if err != nil {
		return session.Operation{}, err
	}
	if op.Place > 0 { // it queues: who admits it starts it
		return op, nil
	}
	s.tell(ctx, "start", in.ref(op.ID), func(ctx context.Context) error { return s.engine.Start(ctx, op) })
	return op, nil
}

// checkStart asks whether the project is there, and whether the proxy answers.
func (s *Service) checkStart(ctx context.Context, in StartInput) error {
	reading, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if _, err := s.project(reading, in.Scope); err != nil {
		return err
	}
	return s.checkProxyOf(ctx, in.Proxy)
}

// promise commits the operation.
func (s *Service) promise(ctx context.Context, in StartInput, request store.Request) (session.Operation, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	n, err := s.newOperation(in)
	if err != nil {
		return session.Operation{}, err
	}
	n.Request = request
	op, err := s.store.CreateOperation(ctx, n)
	if err != nil {
		return session.Operation{}, s.createError(ctx, in.Scope, n.Operation.SessionID, err)
	}
	return op, nil
}

func (in *StartInput) check() error {
	if in.SessionID != nil {
		if err := checkSessionID("id", *in.SessionID); err != nil {
			return err
		}
	}
	if in.Name != nil {
		if err := checkDisplayName(*in.Name); err != nil {
			return err
		}
	}
	return checkParameters(in.Parameters)
}

func checkDisplayName(name string) error {
	switch {
	case utf8.RuneCountInString(name) > session.MaxNameLength:
		return NewFieldError("authSessionDisplayName", "has %d characters; it may have %d", utf8.RuneCountInString(name), session.MaxNameLength)
	case hasControl(name):
		return NewFieldError("authSessionDisplayName", "holds a control character; use plain text")
	}
	return nil
}

func hasControl(s string) bool {
	for _, r := range s {
		if unicode.IsControl(r) {
			return true
		}
	}
	return false
}

func (s *Service) newOperation(in StartInput) (store.NewOperation, error) {
	now := s.now()
	op := session.Operation{
		ID: session.NewID(session.OperationPrefix), Workspace: in.Workspace, Project: in.Project,
		Kind: session.OperationCreate, State: session.OperationQueued,
		AccountKey:    session.AccountKey(s.sealer, in.Workspace, in.Project, in.Parameters),
		CredentialKey: session.CredentialKey(s.sealer, in.Workspace, in.Project, in.Parameters),
		CreatedAt:     now, UpdatedAt: now, StartDeadline: now.Add(s.startDeadline),
	}
	if in.SessionID != nil {
		op.SessionID = *in.SessionID
	} else {
		id, err := uuid.NewRandom()
		if err != nil {
			return store.NewOperation{}, NewInternalError(fmt.Errorf("make a session id: %w", err))
		}
		op.SessionID = id.String()
	}
	secrets, err := s.sealSecrets(in, op.ID)
	return store.NewOperation{Operation: op, SessionName: in.Name, Secrets: secrets}, err
}

func (s *Service) sealSecrets(in StartInput, operationID string) ([]store.SealedSecret, error) {
	parameters, err := s.sealValues(in.Parameters, in.Workspace, session.SealedParameters, operationID)
	if err != nil {
		return nil, err
	}
	secrets := []store.SealedSecret{{Name: session.SecretParameters, Value: parameters}}
	if in.Proxy.IsZero() {
		return secrets, nil
	}
	proxy, err := s.seal([]byte(in.Proxy.Reveal()), in.Workspace, session.SealedProxy, operationID)
	if err != nil {
		return nil, err
	}
	return append(secrets, store.SealedSecret{Name: session.SecretProxy, Value: proxy}), nil
}

func (s *Service) createError(ctx context.Context, sc Scope, sessionID string, err error) error {
	var (
		live *store.OperationLiveError
		busy *store.AccountBusyError
		open *store.BreakerOpenError
	)
	switch {
	case errors.As(err, new(*store.RequestMadeError)):
		return err
	case errors.Is(err, store.ErrRequestDiffers):
		return requestDiffers()
	case errors.As(err, &busy):
		return busyError(busy)
	case errors.As(err, &open):
		return breakerError(open)
	case errors.As(err, &live):
		f := NewError(Conflict, "operation-live",
			"operation %s of session %q is still live; wait for its result, cancel it or delete the session", live.OperationID, sessionID)
		f.OperationID = live.OperationID
		return f
	case errors.Is(err, store.ErrNotFound):
		return NewError(NotFound, "project-not-found", "project %q not found in workspace %q", sc.Project, sc.Workspace)
	}
	return s.storeError(ctx, "create the operation", err)
}
