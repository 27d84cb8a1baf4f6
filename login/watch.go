package login

import (
	"context"
	"errors"
	"time"

	"github.com/anteroom/anteroom/session"
)

const (
	// watchSlice is the longest wait between two looks at a page that never rests.
	watchSlice = 5 * time.Second
	// watchLoading is how long a page may be nothing that we know before that counts as a change: some renew themselves.
	watchLoading = 3 * time.Second
)

// Watch waits while a question is open that may be answered elsewhere: an approval, a link, a captcha. It returns true
// once the page is another step than the one that in.Progress ended at, or shows another number or complaint, and false
// when ctx's deadline passed. It changes nothing. Errors: ErrPageLost, ctx's when it was cancelled, an engine fault.
func Watch(ctx context.Context, page Page, in Input) (bool, error) {
	return newRun(page, nil, silent{}, in).watchUntil(ctx)
}

func (r *run) watchUntil(ctx context.Context) (bool, error) {
	r.in.Resumed = true
	changed, err := r.watch(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return false, nil
	}
	return changed, err
}

// silent reports nothing.
type silent struct{}

func (silent) Step(session.Step) {}

func (r *run) watch(ctx context.Context) (bool, error) {
	var unknownSince time.Time
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		known, err := r.watchOnce(ctx)
		if err != nil {
			return false, err
		}
		wait := watchSlice
		switch {
		case known && r.moved():
			return true, nil
		case known && r.seen.Class != ClassUnknown:
			unknownSince = time.Time{}
		case unknownSince.IsZero():
			unknownSince, wait = r.clock.Now(), watchLoading
		case r.clock.Now().Sub(unknownSince) >= watchLoading:
			return true, nil
		default:
			wait = watchLoading - r.clock.Now().Sub(unknownSince)
		}
		if err := r.idle(ctx, wait, unknownSince.IsZero()); err != nil {
			return false, err
		}
	}
}

// watchOnce reads the page. It returns false when the page is on its way elsewhere.
func (r *run) watchOnce(ctx context.Context) (bool, error) {
	r.readAt = r.page.Mark()
	m, err := r.page.Model(ctx)
	if errors.Is(err, ErrDocumentChanged) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.model = m
	return true, r.classify(ctx)
}

// moved reports whether the page is another step than the one that the last run ended at.
func (r *run) moved() bool {
	p := &r.in.Progress
	if r.seen.Class == ClassUnknown && p.LastClass != ClassUnknown {
		return false // it may be loading
	}
	return r.seen.Class != p.LastClass || r.seen.Signature != p.LastSignature || r.shown() != p.LastShown
}

// idle waits until something happens on the page; patient also when nothing does for a whole slice.
func (r *run) idle(ctx context.Context, wait time.Duration, patient bool) error {
	for {
		if err := r.page.Settle(ctx, r.readAt, wait, wait); err != nil {
			return err
		}
		if !patient || r.page.Mark() != r.readAt {
			return nil
		}
	}
}
