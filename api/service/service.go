package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Bounds of what a call waits for.
const (
	// engineTimeout bounds a call of the engine. The store has what was promised, and the reconciler tells the engine after two
	// seconds, so that callers need not wait longer for an engine that is away.
	engineTimeout = time.Second
	// pingTimeout bounds the question whether the store is there at all.
	pingTimeout = time.Second
	// storeTimeout bounds the wait for the store where a request as a whole may take longer: for a proxy, for something to tell.
	storeTimeout = 4 * time.Second
)

// MaxProxyCheck bounds the check of a caller's proxy.
const MaxProxyCheck = 10 * time.Second

// DefaultStartDeadline is how long the reconciler may try to start an operation, unless Deps say otherwise.
const DefaultStartDeadline = 10 * time.Minute

// Engine drives operations. It is told after the store has committed what was promised; its errors are logged and no
// more, because the reconciler repeats all three. All methods are harmless when repeated.
type Engine interface {
	// Start starts the operation's workflow.
	Start(ctx context.Context, op session.Operation) error
	// Resume tells the workflow that the question was answered.
	Resume(ctx context.Context, ref store.Ref, questionID string) error
	// Cancel asks the workflow to end and to close its page.
	Cancel(ctx context.Context, ref store.Ref) error
}

// Deps are what a Service needs. CheckProxy may be nil; everything else is required.
type Deps struct {
	Store  Store
	Sealer Sealer
	Engine Engine
	Logger *slog.Logger
	// Clock returns the time now.
	Clock func() time.Time
	// CheckProxy reports why a proxy cannot be used. The message of a *session.FieldError is shown to the caller
	// (unless it quotes the proxy's password), any other error as a general sentence. It must heed ctx.
	CheckProxy func(ctx context.Context, proxy session.Secret) error
	// StartDeadline is how long the reconciler may try to start an operation; zero means DefaultStartDeadline.
	StartDeadline time.Duration
	// Stopping is closed when the process stops: whoever waits for something to tell is answered with what is known. Nil: never.
	Stopping <-chan struct{}
}

// Service holds the use cases. It is safe for concurrent use, and keeps no state of its own but the keys that it has just seen.
type Service struct {
	store         Store
	sealer        Sealer
	engine        Engine
	logger        *slog.Logger
	clock         func() time.Time
	checkProxy    func(ctx context.Context, proxy session.Secret) error
	startDeadline time.Duration
	stopping      <-chan struct{}
	keys          knownKeys
}

// New returns a Service, or an error that names what Deps lack.
func New(d Deps) (*Service, error) {
	switch {
	case d.Store == nil:
		return nil, errors.New("new service: Deps.Store is missing")
	case d.Sealer == nil:
		return nil, errors.New("new service: Deps.Sealer is missing")
	case d.Engine == nil:
		return nil, errors.New("new service: Deps.Engine is missing")
	case d.Logger == nil:
		return nil, errors.New("new service: Deps.Logger is missing")
	case d.Clock == nil:
		return nil, errors.New("new service: Deps.Clock is missing")
	}
	s := &Service{
		store: d.Store, sealer: d.Sealer, engine: d.Engine, logger: d.Logger, clock: d.Clock,
		checkProxy: d.CheckProxy, startDeadline: d.StartDeadline, stopping: d.Stopping,
	}
	if s.startDeadline <= 0 {
		s.startDeadline = DefaultStartDeadline
	}
	return s, nil
}

// now is the time as the store keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

func (s *Service) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return s.store.Ping(ctx)
}

// storeError turns an unexpected error of the store into one for the caller: unavailable when the store is not there at all, or
// did not answer within the time that the request has.
func (s *Service) storeError(ctx context.Context, doing string, err error) error {
	err = fmt.Errorf("%s: %w", doing, err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled): // the caller has gone; drivers do not all say so
		return NewInternalError(fmt.Errorf("%w (%w)", err, ctx.Err()))
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return unavailableError(err)
	case s.ping(context.WithoutCancel(ctx)) != nil:
		return unavailableError(err)
	}
	return NewInternalError(err)
}

// tell calls the engine after the store has committed: also when the caller has gone, and without making the call fail.
func (s *Service) tell(ctx context.Context, doing string, ref store.Ref, call func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), engineTimeout)
	defer cancel()
	if err := call(ctx); err != nil {
		s.logger.WarnContext(ctx, "the engine was not told; the reconciler will",
			"call", doing, "workspace", ref.Workspace, "operation", ref.Operation, "error", err)
	}
}
