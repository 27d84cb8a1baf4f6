package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var submitTests = tests{
	"Submit_WhateverStartsAndClaimsAtOnce_HappensOncePerLoginAndNeverAfterARejection": func(f *fixture) {
		round := 0
		rapid.Check(f.t, func(r *rapid.T) {
			round++
			checkSubmits(f.t.Context(), r, round, manyCallers.Draw(r, "callers"), f.Store)
		})
	},
}

// submits is what the callers of a round saw.
type submits struct {
	replicas []store.Store
	account  string
	// mu guards what follows, for the length of an assignment.
	mu sync.Mutex
	// live counts the accepted starts that have not ended.
	live, mostLive int
	// submitted says which credentials were submitted, in order, with those that had been rejected before each.
	submitted []string
	rejected  map[string]bool
	faults    []string
}

// replicaRounds is fewer than rapid's hundred checks: processes that wait for each other's lock sleep, as SQLite does for up to
// a tenth of a second.
const replicaRounds = 25

// manyCallers draws the logins of a round.
var manyCallers = rapid.SliceOfN(rapid.Custom(drawCaller), 2, 8)

// RunReplicas proves what must hold for several processes on one database: replicas are handles of the same, empty one.
func RunReplicas(t *testing.T, replicas ...store.Store) {
	t.Helper()
	f := newFixture(t, replicas[0])
	for round := range replicaRounds {
		checkSubmits(f.t.Context(), t, round, manyCallers.Example(round), replicas...)
	}
}

// checkSubmits lets many callers start, bind, claim and end logins of one account at once, on several replicas of the same
// database. Never are two logins of the account live, never is a submit granted twice to a login, and never is one granted
// with credentials that were rejected. The database holds what newFixture writes; round tells the checks of a database apart.
func checkSubmits(ctx context.Context, t require.TestingT, round int, callers []caller, replicas ...store.Store) {
	s := &submits{replicas: replicas, account: fmt.Sprintf("account-%d", round), rejected: map[string]bool{}}
	calls := make([]func() error, len(callers))
	for i, c := range callers {
		c.number, c.name = i, fmt.Sprintf("r%d-%d", round, i)
		calls[i] = func() error { return s.login(ctx, c) }
	}
	for _, err := range together(calls...) {
		require.NoError(t, err)
	}
	require.Empty(t, s.faults)
	require.LessOrEqual(t, s.mostLive, 1, "live logins of one account")
	require.NotEmpty(t, s.submitted, "somebody got through")
}

// at is the replica of a call: callers change between them.
func (s *submits) at(i int) store.Store { return s.replicas[i%len(s.replicas)] }

// caller is one login.
type caller struct {
	number      int
	name        string
	credentials string
	bindLater   bool
	claims      int
	end         session.FailureClass
}

func drawCaller(r *rapid.T) caller {
	return caller{
		credentials: rapid.SampledFrom([]string{"c1", "c2", "c3"}).Draw(r, "credentials"),
		bindLater:   rapid.Bool().Draw(r, "bind later"),
		claims:      rapid.IntRange(1, 3).Draw(r, "claims"),
		end: rapid.SampledFrom([]session.FailureClass{
			session.FailureCredential, session.FailureLockout, session.FailureSite,
		}).Draw(r, "end"),
	}
}

// login starts, binds, claims and ends. What refuses it is nil; anything else is a fault.
func (s *submits) login(ctx context.Context, c caller) error {
	ref, accepted, err := s.accepted(ctx, c)
	if err != nil || !accepted {
		return err
	}
	granted, err := s.claim(ctx, c, ref)
	if err != nil {
		return err
	}
	s.leave(c, granted)
	_, err = s.at(c.number+1).FinishOperation(ctx, failure(ref, 2, c.end))
	return err
}

// accepted starts a login of the account, which then counts as live.
func (s *submits) accepted(ctx context.Context, c caller) (store.Ref, bool, error) {
	n := promise("session-"+c.name, "op_"+c.name)
	n.Operation.AccountKey, n.Operation.CredentialKey = s.account, c.credentials
	if c.bindLater {
		n.Operation.AccountKey, n.Operation.CredentialKey = "", "none"
	}
	ref := refOf(n.Operation.ID)
	if _, err := s.at(c.number).CreateOperation(ctx, n); err != nil {
		return ref, false, unlessRefused(err)
	}
	if !c.bindLater {
		s.enter()
	}
	if _, err := s.at(c.number+1).BeginOperation(ctx, write(ref, 1, session.OperationRunning)); err != nil || !c.bindLater {
		return ref, err == nil, err
	}
	if err := s.at(c.number).BindAccount(ctx, bindingOf(ref, s.account, c.credentials)); err != nil {
		_, over := s.at(c.number).FinishOperation(ctx, end(ref, 2, session.OperationFailed))
		return ref, false, errors.Join(unlessRefused(err), over)
	}
	s.enter()
	return ref, true, nil
}

// claim lets several executions of one login claim its submit at once and returns how often it was granted.
func (s *submits) claim(ctx context.Context, c caller, ref store.Ref) (count int, err error) {
	lease, err := s.at(c.number).LendPage(ctx, leaseFor(ref), 1000)
	if err != nil {
		return 0, err
	}
	grants := make([]bool, c.claims)
	calls := make([]func() error, c.claims)
	for n := range calls {
		calls[n] = func() (err error) {
			grants[n], err = s.at(c.number+n).Claim(ctx, claimFor(ref, lease.Epoch))
			return err
		}
	}
	err = errors.Join(together(calls...)...)
	for _, granted := range grants {
		if granted {
			count++
		}
	}
	return count, err
}

func (s *submits) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live++
	s.mostLive = max(s.mostLive, s.live)
}

// leave notes what a login did before it ends, while no other one can be live.
func (s *submits) leave(c caller, granted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	if granted > 1 {
		s.faults = append(s.faults, fmt.Sprintf("a login submitted %d times", granted))
	}
	if granted > 0 && s.rejected[c.credentials] {
		s.faults = append(s.faults, "submitted "+c.credentials+", which was rejected before")
	}
	if granted > 0 {
		s.submitted = append(s.submitted, c.credentials)
	}
	if c.end.OpensBreaker() {
		s.rejected[c.credentials] = true
	}
}

// unlessRefused drops the errors that refuse what must not happen.
func unlessRefused(err error) error {
	var (
		busy *store.AccountBusyError
		open *store.BreakerOpenError
	)
	if errors.As(err, &busy) || errors.As(err, &open) {
		return nil
	}
	return err
}
