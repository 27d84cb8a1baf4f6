package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// MaxSkew is how far a process's clock may be from the store's before it says so: deadlines are written by one process and kept
// by another.
const MaxSkew = 5 * time.Second

// clockInterval is the pause between two looks at the clocks.
const clockInterval = time.Minute

// ClockStore is the part of the store that tells the time.
type ClockStore interface {
	Clock(ctx context.Context) (time.Time, error)
}

// Skew returns how far this process's clock is ahead of the store's; negative where it is behind. It is known to half the time
// that the store takes to answer.
func Skew(ctx context.Context, s ClockStore, now func() time.Time) (time.Duration, error) {
	asked := now()
	theirs, err := s.Clock(ctx)
	if err != nil {
		return 0, fmt.Errorf("compare the clocks: %w", err)
	}
	answered := now()
	skew := asked.Add(answered.Sub(asked) / 2).Sub(theirs)
	if took := answered.Sub(asked); skew.Abs() <= took { // a slow answer is no wrong clock
		return 0, nil
	}
	return skew.Round(time.Millisecond), nil
}

// ClockWatch compares this process's clock with the store's.
type ClockWatch struct {
	Store  ClockStore
	Now    func() time.Time
	Logger *slog.Logger
	// OnSkew is told of each comparison; nil is nobody.
	OnSkew func(ahead time.Duration)

	wrong bool
}

// Run compares at once and every minute, until ctx ends; the caller waits for its return.
func (w *ClockWatch) Run(ctx context.Context) {
	for {
		w.Look(ctx)
		if !pauseFor(ctx, clockInterval) {
			return
		}
	}
}

// Look compares once, and says so where the clocks differ too much, and when they do no more. A store that does not answer says
// nothing about clocks.
func (w *ClockWatch) Look(ctx context.Context) {
	ahead, err := Skew(ctx, w.Store, w.Now)
	if err != nil {
		return
	}
	if w.OnSkew != nil {
		w.OnSkew(ahead)
	}
	switch wrong := ahead.Abs() > MaxSkew; {
	case wrong:
		w.Logger.WarnContext(ctx, "the clock of this machine differs from the store's: deadlines come too early or too late; let NTP set both",
			"ahead", ahead)
		w.wrong = true
	case w.wrong:
		w.Logger.InfoContext(ctx, "the clock of this machine agrees with the store's again", "ahead", ahead)
		w.wrong = false
	}
}
