package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// patience is longer than the second that a driver without notification may take.
const patience = 10 * time.Second

var watchTests = tests{
	"Watch_WhenTheRowChanges_TellsAfterTheCommit": func(f *fixture) {
		ref := f.queued("a")
		changed, stop := f.Watch(ref.Operation)
		defer stop()
		question := codeQuestion(ref, 1)
		for _, step := range []struct {
			name string
			call func(ctx context.Context) error
			want session.OperationState
		}{
			{"begin", func(ctx context.Context) error {
				_, err := f.BeginOperation(ctx, write(ref, 1, session.OperationRunning))
				return err
			}, session.OperationRunning},
			{"ask", func(ctx context.Context) error {
				_, _, err := f.AskQuestion(ctx, write(ref, 2, session.OperationWaiting), question)
				return err
			}, session.OperationWaiting},
			{"answer", func(ctx context.Context) error { return f.AnswerQuestion(ctx, answerTo(ref, question.ID)) }, session.OperationRunning},
			{"advance", func(ctx context.Context) error {
				_, err := f.AdvanceOperation(ctx, write(ref, 3, session.OperationRunning))
				return err
			}, session.OperationRunning},
			{"ask again", func(ctx context.Context) error {
				_, _, err := f.AskQuestion(ctx, write(ref, 4, session.OperationWaiting), codeQuestion(ref, 2))
				return err
			}, session.OperationWaiting},
			{"close", func(ctx context.Context) error {
				_, err := f.CloseQuestion(ctx, ref, codeQuestion(ref, 2).ID, now)
				return err
			}, session.OperationRunning},
			{"cancel", func(ctx context.Context) error {
				_, err := f.RequestCancel(ctx, ref, now)
				return err
			}, session.OperationRunning},
			{"delete session", func(ctx context.Context) error {
				_, err := f.DeleteSession(ctx, workspace, project, "session-a", now)
				return err
			}, session.OperationCanceled},
		} {
			require.NoError(f.t, step.call(f.t.Context()), step.name)
			requireTold(f.t, changed, step.name)
			require.Equal(f.t, step.want, f.operation(ref).State, step.name)
		}
	},
	"Watch_WhenFinished_Tells": func(f *fixture) {
		ref := f.running("a")
		changed, stop := f.Watch(ref.Operation)
		defer stop()
		_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		requireTold(f.t, changed, "finish")
	},
	"Watch_WhenNobodyReceives_DoesNotBlockTheWriter": func(f *fixture) {
		ref := f.running("a")
		changed, stop := f.Watch(ref.Operation)
		defer stop()
		for seq := int64(2); seq < 50; seq++ {
			_, err := f.AdvanceOperation(f.t.Context(), write(ref, seq, session.OperationRunning))
			require.NoError(f.t, err)
		}
		requireTold(f.t, changed, "all changes together")
	},
	"Watch_WhenSeveralWatch_TellsEach": func(f *fixture) {
		ref := f.running("a")
		first, stopFirst := f.Watch(ref.Operation)
		second, stopSecond := f.Watch(ref.Operation)
		defer stopSecond()
		stopFirst()
		stopFirst() // again is harmless
		third, stopThird := f.Watch(ref.Operation)
		defer stopThird()
		_, err := f.AdvanceOperation(f.t.Context(), write(ref, 2, session.OperationRunning))
		require.NoError(f.t, err)
		requireTold(f.t, second, "second")
		requireTold(f.t, third, "third")
		select {
		case _, open := <-first:
			require.True(f.t, open, "the end of a watch looks like no change")
		default:
		}
	},
	"Watch_WhenConcurrentWithWriters_SeesTheLastState": func(f *fixture) {
		refs := []store.Ref{f.running("a"), f.running("b"), f.running("c")}
		var calls []func() error
		for _, ref := range refs {
			changed, stop := f.Watch(ref.Operation)
			calls = append(calls, func() error {
				defer stop()
				return f.waitFor(f.t.Context(), ref, changed, session.OperationFailed)
			}, func() error {
				for seq := int64(2); seq < 20; seq++ {
					if _, err := f.AdvanceOperation(f.t.Context(), write(ref, seq, session.OperationRunning)); err != nil {
						return err
					}
				}
				_, err := f.FinishOperation(f.t.Context(), end(ref, 20, session.OperationFailed))
				return err
			})
		}
		for _, err := range together(calls...) {
			require.NoError(f.t, err)
		}
	},
}

// waitFor reads the row after each change until it has the state: what a long poll does.
func (f *fixture) waitFor(ctx context.Context, ref store.Ref, changed <-chan struct{}, want session.OperationState) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		op, err := f.GetOperation(ctx, ref)
		if err != nil || op.State == want {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func requireTold(t *testing.T, changed <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-changed:
	case <-time.After(patience):
		require.Fail(t, "the watcher was not told", what)
	}
}
