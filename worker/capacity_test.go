package worker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/worker"
)

const gigabyte = int64(1) << 30

// shells is how many pages of the headless shell a capacity reckons.
func shells(c *worker.Capacity, m browser.KeeperMemory, lent int) int {
	c.Reckon(m, map[session.BrowserKind]int{session.BrowserShell: lent})
	return c.Of(session.BrowserShell)
}

func TestCapacity_ByMemory_LeavesAReserveAndKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		available, total int64
		lent, want       int
	}{
		"a large machine":             {available: 9 * gigabyte, total: 16 * gigabyte, want: 273},
		"a small one":                 {available: gigabyte, total: 2 * gigabyte, want: 17},
		"pages that are lent":         {available: gigabyte, total: 2 * gigabyte, lent: 10, want: 27},
		"less than the reserve":       {available: gigabyte / 8, total: 2 * gigabyte, want: 2},
		"and none is taken from lent": {available: 0, total: 2 * gigabyte, lent: 30, want: 30},
		"no end of memory":            {available: 900 * gigabyte, total: 999 * gigabyte, want: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, shells(&worker.Capacity{}, browser.KeeperMemory{Available: c.available, Total: c.total}, c.lent))
		})
	}
}

func TestCapacity_WhenEnoughPagesWereMeasured_GoesByWhatTheyTake(t *testing.T) {
	t.Parallel()
	m := browser.KeeperMemory{Available: 5 * gigabyte, Total: 16 * gigabyte}
	measured := func(pages int, bytes int64) browser.KeeperMemory {
		m := m
		m.Browsers = []browser.MemoryUse{{Kind: session.BrowserShell, Pages: pages, Bytes: bytes}}
		return m
	}
	require.Equal(t, 136, shells(&worker.Capacity{}, m, 0), "as assumed")
	require.Equal(t, 136, shells(&worker.Capacity{}, measured(3, gigabyte), 0), "three say little")
	require.Equal(t, 64, shells(&worker.Capacity{}, measured(10, 700<<20), 0), "64 MB each, besides what the browser takes")
	c := &worker.Capacity{}
	shells(c, measured(10, 700<<20), 0)
	require.Equal(t, 64, shells(c, m, 0), "what was learned stays known")
	require.Equal(t, 409, shells(&worker.Capacity{}, measured(100, 1), 0), "no page takes nothing")
}

func TestCapacity_WhenMemoryMovesALittle_DoesNotFlap(t *testing.T) {
	t.Parallel()
	c := &worker.Capacity{}
	at := func(available int64) int {
		return shells(c, browser.KeeperMemory{Available: available, Total: 16 * gigabyte}, 0)
	}
	before := at(4 * gigabyte)
	require.Equal(t, before, at(4*gigabyte+200<<20))
	require.Equal(t, before, at(4*gigabyte-200<<20))
	require.Less(t, at(3*gigabyte), before)
}

func TestCapacity_WhenANumberIsSet_IsThatNumber(t *testing.T) {
	t.Parallel()
	c := &worker.Capacity{Pages: 7}
	require.Equal(t, 7, c.Of(session.BrowserChrome))
	require.Equal(t, 7, shells(c, browser.KeeperMemory{Available: gigabyte, Total: gigabyte}, 0))
}

func TestCapacity_WhenNothingWasMeasured_IsTwenty(t *testing.T) {
	t.Parallel()
	require.Equal(t, 20, (&worker.Capacity{}).Of(session.BrowserShell))
}
