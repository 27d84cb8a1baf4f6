package storetest

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

const day = 24 * time.Hour

var retentionTests = tests{
	"PurgeOperations_WhateverThereIs_TakesWhatIsOverAndOldAndNothingElse": func(f *fixture) {
		rapid.Check(f.t, func(r *rapid.T) {
			lives := rapid.SliceOfN(rapid.Custom(drawLife), 1, 3).Draw(r, "operations")
			cutoff := after(time.Duration(rapid.IntRange(0, 10).Draw(r, "cutoff")) * day)
			limit := rapid.IntRange(1, 5).Draw(r, "limit")
			for i := range lives {
				lives[i].live(f)
			}
			before := make([]any, len(lives))
			for i, l := range lives {
				if !l.isOver(cutoff) {
					before[i] = l.everything(f)
				}
			}
			f.purge(cutoff, limit)
			for i, l := range lives {
				if l.isOver(cutoff) {
					l.requireGone(r, f)
				} else {
					require.Equal(r, before[i], l.everything(f), "%+v", l)
				}
				require.Equal(r, l.state == session.OperationSucceeded, f.sessionOf(l.ref).HasStorageState, "the session stays what it is")
			}
		})
	},
	"PurgeOperations_WhenThereAreMany_TakesTheOldestFirst": func(f *fixture) {
		var refs []store.Ref
		for i := range 5 {
			ref := f.running(strconv.Itoa(i))
			e := end(ref, 9, session.OperationFailed)
			e.At = after(time.Duration(5-i) * time.Hour)
			_, err := f.FinishOperation(f.t.Context(), e)
			require.NoError(f.t, err)
			refs = append(refs, ref)
		}
		for _, c := range []struct{ limit, want, left int }{{0, 0, 5}, {-1, 0, 5}, {2, 2, 3}, {1, 1, 2}, {10, 2, 0}, {10, 0, 0}} {
			n, err := f.PurgeOperations(f.t.Context(), after(day), c.limit)
			require.NoError(f.t, err)
			require.Equal(f.t, c.want, n)
			for i, ref := range refs {
				_, err := f.GetOperation(f.t.Context(), ref)
				require.Equal(f.t, i >= c.left, err != nil, "%d after %+v", i, c)
			}
		}
	},
	"PurgeOperations_WhenSeveralDo_TakeEachOnce": func(f *fixture) {
		const all = 30
		for i := range all {
			f.finished(strconv.Itoa(i), session.OperationFailed)
		}
		purged := make([]int, 4)
		var calls []func() error
		for i := range purged {
			calls = append(calls, func() error {
				for {
					n, err := f.PurgeOperations(f.t.Context(), after(day), 7)
					purged[i] += n
					if err != nil || n == 0 {
						return err
					}
				}
			})
		}
		for _, err := range together(calls...) {
			require.NoError(f.t, err)
		}
		page, _, err := f.ListOperations(f.t.Context(), store.OperationQuery{Workspace: workspace})
		require.NoError(f.t, err)
		require.Empty(f.t, page)
	},
	"PurgeOperations_WhenTheAccountWasKnown_KeepsWhatItRemembers": func(f *fixture) {
		ref := f.running("a")
		require.Equal(f.t, []bool{true, true}, f.spends(
			store.Spend{Ref: ref, AccountKey: "account", Kind: "k", Key: "1", At: now},
			store.Spend{Ref: ref, Kind: "k", Key: "1", At: now}))
		_, err := f.NextCounter(f.t.Context(), workspace, ref.Operation, 7, now)
		require.NoError(f.t, err)
		_, err = f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		f.purge(after(day), 10)
		other := f.running("b")
		require.Equal(f.t, []bool{false}, f.spends(store.Spend{Ref: other, AccountKey: "account", Kind: "k", Key: "1", At: now}))
		counter, err := f.NextCounter(f.t.Context(), workspace, ref.Operation, 1, now)
		require.NoError(f.t, err)
		require.Less(f.t, counter, int64(7), "the counter of an operation without account goes with it")
	},
	"PurgeBrowsers_WhenLostAndNamedByNoLease_Goes": func(f *fixture) {
		for _, id := range []string{"br_lost", "br_late", "br_leased"} {
			require.NoError(f.t, f.RegisterBrowser(f.t.Context(), sampleBrowser(id)))
		}
		ref := f.running("a")
		l := leaseFor(ref)
		l.BrowserID = "br_leased"
		_, err := f.LendPage(f.t.Context(), l, 1)
		require.NoError(f.t, err)
		for id, at := range map[string]time.Time{"br_lost": now, "br_leased": now, "br_late": after(day)} {
			require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), id, at))
		}
		n, err := f.PurgeBrowsers(f.t.Context(), after(time.Hour), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, 1, n)
		require.ErrorIs(f.t, f.MarkBrowserLost(f.t.Context(), "br_lost", now), store.ErrNotFound)
		for _, id := range []string{browserID, "br_late", "br_leased"} {
			require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), id, now), id)
		}
	},
	"PurgeSpends_WhenOldAndOfTheKind_Go": func(f *fixture) {
		ref := f.running("a")
		old := store.Spend{Ref: ref, AccountKey: "account", Kind: "step", Key: "1", At: now}
		young, other := old, old
		young.Key, young.At = "2", after(day)
		other.Kind = "code"
		require.Equal(f.t, []bool{true, true, true}, f.spends(old, young, other))
		n, err := f.PurgeSpends(f.t.Context(), "step", after(time.Hour), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, 1, n)
		require.Equal(f.t, []bool{true, false, false}, f.spends(old, young, other))
	},
	"PurgeBreakers_WhenTheyClosedByThemselves_Go": func(f *fixture) {
		for name, class := range map[string]session.FailureClass{"locked": session.FailureLockout, "refused": session.FailureCredential} {
			_, err := f.FinishOperation(f.t.Context(), failure(f.login(name, name, "c1"), 2, class))
			require.NoError(f.t, err)
		}
		for _, c := range []struct {
			at   time.Time
			want int
		}{{now, 0}, {after(day), 1}, {after(day), 0}} {
			n, err := f.PurgeBreakers(f.t.Context(), c.at, 10)
			require.NoError(f.t, err)
			require.Equal(f.t, c.want, n)
		}
		_, err := f.start("again", "refused", "c1", after(day))
		requireBreaker(f, err)
	},
}

// purge purges to the end.
func (f *fixture) purge(t time.Time, limit int) {
	f.t.Helper()
	for {
		n, err := f.PurgeOperations(f.t.Context(), t, limit)
		require.NoError(f.t, err)
		require.LessOrEqual(f.t, n, limit)
		if n < limit {
			return
		}
	}
}

// life is what becomes of an operation.
type life struct {
	ref      store.Ref
	state    session.OperationState
	finished time.Time
	asks     bool
	lease    string // "", "open" or "released"
}

func drawLife(r *rapid.T) life {
	return life{
		state:    rapid.SampledFrom(session.OperationStates()).Draw(r, "state"),
		finished: after(time.Duration(rapid.IntRange(0, 10).Draw(r, "finished"))*day - time.Minute),
		asks:     rapid.Bool().Draw(r, "asks"),
		lease:    rapid.SampledFrom([]string{"", "open", "released"}).Draw(r, "lease"),
	}
}

// isOver reports whether the operation is to be purged.
func (l *life) isOver(t time.Time) bool {
	return l.state.Final() && l.finished.Before(t) && l.lease != "open"
}

// live lives the life.
func (l *life) live(f *fixture) {
	ctx := f.t.Context()
	name := session.NewID("")
	if l.state == session.OperationQueued {
		l.ref, l.asks, l.lease = f.queued(name), false, ""
		return
	}
	l.ref = f.running(name)
	require.NoError(f.t, f.SaveArtefact(ctx, store.Artefact{Ref: l.ref, Name: "page-1.json", MediaType: "application/json", Data: store.Sealed("{}"), At: now}))
	require.NoError(f.t, f.SaveCapture(ctx, l.ref, store.Sealed("sealed state"), now))
	if l.lease != "" {
		lease, err := f.LendPage(ctx, leaseFor(l.ref), math.MaxInt32)
		require.NoError(f.t, err)
		_, err = f.Claim(ctx, claimFor(l.ref, lease.Epoch))
		require.NoError(f.t, err)
	}
	if l.lease == "released" {
		require.NoError(f.t, f.ReleaseLease(ctx, l.ref, 1, now))
	}
	if l.asks {
		question := f.ask(l.ref, 2, 1)
		require.NoError(f.t, f.AnswerQuestion(ctx, answerTo(l.ref, question.ID)))
	}
	switch {
	case l.state == session.OperationWaiting:
		f.ask(l.ref, 3, 2)
	case l.state.Final():
		e := end(l.ref, 9, l.state)
		e.At = l.finished
		_, err := f.FinishOperation(ctx, e)
		require.NoError(f.t, err)
	}
}

// everything is what can be read of an operation. Nothing sealed remains of one that is over.
func (l *life) everything(f *fixture) any {
	f.t.Helper()
	ctx := f.t.Context()
	artefacts, err := f.ListArtefacts(ctx, l.ref)
	require.NoError(f.t, err)
	lease, _ := f.GetLease(ctx, l.ref, 1)
	question, state, _ := f.GetQuestion(ctx, l.ref, codeQuestion(l.ref, 1).ID)
	secrets, secretsErr := f.OperationSecrets(ctx, l.ref)
	input, inputErr := f.AnswerInput(ctx, l.ref, codeQuestion(l.ref, 1).ID)
	capture, _ := f.Capture(ctx, l.ref)
	if l.state.Final() {
		require.ErrorIs(f.t, secretsErr, store.ErrSecretsErased)
		require.Error(f.t, inputErr)
		require.Empty(f.t, capture)
	} else {
		require.NotEmpty(f.t, secrets)
	}
	return []any{f.operation(l.ref), artefacts, lease, question, state, secrets, input, capture, f.sessionOf(l.ref)}
}

func (l *life) requireGone(r *rapid.T, f *fixture) {
	ctx := f.t.Context()
	_, err := f.GetOperation(ctx, l.ref)
	require.ErrorIs(r, err, store.ErrNotFound)
	_, err = f.OperationSecrets(ctx, l.ref)
	require.ErrorIs(r, err, store.ErrNotFound)
	_, err = f.GetLease(ctx, l.ref, 1)
	require.ErrorIs(r, err, store.ErrNotFound)
	_, _, err = f.GetQuestion(ctx, l.ref, codeQuestion(l.ref, 1).ID)
	require.ErrorIs(r, err, store.ErrNotFound)
	_, err = f.GetArtefact(ctx, l.ref, "page-1.json")
	require.ErrorIs(r, err, store.ErrNotFound)
	_, err = f.Claim(ctx, claimFor(l.ref, 1))
	require.ErrorIs(r, err, store.ErrNotFound)
}

// sessionOf returns the session of an operation that may be purged.
func (f *fixture) sessionOf(ref store.Ref) session.Session {
	f.t.Helper()
	s, err := f.GetSession(f.t.Context(), ref.Workspace, project, "session-"+strings.TrimPrefix(ref.Operation, "op_"))
	require.NoError(f.t, err)
	return s
}
