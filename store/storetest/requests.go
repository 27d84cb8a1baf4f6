package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var (
	aRequest = store.Request{Key: "key-1", Fingerprint: "print-1"}
	another  = store.Request{Key: "key-1", Fingerprint: "print-2"}
)

// requested is promise with a request.
func requested(sessionID, id string, r store.Request) store.NewOperation {
	n := promise(sessionID, id)
	n.Request = r
	return n
}

// requireMade fails the test unless err says that the request was made before, for this operation.
func (f *fixture) requireMade(err error, operation string) {
	f.t.Helper()
	var made *store.RequestMadeError
	require.ErrorAs(f.t, err, &made)
	require.Equal(f.t, operation, made.OperationID)
}

var requestTests = tests{
	"Request_OfAStart_WhenRepeated_NamesTheFirstOperationAndWritesNothing": func(f *fixture) {
		_, err := f.MadeRequest(f.t.Context(), workspace, aRequest)
		require.ErrorIs(f.t, err, store.ErrNotFound)
		_, err = f.CreateOperation(f.t.Context(), requested("a", "op_1", aRequest))
		require.NoError(f.t, err)
		made, err := f.MadeRequest(f.t.Context(), workspace, aRequest)
		require.NoError(f.t, err)
		require.Equal(f.t, "op_1", made)

		_, err = f.CreateOperation(f.t.Context(), requested("a", "op_2", aRequest))
		f.requireMade(err, "op_1")
		_, err = f.FinishOperation(f.t.Context(), end(refOf("op_1"), 9, session.OperationFailed))
		require.NoError(f.t, err)
		_, err = f.CreateOperation(f.t.Context(), requested("a", "op_2", aRequest))
		f.requireMade(err, "op_1")
		_, err = f.GetOperation(f.t.Context(), refOf("op_2"))
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"Request_WhenItsKeyNamesAnother_Differs": func(f *fixture) {
		_, err := f.CreateOperation(f.t.Context(), requested("a", "op_1", aRequest))
		require.NoError(f.t, err)
		_, err = f.MadeRequest(f.t.Context(), workspace, another)
		require.ErrorIs(f.t, err, store.ErrRequestDiffers)
		_, err = f.CreateOperation(f.t.Context(), requested("b", "op_2", another))
		require.ErrorIs(f.t, err, store.ErrRequestDiffers)
		ref, question := f.waiting("c")
		a := answerTo(ref, question.ID)
		a.Request = another
		require.ErrorIs(f.t, f.AnswerQuestion(f.t.Context(), a), store.ErrRequestDiffers)
		f.requireQuestion(ref, question.ID, session.QuestionOpen)
	},
	"Request_WhenRefused_IsNotRemembered": func(f *fixture) {
		f.queued("a")
		n := requested("session-a", "op_1", aRequest)
		var live *store.OperationLiveError
		_, err := f.CreateOperation(f.t.Context(), n)
		require.ErrorAs(f.t, err, &live)
		ref, question := f.waiting("b")
		late := answerTo(ref, question.ID)
		late.Request, late.At = aRequest, question.ExpiresAt
		f.requireStale(late, store.QuestionStaleError{State: session.QuestionOpen, Expired: true})
		_, err = f.MadeRequest(f.t.Context(), workspace, aRequest)
		require.ErrorIs(f.t, err, store.ErrNotFound)
	},
	"Request_OfAnotherWorkspace_IsAnotherRequest": func(f *fixture) {
		for _, w := range []string{workspace, otherWorkspace} {
			n := requested("a", "op_"+w, aRequest)
			n.Operation.Workspace = w
			_, err := f.CreateOperation(f.t.Context(), n)
			require.NoError(f.t, err)
		}
	},
	"Request_WhenStartedByManyAtOnce_StartsOne": func(f *fixture) {
		calls := make([]func() error, 20)
		for i := range calls {
			n := requested(fmt.Sprintf("session-%d", i%3), fmt.Sprintf("op_%d", i), aRequest)
			n.Operation.AccountKey = fmt.Sprintf("account-%d", i)
			calls[i] = func() error { _, err := f.CreateOperation(f.t.Context(), n); return err }
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		winner, err := f.MadeRequest(f.t.Context(), workspace, aRequest)
		require.NoError(f.t, err)
		for i, err := range errs {
			if err == nil {
				require.Equal(f.t, fmt.Sprintf("op_%d", i), winner)
				continue
			}
			f.requireMade(err, winner)
		}
		page, _, err := f.ListOperations(f.t.Context(), store.OperationQuery{Workspace: workspace})
		require.NoError(f.t, err)
		require.Len(f.t, page, 1)
	},
	"Request_WhenManyAreMadeAtOnce_AreAllMade": func(f *fixture) {
		calls := make([]func() error, 20)
		for i := range calls {
			n := requested(fmt.Sprintf("session-%d", i), fmt.Sprintf("op_%d", i), store.Request{Key: fmt.Sprintf("key-%d", i), Fingerprint: "p"})
			calls[i] = func() error { _, err := f.CreateOperation(f.t.Context(), n); return err }
		}
		require.Equal(f.t, len(calls), successes(together(calls...)))
	},
	"Request_OfAnAnswer_WhenRepeated_SaysThatItWasMade": func(f *fixture) {
		ref, question := f.waiting("a")
		a := answerTo(ref, question.ID)
		a.Request = aRequest
		calls := make([]func() error, 20)
		for i := range calls {
			mine := a
			mine.Input = store.Sealed{byte(i)} // sealed anew, it is never the same
			calls[i] = func() error { return f.AnswerQuestion(f.t.Context(), mine) }
		}
		errs := together(calls...)
		require.Equal(f.t, 1, successes(errs))
		for _, err := range errs {
			if err != nil {
				f.requireMade(err, ref.Operation)
			}
		}
		unnamed := a
		unnamed.Request = store.Request{}
		f.requireStale(unnamed, store.QuestionStaleError{State: session.QuestionAnswered})
	},
	"PurgeRequests_WhenOld_Go": func(f *fixture) {
		for i, at := range []time.Time{now, after(time.Hour), after(2 * time.Hour)} {
			n := requested(fmt.Sprintf("session-%d", i), fmt.Sprintf("op_%d", i), store.Request{Key: fmt.Sprintf("key-%d", i), Fingerprint: "p"})
			n.Operation.CreatedAt = at
			_, err := f.CreateOperation(f.t.Context(), n)
			require.NoError(f.t, err)
		}
		for _, want := range []int{2, 0} {
			n, err := f.PurgeRequests(f.t.Context(), after(2*time.Hour), 10)
			require.NoError(f.t, err)
			require.Equal(f.t, want, n)
		}
		for i := range 3 {
			_, err := f.MadeRequest(f.t.Context(), workspace, store.Request{Key: fmt.Sprintf("key-%d", i), Fingerprint: "p"})
			require.Equal(f.t, i < 2, errors.Is(err, store.ErrNotFound), i)
		}
	},
}
