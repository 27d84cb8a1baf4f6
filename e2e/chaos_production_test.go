//go:build e2e && production

package e2e

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/store/postgres"
)

// TestChaos_WhateverIsKilled_EveryLoginEndsRight is not parallel: what it kills is what the other tests use.
func TestChaos_WhateverIsKilled_EveryLoginEndsRight(t *testing.T) { //nolint:paralleltest // it kills what others use
	p := inProduction
	target := &chaosTarget{name: "production", addresses: p.addresses(), key: everything.shared.key, leftBehind: p.leftBehind}
	for _, r := range p.apis {
		target.victims = append(target.victims, replicaVictim(r, 15))
	}
	for _, r := range p.workers {
		target.victims = append(target.victims, replicaVictim(r, 15))
	}
	keeper := replicaVictim(p.browser, 2)
	keeper.browser = true
	target.victims = append(target.victims, keeper, chromiumVictim(p.endpoint(), 2), replicaVictim(p.temporal, 18))
	target.befall(t)
}

// replicaVictim is a process that is started again with the same command line, by a supervisor: again after a pause where it ends by
// itself, since what it needs is away.
func replicaVictim(r *replica, weight int) *victim {
	return &victim{
		name: r.name, weight: weight,
		strike: func(context.Context) error { return killed(r.kill()) },
		back:   func(ctx context.Context) error { return supervised(ctx, r.run, r.kill) },
	}
}

// endpoint reaches the browser process.
func (p *production) endpoint() *browser.Endpoint { return browser.NewEndpoint(p.browser.args[2]) }

// leftBehind looks at the browser, the store and Temporal.
func (p *production) leftBehind(t *testing.T, ended []*chaosLogin) []string {
	t.Helper()
	db, err := postgres.Open(t.Context(), p.postgres.urlWithPassword("anteroom"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	r := &remains{
		store: db, endpoint: p.endpoint(), temporal: dialTemporal(t, p.temporalAddress(), sdk.Options{}), warm: workerProcesses * warmPages, ended: ended,
	}
	return r.list(t)
}
