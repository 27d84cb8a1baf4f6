package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
)

// BenchmarkGetOperation is what a poll costs, among ten thousand operations of which half wait with a question.
func BenchmarkGetOperation(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
	populate(b, db, 10_000)
	for _, asked := range []bool{false, true} {
		b.Run(fmt.Sprintf("question=%t", asked), func(b *testing.B) {
			ctx, cancel := context.WithCancel(b.Context()) // as a request's context is
			defer cancel()
			for i := 0; b.Loop(); i++ {
				n := 2 * (i * 7919 % 5_000)
				if asked {
					n++
				}
				op, err := db.GetOperation(ctx, operationRef(n))
				if err != nil || asked != (op.Question != nil) {
					b.Fatal(err, op.State)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
		})
	}
}

// BenchmarkGetOperation_Parallel is polling on every processor.
func BenchmarkGetOperation_Parallel(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
	populate(b, db, 1_000)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := db.GetOperation(b.Context(), operationRef(i%1_000)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

// BenchmarkCreateOperation is what a start costs, among as many operations that run or wait.
func BenchmarkCreateOperation(b *testing.B) {
	for _, live := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("live=%d", live), func(b *testing.B) {
			db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
			populate(b, db, live)
			for n := live; b.Loop(); n++ {
				create(b, db, n, "sealed parameters")
			}
		})
	}
}

// BenchmarkQueue is what a start, a poll of the last in the queue, and admitting the next cost, among as many operations that queue.
func BenchmarkQueue(b *testing.B) {
	const queued = 10_000
	db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
	populate(b, db, 0)
	offer(b, db, 1)
	n := 0
	for ; n <= queued; n++ {
		create(b, db, n, "sealed parameters")
	}
	b.Run("poll", func(b *testing.B) {
		for b.Loop() {
			op, err := db.GetOperation(b.Context(), operationRef(queued))
			require.NoError(b, err)
			require.Equal(b, queued, op.Place)
		}
	})
	b.Run("start", func(b *testing.B) {
		for ; b.Loop(); n++ {
			create(b, db, n, "sealed parameters")
		}
	})
	b.Run("admit", func(b *testing.B) {
		for first := 0; b.Loop(); first++ {
			_, err := db.RequestCancel(b.Context(), operationRef(first), start)
			require.NoError(b, err)
			ops, err := db.AdmitOperations(b.Context(), store.Reckoning{At: start})
			require.NoError(b, err)
			require.Len(b, ops, 1)
		}
	})
}

// BenchmarkAdvanceOperation is what a transition costs.
func BenchmarkAdvanceOperation(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
	populate(b, db, 1)
	for seq := int64(10); b.Loop(); seq++ {
		_, err := db.AdvanceOperation(b.Context(), transition(operationRef(0), seq, session.OperationRunning))
		require.NoError(b, err)
	}
}

// BenchmarkLogin is every write of a login with a code, from its start to its end.
func BenchmarkLogin(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "anteroom.db"))
	populate(b, db, 0)
	for n := 0; b.Loop(); n++ {
		login(b, db, n)
	}
}

var start = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

func operationRef(n int) store.Ref {
	return store.Ref{Workspace: "acme", Operation: fmt.Sprintf("op_%06d", n)}
}

func transition(ref store.Ref, seq int64, state session.OperationState) store.Transition {
	return store.Transition{Ref: ref, RunID: "run", Seq: seq, State: state, Step: session.StepNavigating, Attempt: 1, At: start.Add(time.Duration(seq) * time.Second)}
}

// populate makes the workspace and project, and n running operations of which the odd ones wait.
func populate(tb testing.TB, db *sqlite.DB, n int) {
	tb.Helper()
	_, err := db.CreateWorkspace(tb.Context(), "acme", start)
	require.NoError(tb, err)
	_, _, err = db.PutProject(tb.Context(), session.Project{Workspace: "acme", Name: "portal", LoginURL: "https://portal.example/"}, start)
	require.NoError(tb, err)
	require.NoError(tb, db.RegisterBrowser(tb.Context(), store.Browser{ID: "br_1", Host: "host", Kind: session.BrowserShell, StartedAt: start}))
	offer(tb, db, 1_000_000)
	for i := range n {
		begin(tb, db, i, "sealed parameters")
		if i%2 == 1 {
			ask(tb, db, i)
		}
	}
}

// offer has a host offer pages.
func offer(tb testing.TB, db *sqlite.DB, pages int) {
	tb.Helper()
	require.NoError(tb, db.OfferPages(tb.Context(), store.Offer{Host: "host", Browser: session.BrowserShell, Pages: pages, At: start}))
	_, err := db.AdmitOperations(tb.Context(), store.Reckoning{At: start})
	require.NoError(tb, err)
}

func create(tb testing.TB, db *sqlite.DB, n int, secret string) session.Operation {
	tb.Helper()
	ref := operationRef(n)
	op, err := db.CreateOperation(tb.Context(), store.NewOperation{
		Operation: session.Operation{
			ID: ref.Operation, Workspace: ref.Workspace, Project: "portal", SessionID: fmt.Sprintf("session-%d", n), Kind: session.OperationCreate,
			AccountKey: fmt.Sprintf("account-%d", n), CredentialKey: "credentials", CreatedAt: start, StartDeadline: start.Add(time.Minute),
		},
		Secrets: []store.SealedSecret{{Name: "parameters", Value: store.Sealed(secret)}},
	})
	require.NoError(tb, err)
	return op
}

func begin(tb testing.TB, db *sqlite.DB, n int, secret string) {
	tb.Helper()
	create(tb, db, n, secret)
	ref := operationRef(n)
	_, err := db.BeginOperation(tb.Context(), transition(ref, 1, session.OperationRunning))
	require.NoError(tb, err)
}

func ask(tb testing.TB, db *sqlite.DB, n int) session.InfoRequest {
	tb.Helper()
	q, _, err := db.AskQuestion(tb.Context(), transition(operationRef(n), 2, session.OperationWaiting), session.InfoRequest{
		ID: fmt.Sprintf("ask_%d", n), Number: 1, Kind: session.AskCode, Message: "Enter the code that the site sent.",
		Fields: []session.Field{{Name: "code", Type: "code", Label: "Code", Length: 6, Pattern: "[0-9]+", Secret: true}}, Choices: []session.Choice{},
		MaskedTarget: "•••• 42", Attempt: 1, Allow: []session.Action{session.ActionAnswer, session.ActionCancel},
		AskedAt: start, ExpiresAt: start.Add(10 * time.Minute),
	})
	require.NoError(tb, err)
	return q
}

func login(tb testing.TB, db *sqlite.DB, n int) {
	tb.Helper()
	ctx, ref := tb.Context(), operationRef(n)
	begin(tb, db, n, "sealed parameters")
	lease, err := db.LendPage(ctx, store.Lease{Ref: ref, Attempt: 1, BrowserID: "br_1", LentAt: start}, 1)
	require.NoError(tb, err)
	lease.ContextID, lease.TargetID = "context", "target"
	require.NoError(tb, db.CompleteLease(ctx, lease))
	granted, err := db.Claim(ctx, store.Claim{Ref: ref, Attempt: 1, Step: "submit", Key: "1", Epoch: 1, At: start})
	require.NoError(tb, err)
	require.True(tb, granted)
	q := ask(tb, db, n)
	require.NoError(tb, db.AnswerQuestion(ctx, store.Answer{Ref: ref, QuestionID: q.ID, Input: store.Sealed("sealed code"), At: start}))
	w := transition(ref, 3, session.OperationRunning)
	w.ConsumedQuestion = q.ID
	_, err = db.AdvanceOperation(ctx, w)
	require.NoError(tb, err)
	require.NoError(tb, db.SaveCapture(ctx, ref, make(store.Sealed, 4096), start))
	_, err = db.FinishOperation(ctx, store.Finish{Transition: transition(ref, 4, session.OperationSucceeded)})
	require.NoError(tb, err)
	require.NoError(tb, db.ReleaseLease(ctx, ref, 1, start))
}
