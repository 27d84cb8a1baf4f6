package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// The full browser is nobody's in a fixture: these tests offer its pages themselves.
var admissionTests = tests{
	"CreateOperation_WhenNobodyOffersPages_QueuesWithItsPlace": func(f *fixture) {
		l := f.line()
		refs := l.start(3)
		for i, ref := range refs {
			op := f.operation(ref)
			require.Equal(f.t, session.OperationQueued, op.State)
			require.Equal(f.t, i+1, op.Place)
		}
		require.Empty(f.t, l.admit(now))
		unstarted, err := f.UnstartedOperations(f.t.Context(), after(time.Hour), 10)
		require.NoError(f.t, err)
		require.Empty(f.t, unstarted, "nobody may start what queues")
	},
	"CreateOperation_WhenThereIsRoom_IsAdmittedAtOnceUntilThereIsNone": func(f *fixture) {
		l := f.line()
		l.offer(2, now)
		refs := l.start(4)
		require.Equal(f.t, []int{0, 0, 1, 2}, l.places(refs))
		unstarted, err := f.UnstartedOperations(f.t.Context(), after(time.Hour), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, []string{refs[0].Operation, refs[1].Operation}, ids(unstarted))
		require.Empty(f.t, l.admit(now))
	},
	"AdmitOperations_WhenPagesAreOffered_AdmitsInOrderAndMovesTheDeadline": func(f *fixture) {
		l := f.line()
		refs := l.start(5)
		require.NoError(f.t, f.OfferPages(f.t.Context(), store.Offer{Host: host, Browser: session.BrowserChrome, Pages: 2, At: after(time.Hour)}))
		require.Equal(f.t, []string{refs[0].Operation, refs[1].Operation}, l.admit(after(time.Hour)))
		require.Equal(f.t, []int{0, 0, 1, 2, 3}, l.places(refs))
		require.Equal(f.t, after(time.Hour+time.Minute), f.operation(refs[0]).StartDeadline, "it had a minute")
		require.Equal(f.t, after(time.Minute), f.operation(refs[2]).StartDeadline)
		require.Empty(f.t, l.admit(after(time.Hour)), "each once")
		unstarted, err := f.UnstartedOperations(f.t.Context(), after(time.Hour+time.Second), 10)
		require.NoError(f.t, err)
		require.Equal(f.t, []string{refs[0].Operation, refs[1].Operation}, ids(unstarted))
	},
	"AdmitOperations_WhenAnOperationIsOver_WaitsForItsPage": func(f *fixture) {
		l := f.line()
		l.offer(1, now)
		refs := l.start(2)
		f.begin(refs[0])
		lease := f.lent(refs[0])
		_, err := f.FinishOperation(f.t.Context(), end(refs[0], 9, session.OperationFailed))
		require.NoError(f.t, err)
		require.Empty(f.t, l.admit(now), "its page is still open")
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), refs[0], lease.Attempt, now))
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), refs[0], lease.Attempt, now), "a repeat frees nothing more")
		require.Equal(f.t, []string{refs[1].Operation}, l.admit(now))
		require.Equal(f.t, 1, l.count().InUse)
	},
	"AdmitOperations_WhenALiveOperationGivesAPageBack_KeepsItsPlaceForAnother": func(f *fixture) {
		l := f.line()
		l.offer(1, now)
		refs := l.start(2)
		f.begin(refs[0])
		f.lent(refs[0])
		require.NoError(f.t, f.ReleaseLease(f.t.Context(), refs[0], 1, now), "its browser was lost; it will want another")
		require.Empty(f.t, l.admit(now))
	},
	"RequestCancel_WhenQueued_LetsTheOthersMoveUp": func(f *fixture) {
		l := f.line()
		refs := l.start(3)
		_, err := f.RequestCancel(f.t.Context(), refs[0], now)
		require.NoError(f.t, err)
		_, err = f.RequestCancel(f.t.Context(), refs[0], now)
		require.NoError(f.t, err)
		require.Equal(f.t, []int{0, 1, 2}, l.places(refs))
		_, err = f.DeleteSession(f.t.Context(), workspace, fullProject, f.operation(refs[1]).SessionID, now)
		require.NoError(f.t, err)
		require.Equal(f.t, []int{0, 0, 1}, l.places(refs))
		require.Equal(f.t, 1, l.count().Queued)
		l.offer(1, now)
		require.Equal(f.t, 1, l.count().InUse)
		require.Equal(f.t, session.OperationCanceled, f.operation(refs[0]).State)
	},
	"AdmitOperations_WhenAProjectHasItsLimit_LetsOthersPass": func(f *fixture) {
		l := f.line()
		f.project("narrow", 1)
		l.offer(4, now)
		narrow := []store.Ref{l.startNarrow(), l.startNarrow(), l.startNarrow()}
		require.Equal(f.t, []int{0, 1, 2}, l.places(narrow))
		wide := l.start(3)
		require.Equal(f.t, []int{0, 0, 0}, l.places(wide), "nobody before them may be admitted")
		require.Equal(f.t, []int{3}, l.places(l.start(1)), "all four are in use")
		f.over(narrow[0])
		require.Equal(f.t, []string{narrow[1].Operation}, l.admit(now))
		f.over(wide[0])
		require.Len(f.t, l.admit(now), 1)
		require.Equal(f.t, []int{0, 0, 1}, l.places(narrow), "its limit keeps it waiting, though it was first")
	},
	"AdmitOperations_WhenTheLimitOfAProjectChanges_GoesByTheNewOne": func(f *fixture) {
		l := f.line()
		f.project("narrow", 1)
		l.offer(4, now)
		narrow := []store.Ref{l.startNarrow(), l.startNarrow(), l.startNarrow()}
		f.project("narrow", 0)
		require.Len(f.t, l.admit(now), 2)
		require.Equal(f.t, []int{0, 0, 0}, l.places(narrow))
	},
	"AdmitOperations_WhenTheInstallationHasALimit_CountsEveryKind": func(f *fixture) {
		l := f.line()
		l.limit = 2
		l.offer(10, now)
		f.queued("shell")
		refs := l.start(3)
		require.Equal(f.t, []int{0, 1, 2}, l.places(refs))
		waiting := f.operation(f.queued("another"))
		require.Equal(f.t, 1, waiting.Place, "the first for its kind of browser")
		f.over(refs[0])
		require.Equal(f.t, []string{refs[1].Operation}, l.admit(now), "in the order in which they came, whatever the kind")
		f.over(refs[1])
		require.Equal(f.t, []string{refs[2].Operation}, l.admit(now))
		f.over(refs[2])
		require.Equal(f.t, []string{waiting.ID}, l.admit(now))
	},
	"AdmitOperations_WhenAHostFallsSilent_OffersNothingOfItAndKeepsWhatItLent": func(f *fixture) {
		l := f.line()
		chrome := sampleBrowser("br_chrome")
		chrome.Kind = session.BrowserChrome
		require.NoError(f.t, f.RegisterBrowser(f.t.Context(), chrome))
		l.offer(2, now)
		refs := l.start(3)
		for _, ref := range refs[:2] {
			f.begin(ref)
			_, err := f.LendPage(f.t.Context(), f.onBrowser(ref, chrome.ID), 2)
			require.NoError(f.t, err)
		}
		later := after(store.OfferLasts)
		require.Empty(f.t, l.admit(later))
		require.Equal(f.t, 2, l.count().Pages, "what it lent is in use")
		require.NoError(f.t, f.OfferPages(f.t.Context(), store.Offer{Host: "host-2", Browser: session.BrowserChrome, Pages: 1, At: later}))
		require.Equal(f.t, []string{refs[2].Operation}, l.admit(later), "the other host's page is free")
		require.NoError(f.t, f.WithdrawOffers(f.t.Context(), "host-2"))
		require.NoError(f.t, f.MarkBrowserLost(f.t.Context(), chrome.ID, later))
		require.Empty(f.t, l.admit(later))
		require.Equal(f.t, 0, l.count().Pages)
	},
	"CreateOperation_WhenNobodyReckonedLately_QueuesThoughThereWasRoom": func(f *fixture) {
		l := f.line()
		l.offer(2, now)
		require.Equal(f.t, 0, l.startAt(after(store.ReckoningLasts)).Place)
		require.Equal(f.t, 1, l.startAt(after(store.ReckoningLasts+time.Second)).Place)
	},
	"BeginOperation_WhenItWasNotAdmitted_CountsAsAdmitted": func(f *fixture) {
		l := f.line()
		refs := l.start(2)
		op, err := f.BeginOperation(f.t.Context(), write(refs[1], 1, session.OperationRunning))
		require.NoError(f.t, err)
		require.Equal(f.t, 0, op.Place)
		require.Equal(f.t, store.QueueCount{Browser: session.BrowserChrome, Queued: 1, InUse: 1}, l.count())
		f.over(refs[1])
		require.Equal(f.t, 0, l.count().InUse)
	},
	"RecountAdmissions_WhateverThereIs_CountsTheSame": func(f *fixture) {
		l := f.line()
		l.offer(3, now)
		refs := l.start(6)
		f.begin(refs[0])
		f.lent(refs[0])
		f.over(refs[1])
		_, err := f.RequestCancel(f.t.Context(), refs[4], now)
		require.NoError(f.t, err)
		before := l.count()
		require.Equal(f.t, store.QueueCount{Browser: session.BrowserChrome, Queued: 2, InUse: 2, Pages: 3}, before)
		require.NoError(f.t, f.RecountAdmissions(f.t.Context()))
		require.Equal(f.t, before, l.count())
		require.Equal(f.t, []string{refs[3].Operation}, l.admit(now))
	},
	"Watch_WhenAPageBecomesFreeOrAnOperationQueues_TellsTheQueue": func(f *fixture) {
		l := f.line()
		l.offer(1, now)
		refs := l.start(1)
		told, end := f.Watch(store.QueueChanged)
		defer end()
		l.start(1)
		f.requireTold(told)
		f.over(refs[0])
		f.requireTold(told)
	},
	"Admissions_WhenManyStartAdmitAndEndAtOnce_KeepOrderAndLimit": func(f *fixture) {
		f.line().race(30, 4)
	},
}

// fullProject needs the full browser.
const fullProject = "full"

// line is the queue for the full browser.
type line struct {
	*fixture
	limit   int
	started int
}

func (f *fixture) line() *line {
	f.t.Helper()
	f.project(fullProject, 0)
	return &line{fixture: f}
}

// project writes a project that needs the full browser.
func (f *fixture) project(name string, maxPages int) {
	f.t.Helper()
	p := sampleProject(workspace, name)
	p.Browser, p.MaxPages = session.BrowserChrome, maxPages
	_, _, err := f.PutProject(f.t.Context(), p, now)
	require.NoError(f.t, err)
}

// offer has the fixture's host offer pages of the full browser, and reckons.
func (l *line) offer(pages int, at time.Time) {
	l.t.Helper()
	require.NoError(l.t, l.OfferPages(l.t.Context(), store.Offer{Host: host, Browser: session.BrowserChrome, Pages: pages, At: at}))
	l.admit(at)
}

// admit returns the ids of what is admitted.
func (l *line) admit(at time.Time) []string {
	l.t.Helper()
	ops, err := l.AdmitOperations(l.t.Context(), store.Reckoning{At: at, MaxPages: l.limit})
	require.NoError(l.t, err)
	return ids(ops)
}

func (l *line) promise(project string, at time.Time) store.NewOperation {
	l.started++
	n := promise(fmt.Sprintf("session-line-%d", l.started), fmt.Sprintf("op_line_%d", l.started))
	n.Operation.Project, n.Operation.CreatedAt, n.Operation.StartDeadline = project, at, at.Add(time.Minute)
	return n
}

func (l *line) startAt(at time.Time) session.Operation {
	l.t.Helper()
	op, err := l.CreateOperation(l.t.Context(), l.promise(fullProject, at))
	require.NoError(l.t, err)
	require.Equal(l.t, op, l.operation(refOf(op.ID)))
	return op
}

func (l *line) startNarrow() store.Ref {
	l.t.Helper()
	op, err := l.CreateOperation(l.t.Context(), l.promise("narrow", now))
	require.NoError(l.t, err)
	return refOf(op.ID)
}

func (l *line) start(n int) (refs []store.Ref) {
	l.t.Helper()
	for range n {
		refs = append(refs, refOf(l.startAt(now).ID))
	}
	return refs
}

func (l *line) places(refs []store.Ref) (places []int) {
	l.t.Helper()
	for _, ref := range refs {
		places = append(places, l.operation(ref).Place)
	}
	return places
}

func (l *line) count() store.QueueCount {
	l.t.Helper()
	census, err := l.Census(l.t.Context())
	require.NoError(l.t, err)
	for _, q := range census.Queues {
		if q.Browser == session.BrowserChrome {
			q.ReckonedAt = time.Time{}
			return q
		}
	}
	return store.QueueCount{}
}

func (f *fixture) begin(ref store.Ref) {
	f.t.Helper()
	_, err := f.BeginOperation(f.t.Context(), write(ref, 1, session.OperationRunning))
	require.NoError(f.t, err)
}

// over ends an operation, begun or not.
func (f *fixture) over(ref store.Ref) {
	f.t.Helper()
	_, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
	require.NoError(f.t, err)
}

// requireTold fails unless a watch tells of something.
func (f *fixture) requireTold(told <-chan struct{}) {
	f.t.Helper()
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		require.FailNow(f.t, "nobody was told")
	}
}
