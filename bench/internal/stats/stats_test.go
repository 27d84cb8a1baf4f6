package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/bench/internal/stats"
)

func TestQuantile_IsAValueThatWasMeasured(t *testing.T) {
	t.Parallel()
	values := []int{5, 1, 4, 2, 3}
	require.Equal(t, 1, stats.Quantile(values, 0))
	require.Equal(t, 3, stats.Quantile(values, 0.5))
	require.Equal(t, 5, stats.Quantile(values, 0.95))
	require.Equal(t, []int{5, 1, 4, 2, 3}, values, "they keep their order")
	require.Zero(t, stats.Quantile([]float64{}, 0.5))
}
