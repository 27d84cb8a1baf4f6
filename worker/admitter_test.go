package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/store/sqlite"
	"github.com/anteroom/anteroom/worker"
)

const thisHost = "host_1"

// desk is an Admitter over a store, with what it started.
type desk struct {
	*worker.Admitter

	t  *testing.T
	db *sqlite.DB

	mu      sync.Mutex
	pages   int
	started []string
	fault   error
}

func newDesk(t *testing.T, pages int) *desk {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "anteroom.db"), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.CreateWorkspace(t.Context(), "acme", time.Now())
	require.NoError(t, err)
	_, _, err = db.PutProject(t.Context(), session.Project{Workspace: "acme", Name: "portal", LoginURL: "https://portal.example/"}, time.Now())
	require.NoError(t, err)
	d := &desk{t: t, db: db, pages: pages}
	d.Admitter = d.another()
	return d
}

// another is a second worker of the same host.
func (d *desk) another() *worker.Admitter {
	return &worker.Admitter{
		Store: d.db, Offers: d.offers, Start: d.start, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
}

func (d *desk) offers(context.Context) ([]store.Offer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != nil {
		return nil, d.fault
	}
	return []store.Offer{{Host: thisHost, Browser: session.BrowserShell, Pages: d.pages, At: time.Now()}}, nil
}

func (d *desk) start(_ context.Context, op session.Operation) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.started = append(d.started, op.ID)
	return nil
}

func (d *desk) seen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string{}, d.started...)
}

// promise creates operations of these numbers and returns their places.
func (d *desk) promise(numbers ...int) (places []int) {
	d.t.Helper()
	for _, n := range numbers {
		now := time.Now()
		op, err := d.db.CreateOperation(d.t.Context(), store.NewOperation{Operation: session.Operation{
			ID: operationID(n), Workspace: "acme", Project: "portal", SessionID: fmt.Sprintf("s%d", n), Kind: session.OperationCreate,
			AccountKey: fmt.Sprintf("a%d", n), CreatedAt: now, StartDeadline: now.Add(time.Minute),
		}})
		require.NoError(d.t, err)
		places = append(places, op.Place)
	}
	return places
}

func operationID(n int) string { return fmt.Sprintf("op_%d", n) }

func (d *desk) cancel(n int) {
	d.t.Helper()
	_, err := d.db.RequestCancel(d.t.Context(), store.Ref{Workspace: "acme", Operation: operationID(n)}, time.Now())
	require.NoError(d.t, err)
}

// run runs the admitters until the test stops them.
func (d *desk) run(admitters ...*worker.Admitter) (stop func()) {
	ctx, cancel := context.WithCancel(d.t.Context())
	var wg sync.WaitGroup
	for _, a := range admitters {
		wg.Go(func() { a.Run(ctx) })
	}
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	d.t.Cleanup(stop)
	return stop
}

// long is more than anything here takes, on a machine that is busy too.
const long = 20 * time.Second

func TestAdmitter_BeforeAWorkerRuns_OperationsQueue_AndThenStartInOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	require.Equal(t, []int{1, 2, 3}, d.promise(1, 2, 3))
	require.NoError(t, d.Prepare(t.Context()))
	require.ElementsMatch(t, []string{operationID(1), operationID(2)}, d.seen())
	require.Equal(t, []int{2}, d.promise(4))
	d.cancel(1)
	require.NoError(t, d.Prepare(t.Context()))
	require.Equal(t, operationID(3), d.seen()[2])
}

func TestAdmitter_WhenThereIsRoom_LeavesTheStartToTheCaller(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	require.NoError(t, d.Prepare(t.Context()))
	require.Equal(t, []int{0, 0, 1}, d.promise(1, 2, 3))
	require.NoError(t, d.Prepare(t.Context()))
	require.Empty(t, d.seen())
}

func TestAdmitter_WhileItRuns_IsToldOfPagesThatBecomeFree(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	require.NoError(t, d.Prepare(t.Context()))
	d.promise(1, 2, 3)
	d.run(d.Admitter, d.another())
	for n := 1; n < 3; n++ {
		d.cancel(n)
		require.Eventually(t, func() bool { return len(d.seen()) == n }, long, time.Millisecond)
	}
	require.Equal(t, []string{operationID(2), operationID(3)}, d.seen(), "each once, though two workers admit")
}

func TestAdmitter_WhenItStops_OffersNoPagesAnyMore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 5)
	stop := d.run(d.Admitter)
	require.Eventually(t, func() bool {
		census, err := d.db.Census(t.Context())
		return err == nil && len(census.Queues) == 1 && census.Queues[0].Pages == 5
	}, long, time.Millisecond)
	stop()
	require.Equal(t, []int{1}, d.promise(1))
	require.Empty(t, d.seen())
}

func TestAdmitter_WhenTheHostCannotTell_SaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 5)
	d.fault = errors.New("no browsers to speak of")
	require.ErrorIs(t, d.Prepare(t.Context()), d.fault)
}

func TestOffers_AreWhatTheKeepersCanLend_UntilTheFleetDrains(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: thisHost}
	y := newYard(t, k)
	offers, err := y.Offers(t.Context())
	require.NoError(t, err)
	require.Empty(t, offers, "it has not answered yet")
	require.NoError(t, y.Join(t.Context()))
	offers, err = y.Offers(t.Context())
	require.NoError(t, err)
	require.Len(t, offers, 2)
	for _, o := range offers {
		require.Equal(t, thisHost, o.Host)
		require.Equal(t, 5, o.Pages)
	}
	y.Drain()
	offers, err = y.Offers(t.Context())
	require.NoError(t, err)
	require.Empty(t, offers)
}

func TestOffers_WhenByMemory_GoByWhatIsLeftWhereTheBrowsersRun(t *testing.T) {
	t.Parallel()
	k := &fakeKeeper{host: thisHost, memory: browser.KeeperMemory{Available: gigabyte, Total: 2 * gigabyte}}
	y := newYard(t, k)
	y.Pages = 0
	require.NoError(t, y.Join(t.Context()))
	offers, err := y.Offers(t.Context())
	require.NoError(t, err)
	require.Equal(t, 17, offers[0].Pages)
	require.Equal(t, 6, offers[1].Pages, "the full browser takes more")
	require.Equal(t, 17, y.MaxPages(y.browser(session.BrowserShell)))
	k.answers(errors.New("away"))
	offers, err = y.Offers(t.Context())
	require.NoError(t, err)
	require.Equal(t, 17, offers[0].Pages, "as reckoned before")
}
