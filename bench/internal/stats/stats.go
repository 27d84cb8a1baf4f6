// Package stats has the few statistics that benchmarks report. It imports the standard library only.
package stats

import (
	"cmp"
	"slices"
)

// Quantile returns the q-th quantile (0 to 1) of values, in any order, by the nearest rank; the zero value when there are none.
func Quantile[V cmp.Ordered](values []V, q float64) V {
	if len(values) == 0 {
		var none V
		return none
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}
