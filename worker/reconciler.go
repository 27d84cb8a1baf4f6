package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// How often the reconciler looks, and how old what it makes good must be: younger work is still on its ordinary way.
const (
	sweepInterval = time.Second
	// startAfter is when a queued row without a workflow is started by the reconciler.
	startAfter = 2 * time.Second
	// resumeAfter is when the signal of an answer that was not taken up is repeated.
	resumeAfter = 2 * time.Second
	// orphanAfter is when a page of an ended operation is told to its workflow, and then to the janitor.
	orphanAfter = 5 * time.Second
	// goneInterval is the pause between two looks for rows whose workflow is gone: well within the 30 s promised.
	goneInterval = 8 * time.Second
	// ages is longer than any clock is set back.
	ages = 100 * 365 * 24 * time.Hour
	// sweepLimit bounds one sweep of one kind.
	sweepLimit = 200
)

// ReconcilerStore is the part of the store that the reconciler needs.
type ReconcilerStore interface {
	store.Sweeps
	GetOperation(ctx context.Context, ref store.Ref) (session.Operation, error)
	FinishOperation(ctx context.Context, f store.Finish) (session.Operation, error)
	ReleaseLease(ctx context.Context, ref store.Ref, attempt int, at time.Time) error
}

// Workflows is what the reconciler does to workflows.
type Workflows interface {
	Start(ctx context.Context, op session.Operation) error
	Resume(ctx context.Context, ref store.Ref, questionID string) error
	BrowserLost(ctx context.Context, ref store.Ref, browserID string) error
	Cancel(ctx context.Context, ref store.Ref) error
	End(ctx context.Context, ref store.Ref) (code string, running bool, err error)
	// Ended lists the operations whose workflow came to a bad end since then, or ever: terminated, timed out, failed, canceled.
	Ended(ctx context.Context, since time.Time) ([]string, error)
}

// Reconciler makes good what a crash left undone: it starts what a row promises and no workflow does, repeats the signals
// of answers, lost browsers and cancels that were not taken up, and closes the rows whose workflow is gone. Several may run
// at once: everything they do may be repeated.
type Reconciler struct {
	Store     ReconcilerStore
	Workflows Workflows
	Now       func() time.Time
	Logger    *slog.Logger
	// Made is told what was made good: start, resume, browser_lost, cancel, release, close. Nil is nobody.
	Made func(ctx context.Context, action string)

	lastGone   time.Time
	lastEnded  time.Time
	goneCursor string
	// closed counts the rows that were closed because their workflow is gone.
	closed int
	// lostBefore are the leases that the last sweep found on lost browsers.
	lostBefore map[leaseKey]bool

	wakeOnce sync.Once
	wake     chan struct{}
}

// leaseKey names a lease.
type leaseKey struct {
	ref     store.Ref
	attempt int
}

// BrowserLost has the logins that wait on a lost browser told at once instead of at the next sweep. Call it after the store
// was told.
func (r *Reconciler) BrowserLost() {
	select {
	case r.woken() <- struct{}{}:
	default: // it is about to look
	}
}

func (r *Reconciler) woken() chan struct{} {
	r.wakeOnce.Do(func() { r.wake = make(chan struct{}, 1) })
	return r.wake
}

// Run sweeps until ctx ends.
func (r *Reconciler) Run(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		r.Sweep(ctx)
		if !r.rest(ctx, tick.C) {
			return
		}
	}
}

// rest waits for the next sweep, and looks for lost browsers meanwhile whenever it is woken; false when ctx ended.
func (r *Reconciler) rest(ctx context.Context, next <-chan time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-next:
			return true
		case <-r.woken():
			_, err := r.tellLostBrowsers(ctx, nil)
			r.report(ctx, "tell of lost browsers", err)
		}
	}
}

// Sweep looks once at everything.
func (r *Reconciler) Sweep(ctx context.Context) {
	now := r.Now()
	thorough := now.Sub(r.lastGone) >= goneInterval || now.Before(r.lastGone)
	since := func(age time.Duration) time.Time {
		if thorough && !r.lastGone.IsZero() {
			// Whatever the rows say: where a clock was set back, they look as if they were of the future.
			return now.Add(ages)
		}
		return now.Add(-age)
	}
	r.report(ctx, "start what is queued", r.startQueued(ctx, since(startAfter)))
	r.report(ctx, "repeat answers", r.repeatAnswers(ctx, since(resumeAfter)))
	lost, err := r.tellLostBrowsers(ctx, r.lostBefore)
	r.lostBefore = lost
	r.report(ctx, "tell of lost browsers", err)
	r.report(ctx, "cancel what is over", r.cancelEnded(ctx, since(orphanAfter)))
	if thorough {
		r.lastGone = now
		r.report(ctx, "close rows without a workflow", r.closeGone(ctx))
	}
}

func (r *Reconciler) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		r.Logger.WarnContext(ctx, "sweep", "doing", what, "error", err)
	}
}

// startQueued starts, with the same id, what a row promises; after the start deadline it closes the row instead.
func (r *Reconciler) startQueued(ctx context.Context, before time.Time) error {
	ops, err := r.Store.UnstartedOperations(ctx, before, sweepLimit)
	if err != nil {
		return err
	}
	return each(ctx, ops, r.startOne)
}

// each does the same to every row. A row on which it fails does not keep the others waiting, unless the failure says that
// nobody can be reached now.
func each[T any](ctx context.Context, rows []T, do func(ctx context.Context, row T) error) error {
	var errs []error
	for _, row := range rows {
		err := do(ctx, row)
		if err == nil {
			continue
		}
		errs = append(errs, err)
		_, away := errors.AsType[*serviceerror.Unavailable](err)
		if away || errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func (r *Reconciler) startOne(ctx context.Context, op session.Operation) error {
	ref := store.Ref{Workspace: op.Workspace, Operation: op.ID}
	if r.Now().After(op.StartDeadline) {
		return r.close(ctx, ref, op, "not_started", "no worker took up this login in time; check that a worker runs, then start again")
	}
	if err := r.made(ctx, "start", r.Workflows.Start(ctx, op)); err != nil {
		return err
	}
	code, running, err := r.Workflows.End(ctx, ref)
	if err != nil || running {
		return err
	}
	return r.closeIfLive(ctx, ref, code)
}

func (r *Reconciler) repeatAnswers(ctx context.Context, before time.Time) error {
	answers, err := r.Store.UnconsumedAnswers(ctx, before, sweepLimit)
	if err != nil {
		return err
	}
	return each(ctx, answers, func(ctx context.Context, a store.AnsweredQuestion) error {
		return r.made(ctx, "resume", r.Workflows.Resume(ctx, a.Ref, a.QuestionID))
	})
}

// tellLostBrowsers tells the logins whose browser is lost. One that waits is told at once. One in the middle of a step is told only if
// its lease was among those before: its step finds out by itself, and knows what the site had refused, unless its worker is gone, too.
func (r *Reconciler) tellLostBrowsers(ctx context.Context, before map[leaseKey]bool) (map[leaseKey]bool, error) {
	leases, err := r.Store.LostLeases(ctx, sweepLimit)
	if err != nil {
		return before, err
	}
	lost := map[leaseKey]bool{}
	var told []store.Lease
	for _, l := range leases {
		key := leaseKey{l.Ref, l.Attempt}
		lost[key] = true
		if before[key] || l.OperationState == session.OperationWaiting {
			told = append(told, l)
		}
	}
	return lost, r.tellAll(ctx, told)
}

// tellers is how many logins are told of their lost browser at the same time: it may have had hundreds.
const tellers = 8

func (r *Reconciler) tellAll(ctx context.Context, told []store.Lease) error {
	errs := make([]error, tellers)
	var wg sync.WaitGroup
	for i := range min(tellers, len(told)) {
		wg.Go(func() {
			var own []store.Lease
			for j := i; j < len(told); j += tellers {
				own = append(own, told[j])
			}
			errs[i] = each(ctx, own, r.tellLost)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// tellLost repeats the signal until the workflow began another attempt. Then the lease is released: a login may wait for a day,
// and a signal a second would fill its history. An intent is not told: nothing happened on its page, and the opening is soon
// taken up by another worker, which costs no attempt.
func (r *Reconciler) tellLost(ctx context.Context, l store.Lease) error {
	op, err := r.Store.GetOperation(ctx, l.Ref)
	if err != nil {
		return err
	}
	if op.Attempt > l.Attempt {
		return r.Store.ReleaseLease(ctx, l.Ref, l.Attempt, r.Now())
	}
	if l.TargetID == "" {
		return nil
	}
	return r.made(ctx, "browser_lost", r.Workflows.BrowserLost(ctx, l.Ref, l.BrowserID))
}

// cancelEnded cancels workflows whose operation ended without them, while they still hold a page. A lease that no workflow
// gives back any more is released: its page went with its browser, was never opened, or is the janitor's, who goes by the
// pages and not by the leases.
func (r *Reconciler) cancelEnded(ctx context.Context, before time.Time) error {
	leases, err := r.Store.OrphanLeases(ctx, before, sweepLimit)
	if err != nil {
		return err
	}
	return each(ctx, leases, r.cancelOrRelease)
}

func (r *Reconciler) cancelOrRelease(ctx context.Context, l store.Lease) error {
	_, running, err := r.Workflows.End(ctx, l.Ref)
	if err != nil {
		return err
	}
	if running {
		return r.made(ctx, "cancel", r.Workflows.Cancel(ctx, l.Ref))
	}
	return r.made(ctx, "release", r.Store.ReleaseLease(ctx, l.Ref, l.Attempt, r.Now()))
}

// made tells of an action that succeeded, and returns err.
func (r *Reconciler) made(ctx context.Context, action string, err error) error {
	if err == nil && r.Made != nil {
		r.Made(ctx, action)
	}
	return err
}
