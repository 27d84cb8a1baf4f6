package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/anteroom/anteroom/api/apitest"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newService(t *testing.T) (*service.Service, *apitest.Fixture) {
	t.Helper()
	f := apitest.New(t)
	return serviceOver(t, f, f.Store), f
}

func serviceOver(t *testing.T, f *apitest.Fixture, s service.Store) *service.Service {
	t.Helper()
	use, err := service.New(service.Deps{Store: s, Sealer: f.Sealer, Engine: f.Engine, Logger: f.Logger, Clock: f.Clock.Now})
	require.NoError(t, err)
	return use
}

var demo = service.Scope{Workspace: apitest.Workspace, Project: apitest.Project}

func TestNew_WithoutAClock_IsAnError(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	_, err := service.New(service.Deps{Store: f.Store, Sealer: f.Sealer, Engine: f.Engine, Logger: f.Logger})
	require.ErrorContains(t, err, "Deps.Clock is missing")
}

func TestStartCreate_GivesTheReconcilerUntilTheDeadline(t *testing.T) {
	t.Parallel()
	use, f := newService(t)
	_, err := use.StartCreate(t.Context(), service.StartInput{Scope: demo})
	require.NoError(t, err)
	unstarted, err := f.Store.UnstartedOperations(t.Context(), f.Clock.Now().Add(time.Second), 10)
	require.NoError(t, err)
	require.Len(t, unstarted, 1)
	require.Equal(t, f.Clock.Now().Add(service.DefaultStartDeadline), unstarted[0].StartDeadline)
}

// hangingEngine is an engine that never answers, but for its context's end.
type hangingEngine struct{ entered chan context.Context }

func (e hangingEngine) Start(ctx context.Context, _ session.Operation) error {
	e.entered <- ctx
	return nil
}

func (e hangingEngine) Resume(ctx context.Context, _ store.Ref, _ string) error {
	e.entered <- ctx
	return nil
}

func (e hangingEngine) Cancel(ctx context.Context, _ store.Ref) error {
	e.entered <- ctx
	return nil
}

func TestEngine_IsToldWithADeadlineAlsoWhenTheCallerHasGone(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	engine := hangingEngine{make(chan context.Context, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	use, err := service.New(service.Deps{
		Store: cancelAfterCommit{f.Store, cancel}, Sealer: f.Sealer, Engine: engine, Logger: f.Logger, Clock: f.Clock.Now,
	})
	require.NoError(t, err)
	_, err = use.StartCreate(ctx, service.StartInput{Scope: demo})
	require.NoError(t, err)
	require.Error(t, ctx.Err(), "the caller has gone")
	told := <-engine.entered
	_, bounded := told.Deadline()
	require.True(t, bounded)
}

// cancelAfterCommit is a store whose caller goes away once the operation is committed.
type cancelAfterCommit struct {
	store.Store
	cancel func()
}

func (s cancelAfterCommit) CreateOperation(ctx context.Context, n store.NewOperation) (session.Operation, error) {
	op, err := s.Store.CreateOperation(ctx, n)
	s.cancel()
	return op, err
}

func TestResult_WhenTheServerStops_AnswersPending(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	read := make(chan struct{}, 1)
	use := serviceOver(t, f, tellReads{f.Store, read})
	ended := make(chan session.Operation, 1)
	go func() {
		op, _ := use.Result(ctx, demo, id, time.Minute)
		ended <- op
	}()
	<-read
	cancel()
	require.True(t, service.Pending(<-ended))

	op, err := serviceOver(t, f, f.Store).Result(ctx, demo, id, time.Minute)
	require.NoError(t, err, "also when it was asked a moment before")
	require.True(t, service.Pending(op))
}

// tellReads tells when the operation was read.
type tellReads struct {
	store.Store
	read chan<- struct{}
}

func (s tellReads) GetOperation(ctx context.Context, ref store.Ref) (session.Operation, error) {
	op, err := s.Store.GetOperation(ctx, ref)
	s.read <- struct{}{}
	return op, err
}

func TestResult_AskedForTooLongAWait_IsCutToTheLongest(t *testing.T) {
	t.Parallel()
	use, f := newService(t)
	id := f.Start(t, object{"id": "s1"})
	f.Succeed(id, "s1", `{"cookies":[],"origins":[]}`)
	op, err := use.Result(t.Context(), demo, id, 1000*time.Hour)
	require.NoError(t, err)
	require.Equal(t, session.OperationSucceeded, op.State)
}

type object = map[string]any

// losing is a store that loses the races that the use cases read about before.
type losing struct {
	store.Store
	answer error
	create error
	cancel session.OperationState
}

func (s losing) AnswerQuestion(context.Context, store.Answer) error { return s.answer }

func (s losing) CreateOperation(context.Context, store.NewOperation) (session.Operation, error) {
	return session.Operation{}, s.create
}

func (s losing) RequestCancel(_ context.Context, ref store.Ref, _ time.Time) (session.Operation, error) {
	return session.Operation{ID: ref.Operation, State: s.cancel}, nil
}

func TestResume_ThatLosesTheRace_IsToldWhy(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err    error
		kind   service.Kind
		reason string
	}{
		"answered":  {&store.QuestionStaleError{State: session.QuestionAnswered}, service.BadRequest, "question-stale"},
		"expired":   {&store.QuestionStaleError{State: session.QuestionOpen, Expired: true}, service.BadRequest, "question-stale"},
		"over":      {store.ErrOperationOver, service.BadRequest, "operation-over"},
		"gone":      {store.ErrNotFound, service.NotFound, "operation-not-found"},
		"none":      {store.ErrNothingAsked, service.BadRequest, "nothing-asked"},
		"broken":    {errors.New("disk full"), service.Internal, "internal"},
		"forgotten": {store.ErrQuestionUnknown, service.BadRequest, "question-unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.New(t)
			id := f.Start(t, nil)
			q := f.Ask(id, apitest.CodeQuestion(1))
			f.Engine.Told()
			code := session.NewSecret("123456")
			err := serviceOver(t, f, losing{Store: f.Store, answer: row.err}).Resume(t.Context(), service.ResumeInput{
				Scope: demo, OperationID: id, QuestionID: q, Answer: service.Answer{Input: &code},
			})
			e := service.AsError(err)
			require.Equal(t, row.kind, e.Kind)
			require.Equal(t, row.reason, e.Reason)
			require.Empty(t, f.Engine.Told())
		})
	}
}

func TestStartCreate_WhenTheProjectWentMeanwhile_IsNotFound(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	_, err := serviceOver(t, f, losing{Store: f.Store, create: store.ErrNotFound}).StartCreate(t.Context(), service.StartInput{Scope: demo})
	require.Equal(t, "project-not-found", service.AsError(err).Reason)
	_, err = serviceOver(t, f, losing{Store: f.Store, create: errors.New("disk full")}).StartCreate(t.Context(), service.StartInput{Scope: demo})
	require.Equal(t, service.Internal, service.AsError(err).Kind)
	require.Empty(t, f.Engine.Told())
}

func TestCancel_OfAnOperationThatEndsMeanwhile_IsAConflict(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	id := f.Start(t, nil)
	_, err := serviceOver(t, f, losing{Store: f.Store, cancel: session.OperationSucceeded}).
		Cancel(t.Context(), store.Ref{Workspace: apitest.Workspace, Operation: id})
	require.Equal(t, "operation-over", service.AsError(err).Reason)
}

func TestStorageState_ThatDoesNotOpen_IsInternal(t *testing.T) {
	t.Parallel()
	use, f := newService(t)
	f.Succeed(f.Start(t, object{"id": "s1"}), "another", `{}`) // sealed for another session's row
	_, err := use.StorageState(t.Context(), demo, "s1")
	require.Equal(t, service.Internal, service.AsError(err).Kind)
}

func TestStoreError_WhenTheCallerHasGone_SaysSo(t *testing.T) {
	t.Parallel()
	f := apitest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	use := serviceOver(t, f, cancelAfterCommit{losing{Store: f.Store, create: errors.New("interrupted")}, cancel})
	_, err := use.StartCreate(ctx, service.StartInput{Scope: demo})
	require.ErrorIs(t, err, context.Canceled)
}

func TestAsError_OfAnythingElse_IsInternalAndTellsNothing(t *testing.T) {
	t.Parallel()
	e := service.AsError(errors.New("disk full"))
	require.Equal(t, service.Internal, e.Kind)
	require.NotContains(t, e.Error(), "disk full")
	require.ErrorContains(t, errors.Unwrap(e), "disk full")
	same := service.NewError(service.Conflict, "r", "m")
	require.Same(t, same, service.AsError(errors.Join(errors.New("x"), same)))
}
