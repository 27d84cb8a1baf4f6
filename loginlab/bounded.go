package loginlab

import "container/list"

// bounded is a map that forgets its oldest key when it is full, so that a lab that runs for
// weeks does not grow. It is not safe for concurrent use.
type bounded[V any] struct {
	values map[string]boundedValue[V]
	// order holds the keys, oldest first.
	order *list.List
	max   int
}

type boundedValue[V any] struct {
	value V
	place *list.Element
}

func newBounded[V any](limit int) *bounded[V] {
	return &bounded[V]{values: make(map[string]boundedValue[V]), order: list.New(), max: limit}
}

func (b *bounded[V]) get(key string) (V, bool) {
	v, ok := b.values[key]
	return v.value, ok
}

// put sets a value. A key that is there already keeps its age.
func (b *bounded[V]) put(key string, value V) {
	if old, known := b.values[key]; known {
		b.values[key] = boundedValue[V]{value: value, place: old.place}
		return
	}
	if len(b.values) >= b.max {
		oldest, _ := b.order.Front().Value.(string)
		b.delete(oldest)
	}
	b.values[key] = boundedValue[V]{value: value, place: b.order.PushBack(key)}
}

func (b *bounded[V]) delete(key string) {
	if v, known := b.values[key]; known {
		b.order.Remove(v.place)
		delete(b.values, key)
	}
}

// ring keeps the last entries that were added. It is not safe for concurrent use.
type ring[V any] struct {
	entries []V
	next    int
	max     int
	// dropped counts what was overwritten.
	dropped int
}

func newRing[V any](limit int) *ring[V] { return &ring[V]{max: limit} }

func (r *ring[V]) add(v V) {
	if len(r.entries) < r.max {
		r.entries = append(r.entries, v)
		return
	}
	r.entries[r.next] = v
	r.next = (r.next + 1) % r.max
	r.dropped++
}

// all returns a copy, oldest first.
func (r *ring[V]) all() []V {
	return append(append(make([]V, 0, len(r.entries)), r.entries[r.next:]...), r.entries[:r.next]...)
}

// newest returns the entry that was added i entries before the last one.
func (r *ring[V]) newest(i int) V {
	return r.entries[(r.next-1-i+2*len(r.entries))%len(r.entries)]
}
