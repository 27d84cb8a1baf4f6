package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/worker"
)

// clocks are a store's clock and ours, which goes on by took while the store is asked.
type clocks struct {
	ours, theirs time.Time
	took         time.Duration
	err          error
}

func (c *clocks) now() time.Time { return c.ours }

func (c *clocks) Clock(context.Context) (time.Time, error) {
	c.ours = c.ours.Add(c.took)
	return c.theirs, c.err
}

func TestSkew_WhateverTheAnswerTakes_IsTheDifferenceOfTheClocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ ahead, took, want time.Duration }{
		{0, 0, 0},
		{time.Hour, 0, time.Hour},
		{-time.Hour, 0, -time.Hour},
		{7 * time.Second, 2 * time.Second, 8 * time.Second},
		{-7 * time.Second, 2 * time.Second, -6 * time.Second},
		{0, 20 * time.Second, 0}, // it may have looked at its clock at any moment
	} {
		k := &clocks{ours: at.Add(c.ahead), theirs: at, took: c.took}
		skew, err := worker.Skew(t.Context(), k, k.now)
		require.NoError(t, err)
		require.Equal(t, c.want, skew, "%+v", c)
	}
}

func TestClockWatch_WhenTheClocksDiffer_SaysSoUntilTheyAgree(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k := &clocks{ours: at.Add(4 * time.Second), theirs: at}
	var log bytes.Buffer
	var told []time.Duration
	w := &worker.ClockWatch{
		Store: k, Now: k.now, Logger: slog.New(slog.NewTextHandler(&log, nil)), OnSkew: func(d time.Duration) { told = append(told, d) },
	}
	w.Look(t.Context())
	require.Empty(t, log.String())
	k.ours = at.Add(-6 * time.Second)
	w.Look(t.Context())
	require.Contains(t, log.String(), "level=WARN")
	require.Contains(t, log.String(), "ahead=-6s")
	k.err = errors.New("away")
	w.Look(t.Context())
	k.err, k.ours = nil, at
	w.Look(t.Context())
	w.Look(t.Context())
	require.Equal(t, 2, strings.Count(log.String(), "\n"), log.String())
	require.Contains(t, log.String(), "agrees")
	require.Equal(t, []time.Duration{4 * time.Second, -6 * time.Second, 0, 0}, told)
}
