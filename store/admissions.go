package store

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// How long a process that went silent is believed.
const (
	// OfferLasts is how long the pages of a host count after its last offer.
	OfferLasts = 15 * time.Second
	// ReckoningLasts is how long CreateOperation admits by the last reckoning. After that no worker runs: what is started queues.
	ReckoningLasts = 30 * time.Second
)

// QueueChanged is what to [Store.Watch] to be told that an operation queues, that a page may have become free, or that there
// are more or fewer pages.
const QueueChanged = "queue"

// Admissions decide which operation may have a page, first come first served. An operation is admitted when there is room: in the
// whole installation, among the pages that the hosts offer for the kind of browser it needs, and in its project. Until then it
// is queued, with its Place, and nobody starts it. It is in use from its admission until it is over and holds no lease.
// One that its project's limit keeps waiting does not keep others waiting.
type Admissions interface {
	// OfferPages says how many pages of a kind a host can lend, from o.At for OfferLasts. Offer again before that.
	OfferPages(ctx context.Context, o Offer) error
	// WithdrawOffers takes back what a host offered: it is about to stop. Pages that it lent stay lent.
	WithdrawOffers(ctx context.Context, host string) error
	// AdmitOperations reckons what there is room for and admits the next in order, which it returns for the caller to start; what
	// is not started then is among the UnstartedOperations. Their time to be started begins at r.At. Several callers at once admit
	// each operation once; only where a commit's answer was lost may two of them return it. It writes only where something changed,
	// and every few seconds.
	AdmitOperations(ctx context.Context, r Reckoning) ([]session.Operation, error)
	// RecountAdmissions counts anew what is queued and in use, and takes in what a program wrote that does not admit.
	RecountAdmissions(ctx context.Context) error
}

// Offer is how many pages of a kind of browser a host can lend, those that it lent included.
type Offer struct {
	Host    string
	Browser session.BrowserKind
	Pages   int
	At      time.Time
}

// Reckoning is what AdmitOperations goes by besides the rows.
type Reckoning struct {
	At time.Time
	// MaxPages is the limit of the whole installation; 0 for none.
	MaxPages int
}

// QueueCount is how many operations queue for a kind of browser, how many were admitted, and how many may be.
type QueueCount struct {
	Browser session.BrowserKind
	Queued  int
	InUse   int
	// Pages is what the hosts can lend, as of ReckonedAt: none any more where that is longer ago than ReckoningLasts.
	Pages      int
	ReckonedAt time.Time
}
