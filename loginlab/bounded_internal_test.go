package loginlab

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBounded_WhenFull_ForgetsTheOldestOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		b := newBounded[int](limit)
		var order []string // what must be there, oldest first
		for i := range rapid.IntRange(0, 40).Draw(t, "steps") {
			key := strconv.Itoa(rapid.IntRange(0, 7).Draw(t, "key"))
			at := indexOf(order, key)
			if rapid.Bool().Draw(t, "delete") {
				b.delete(key)
				if at >= 0 {
					order = append(order[:at:at], order[at+1:]...)
				}
				continue
			}
			b.put(key, i)
			if at < 0 {
				order = append(order, key)
			}
			if len(order) > limit {
				order = order[1:]
			}
			v, ok := b.get(key)
			require.True(t, ok)
			require.Equal(t, i, v)
		}
		require.Len(t, b.values, len(order))
		for _, key := range order {
			_, ok := b.get(key)
			require.True(t, ok, "key %s", key)
		}
	})
}

func indexOf(keys []string, key string) int {
	for i, k := range keys {
		if k == key {
			return i
		}
	}
	return -1
}

func TestRing_KeepsTheLastEntriesInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 6).Draw(t, "limit")
		added := rapid.SliceOfN(rapid.Int(), 0, 30).Draw(t, "added")
		r := newRing[int](limit)
		for _, v := range added {
			r.add(v)
		}
		kept := added[max(0, len(added)-limit):]
		require.Equal(t, append([]int{}, kept...), r.all())
		require.Equal(t, len(added)-len(kept), r.dropped)
		for i := range kept {
			require.Equal(t, kept[len(kept)-1-i], r.newest(i))
		}
	})
}

func TestLab_Memory_IsBounded(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	for range maxEvents + 5 {
		l.add(Event{Kind: KindPageView})
	}
	require.Len(t, l.Events(), maxEvents)
	require.Equal(t, 5, l.Dropped())
	require.Equal(t, maxMessages, l.messages.max)
	require.Equal(t, maxVisitors, l.flows.max)
	require.Equal(t, maxVisitors, l.sessions.max)
	require.Equal(t, maxVisitors, l.lastStep.max)
}
