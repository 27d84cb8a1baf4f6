// Package fakepages plays the page activities of logins without a browser, for tests and benchmarks of everything around the
// page: the workflow, the store, the API and Temporal are real.
//
//	fake := &fakepages.Fake{Store: db}
//	stop, err := fake.Poll(temporal) // instead of a worker with a browser
//	go fake.Offer(ctx, db, 10_000)   // where operations are to be admitted to fake pages
//
// A login on a fake page asks for one code, takes whatever is answered, and is then logged in with an empty storage state. No
// page is lent: the logins take nothing from the capacity of real browsers.
//
// The package imports session, store, workflows and Temporal's SDK.
package fakepages

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// Store is the part of the store that fake pages need.
type Store interface {
	SaveCapture(ctx context.Context, ref store.Ref, state store.Sealed, at time.Time) error
}

// Fake is a browser that is none. Set its fields before it is used; the zero value of all but Store will do.
type Fake struct {
	Store Store
	// Kind is the kind of browser that projects must want to get a fake page; empty means the headless shell.
	Kind session.BrowserKind
	// ID tells several of them apart; empty means "fake".
	ID string
	// Ask is the question of an operation, which has a field "code" unless Ask says otherwise; nil asks for a code. An operation
	// without a question is logged in at once.
	Ask func(ref store.Ref) *session.InfoRequest
	// Took is told which answer was taken up for a page; nil is nobody. Activities may run more than once.
	Took func(ctx context.Context, ref store.Ref, questionID string) error
	// Seal seals the empty storage state that a login leaves; nil keeps what nobody can open.
	Seal func(ref store.Ref) (store.Sealed, error)
}

// Poll starts the workers that open fake pages and act on them. The returned func stops them.
func (f *Fake) Poll(c client.Client) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, stop := range stops {
			stop()
		}
	}
	for _, queue := range []string{workflows.PageTaskQueueFor(f.Kind), workflows.BrowserTaskQueue(f.id())} {
		w := worker.New(c, queue, worker.Options{DisableWorkflowWorker: true, DisableRegistrationAliasing: true})
		f.Register(w)
		if err := w.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("poll task queue %s: %w", queue, err)
		}
		stops = append(stops, w.Stop)
	}
	return stop, nil
}

// offerInterval is how often fake pages are offered; see store.OfferLasts.
const offerInterval = 5 * time.Second

// Offer offers fake pages, until ctx ends, so that operations are admitted to them.
func (f *Fake) Offer(ctx context.Context, s Offers, pages int) error {
	tick := time.NewTicker(offerInterval)
	defer tick.Stop()
	for {
		offer := store.Offer{Host: f.id(), Browser: cmp.Or(f.Kind, session.BrowserShell), Pages: pages, At: time.Now()}
		if err := s.OfferPages(ctx, offer); err != nil && ctx.Err() == nil {
			return fmt.Errorf("offer fake pages: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Offers is the part of the store that takes offers of pages.
type Offers interface {
	OfferPages(ctx context.Context, o store.Offer) error
}

// Register registers the activities, for who polls by other means.
func (f *Fake) Register(r worker.ActivityRegistry) {
	for name, do := range map[string]any{
		workflows.ActivityOpenPage:  f.openPage,
		workflows.ActivityAdvance:   f.advance,
		workflows.ActivityWatch:     f.watch,
		workflows.ActivityCapture:   f.capture,
		workflows.ActivityProve:     f.prove,
		workflows.ActivityClosePage: f.closePage,
	} {
		r.RegisterActivityWithOptions(do, activity.RegisterOptions{Name: name})
	}
}

func (f *Fake) id() string {
	if f.ID == "" {
		return "fake"
	}
	return f.ID
}

func (f *Fake) openPage(ctx context.Context, in *workflows.OpenPageInput) (*workflows.OpenPageOutput, error) {
	page := workflows.PageRef{
		Workspace: in.Workspace, Operation: in.Operation, Attempt: in.Attempt,
		BrowserID: f.id(), TaskQueue: workflows.BrowserTaskQueue(f.id()),
	}
	out, err := f.begin(ctx, page)
	return &workflows.OpenPageOutput{PageRef: page, Advanced: out}, err
}

func (f *Fake) begin(ctx context.Context, page workflows.PageRef) (*workflows.AdvanceOutput, error) {
	question := codeQuestion()
	if f.Ask != nil {
		question = f.Ask(refOf(page))
	}
	if question == nil {
		return f.loggedIn(ctx, page)
	}
	return &workflows.AdvanceOutput{Question: question}, nil
}

// codeQuestion asks for what was sent.
func codeQuestion() *session.InfoRequest {
	return &session.InfoRequest{
		Kind: session.AskCode, Message: "Enter the code that was sent.", Attempt: 1,
		Fields: []session.Field{{Name: "code", Type: "code", Label: "Code", Secret: true}},
		Allow:  []session.Action{session.ActionAnswer},
	}
}

// advance is logged in once there is an answer.
func (f *Fake) advance(ctx context.Context, in *workflows.AdvanceInput) (*workflows.AdvanceOutput, error) {
	if in.CodeQuestion == "" {
		return f.begin(ctx, in.Page)
	}
	if f.Took != nil {
		if err := f.Took(ctx, refOf(in.Page), in.CodeQuestion); err != nil {
			return nil, err
		}
	}
	return f.loggedIn(ctx, in.Page)
}

func (f *Fake) loggedIn(ctx context.Context, page workflows.PageRef) (*workflows.AdvanceOutput, error) {
	out := &workflows.AdvanceOutput{
		LoggedIn: true, Captured: true, Landing: "https://fake.example/",
		Verdict: &session.Verdict{LoggedIn: true, Confidence: 100},
	}
	return out, f.keep(ctx, page)
}

// keep keeps a storage state, without which no login succeeds.
func (f *Fake) keep(ctx context.Context, page workflows.PageRef) error {
	state := store.Sealed("of a fake page")
	if f.Seal != nil {
		var err error
		if state, err = f.Seal(refOf(page)); err != nil {
			return err
		}
	}
	return f.Store.SaveCapture(ctx, refOf(page), state, time.Now())
}

// watch sees nothing happen: a fake page goes on with an answer only.
func (f *Fake) watch(context.Context, *workflows.WatchInput) (*workflows.WatchOutput, error) {
	return &workflows.WatchOutput{}, nil
}

func (f *Fake) capture(ctx context.Context, in *workflows.CaptureInput) error {
	return f.keep(ctx, in.Page)
}

func (f *Fake) prove(context.Context, *workflows.ProveInput) (*workflows.ProveOutput, error) {
	return &workflows.ProveOutput{Verdict: &session.Verdict{LoggedIn: true, Confidence: 100, Proven: true}}, nil
}

func (f *Fake) closePage(context.Context, *workflows.ClosePageInput) error { return nil }

func refOf(page workflows.PageRef) store.Ref {
	return store.Ref{Workspace: page.Workspace, Operation: page.Operation}
}
