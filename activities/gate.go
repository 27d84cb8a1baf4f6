package activities

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// gateStore is the part of the store that a gate needs.
type gateStore interface {
	store.Operations
	store.Accounts
}

// claimGate asks the store for what must happen at most once.
type claimGate struct {
	held  *heldPage
	store gateStore
	op    *session.Operation
	now   func() time.Time
}

// Claim claims the step for this attempt. An open breaker is a *session.Failure.
func (g *claimGate) Claim(ctx context.Context, step login.ClaimStep, key string) (bool, error) {
	if err := g.held.check(ctx); err != nil {
		return false, err
	}
	lease := g.held.lease
	granted, err := g.store.Claim(ctx, store.Claim{
		Ref: lease.Ref, Attempt: lease.Attempt, Step: string(step), Key: key, Epoch: lease.Epoch, At: g.now(),
	})
	if open, ok := errors.AsType[*store.BreakerOpenError](err); ok {
		return false, breakerFailure(open)
	}
	return granted, err
}

// Spend marks what the account uses once as used, in whatever operation.
func (g *claimGate) Spend(ctx context.Context, kind login.SpendKind, key string) (bool, error) {
	if err := g.held.check(ctx); err != nil {
		return false, err
	}
	return g.store.Spend(ctx, store.Spend{
		Ref: g.held.lease.Ref, AccountKey: g.op.AccountKey, Kind: string(kind), Key: key, At: g.now(),
	})
}

// NextCounter takes the account's next HOTP counter. An operation whose account has no name counts for itself.
func (g *claimGate) NextCounter(ctx context.Context, from int64) (int64, error) {
	if err := g.held.check(ctx); err != nil {
		return 0, err
	}
	return g.store.NextCounter(ctx, g.op.Workspace, cmp.Or(g.op.AccountKey, g.op.ID), from, g.now())
}

// breakerFailure says as at the start of an operation why nothing is submitted.
func breakerFailure(open *store.BreakerOpenError) *session.Failure {
	what := "start with changed parameters, or reset the account's breaker"
	if !open.Until.IsZero() {
		what = "wait until " + open.Until.UTC().Format(time.RFC3339) + ", or reset the account's breaker"
	}
	return session.NewFailure(open.Class, "breaker_open",
		"the site refused this account before ("+string(open.Class)+"), so nothing is submitted for it again; "+what)
}
