// Package storetest is the conformance suite of store.Store: every rule that package store states, by name. A driver
// passes when Run passes:
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store { … })
//	}
//
// The package imports store, session and what tests are written with; never a driver.
package storetest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

// tests maps the name of a rule to the test that proves it.
type tests map[string]func(f *fixture)

// Run runs the suite, except the rules of these names. open returns an empty store and closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) store.Store, except ...string) {
	t.Helper()
	all := tests{}
	for _, part := range []tests{
		installationTests, keyTests, projectTests, sessionTests, operationTests, listingTests, transitionTests, finishTests,
		breakerTests, cancelTests, secretTests, questionTests, answerTests, claimTests, leaseTests, lendingTests, admissionTests, sweepTests, retentionTests, watchTests,
		accountTests, spendTests, memoryTests, artefactTests, wayTests, isolationTests, modelTests, submitTests, eventTests,
		journalTests, requestTests,
	} {
		maps.Copy(all, part)
	}
	for _, name := range except {
		require.Contains(t, all, name)
		delete(all, name)
	}
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newFixture(t, open(t)))
		})
	}
}
