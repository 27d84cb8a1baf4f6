package postgres_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/store"
)

// BenchmarkPoll reads the row of an operation, as a poll does, with 16 callers at once.
func BenchmarkPoll(b *testing.B) {
	db := open(b, shared.migrated(b))
	ref := begun(b, db, "op_1")
	callers(b, func(int) error {
		_, err := db.GetOperation(b.Context(), ref)
		return err
	})
}

// BenchmarkTransition writes steps of 16 operations at once.
func BenchmarkTransition(b *testing.B) {
	db := open(b, shared.migrated(b))
	refs := make([]store.Ref, 16)
	for i := range refs {
		refs[i] = begun(b, db, fmt.Sprintf("op_%d", i))
	}
	var seq atomic.Int64
	callers(b, func(caller int) error {
		_, err := db.AdvanceOperation(b.Context(), advance(refs[caller], 1+seq.Add(1)))
		return err
	})
}

// callers has 16 callers share the work.
func callers(b *testing.B, call func(caller int) error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	errs := make([]error, 16)
	var all sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for i := range errs {
		all.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil {
				errs[i] = call(i)
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "calls/s")
	for _, err := range errs {
		require.NoError(b, err)
	}
}
