package service

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// MaxFollow is the longest an operation is followed in one call: a key that was revoked is noticed at the next one.
const MaxFollow = 10 * time.Minute

// Notice is what is told to a caller who follows an operation.
type Notice struct {
	store.JournalEntry // its Number is 0 where the journal does not have it

	// Operation is set for the end.
	Operation session.Operation
}

// Follow tells what happens to an operation after the entry of its journal with this number, or from how it stands
// (store.FromLatest), each entry once and in order, until its end, when the process stops, after MaxFollow and when ctx ends. It
// calls tell with nil once the operation was found live, and then after every pause of beat, to show that it is there. It
// returns the first error of tell. Errors: NotFound, before tell is called.
func (s *Service) Follow(ctx context.Context, ref store.Ref, after int64, beat time.Duration, tell func(*Notice) error) error {
	err := s.follow(ctx, ref, after, beat, tell)
	if ctx.Err() != nil {
		err = nil // the caller has gone, whatever was going on
	}
	return err
}

func (s *Service) follow(ctx context.Context, ref store.Ref, after int64, beat time.Duration, tell func(*Notice) error) error {
	f := &following{service: s, ref: ref, after: after, tell: tell}
	changed, stop := s.store.Watch(ref.Operation) // before the first read, so that no change is missed
	defer stop()
	limit, beats := time.NewTimer(MaxFollow), time.NewTicker(beat)
	defer limit.Stop()
	defer beats.Stop()
	if over, err := f.begin(ctx); over || err != nil {
		return err
	}
	for {
		select {
		case <-changed:
			if over, err := f.tellNew(ctx); over || err != nil {
				return err
			}
		case <-beats.C:
			if err := tell(nil); err != nil {
				return err
			}
		case <-limit.C:
			return nil
		case <-s.stopping:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// following is one call of Follow.
type following struct {
	service *Service
	ref     store.Ref
	// after is the number of the last entry that was told.
	after int64
	tell  func(*Notice) error
}

// begin tells what there is to tell at first.
func (f *following) begin(ctx context.Context) (over bool, err error) {
	op, err := f.service.Operation(ctx, f.ref)
	if err != nil {
		return false, err
	}
	if !op.State.Final() {
		if err := f.tell(nil); err != nil {
			return false, err
		}
	}
	return f.tellNew(ctx)
}

// tellNew tells the entries that are new; over is true after the end.
func (f *following) tellNew(ctx context.Context) (over bool, err error) {
	// Read before the journal: whoever ended it wrote that into its journal at the same time.
	op, err := f.service.Operation(ctx, f.ref)
	if err != nil {
		return false, err
	}
	fresh := f.after == store.FromLatest
	for {
		entries, err := f.service.journal(ctx, f.ref, f.after)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			if over, err := f.tellEntry(ctx, e); over || err != nil {
				return over, err
			}
		}
		if len(entries) == store.MaxJournal {
			continue
		}
		if fresh && f.after == store.FromLatest {
			f.after = 0
			return f.tellStanding(op)
		}
		return f.untoldEnd(ctx, op)
	}
}

// untoldEnd tells the end of an operation that a version before ended, which kept no journal.
func (f *following) untoldEnd(ctx context.Context, op session.Operation) (over bool, err error) {
	if !op.State.Final() {
		return false, nil
	}
	entries, err := f.service.journal(ctx, f.ref, store.FromLatest)
	if err != nil || entries[len(entries)-1].Kind == store.JournalEnd { // told before this call
		return true, err
	}
	return f.tellStanding(op)
}

func (f *following) tellEntry(ctx context.Context, e store.JournalEntry) (over bool, err error) {
	n := &Notice{JournalEntry: e}
	if e.Kind == store.JournalEnd {
		if n.Operation, err = f.service.Operation(ctx, f.ref); err != nil {
			return false, err
		}
	}
	f.after = e.Number
	return e.Kind == store.JournalEnd, f.tell(n)
}

// tellStanding tells how an operation stands whose journal is empty: a version before wrote it.
func (f *following) tellStanding(op session.Operation) (over bool, err error) {
	e := store.JournalEntry{Kind: store.JournalState, State: op.State, Step: op.Step, Attempt: op.Attempt, At: op.UpdatedAt}
	notices := []*Notice{{JournalEntry: e}}
	if e.Question = op.Question; e.Question != nil {
		e.Kind = store.JournalQuestion
		notices = append(notices, &Notice{JournalEntry: e})
	}
	if op.State.Final() {
		e.Kind = store.JournalEnd
		notices = append(notices, &Notice{JournalEntry: e, Operation: op})
	}
	for _, n := range notices {
		if err := f.tell(n); err != nil {
			return false, err
		}
	}
	return op.State.Final(), nil
}

func (s *Service) journal(ctx context.Context, ref store.Ref, after int64) ([]store.JournalEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	entries, err := s.store.Journal(ctx, ref, after)
	if err != nil {
		return nil, s.storeError(ctx, "read the operation's journal", err)
	}
	return entries, nil
}
