package worker_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/worker"
)

// lostLeases is a store of nothing but lost leases.
type lostLeases struct {
	worker.ReconcilerStore

	leases []store.Lease
}

func (s *lostLeases) LostLeases(context.Context, int) ([]store.Lease, error) { return s.leases, nil }

func (s *lostLeases) GetOperation(context.Context, store.Ref) (session.Operation, error) {
	return session.Operation{Attempt: 1}, nil
}

func (s *lostLeases) UnstartedOperations(context.Context, time.Time, int) ([]session.Operation, error) {
	return nil, nil
}

func (s *lostLeases) UnconsumedAnswers(context.Context, time.Time, int) ([]store.AnsweredQuestion, error) {
	return nil, nil
}

func (s *lostLeases) OrphanLeases(context.Context, time.Time, int) ([]store.Lease, error) {
	return nil, nil
}

func (s *lostLeases) LiveAmong(context.Context, []string) ([]session.Operation, error) {
	return nil, nil
}

func (s *lostLeases) UnfollowedCancels(context.Context, int) ([]session.Operation, error) {
	return nil, nil
}

func (s *lostLeases) LiveOperations(context.Context, string, int) ([]session.Operation, error) {
	return nil, nil
}

func TestBrowserLost_TellsWhoWaitsAtOnce_AndLeavesStepsToThemselvesAtFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		workflows := &fakeWorkflows{ended: map[string]string{}}
		leases := &lostLeases{}
		r := &worker.Reconciler{Store: leases, Workflows: workflows, Now: time.Now}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		synctest.Wait()
		for op, state := range map[string]session.OperationState{"op_waits": session.OperationWaiting, "op_acts": session.OperationRunning} {
			leases.leases = append(leases.leases, store.Lease{
				Ref: store.Ref{Operation: op}, Attempt: 1, BrowserID: "br_1", TargetID: "t", OperationState: state,
			})
		}
		r.BrowserLost()
		synctest.Wait()
		require.Equal(t, []string{"op_waits br_1"}, workflows.told(), "no time passed: it was no sweep")

		<-time.After(2*time.Second + time.Millisecond)
		synctest.Wait()
		require.Contains(t, workflows.told(), "op_acts br_1", "within two seconds, should nobody find out")
		cancel()
		<-done
	})
}
