package words

import "math/bits"

// Set is a set of concerns. The zero Set is empty; sets compare by ==.
type Set struct{ low, high uint64 }

// setBits is the size of one half of a Set.
const setBits = 64

// Of returns the set of the concerns given.
func Of(cs ...Concern) Set {
	var s Set
	for _, c := range cs {
		s = s.Or(one(c))
	}
	return s
}

func one(c Concern) Set {
	if c < setBits {
		return Set{low: 1 << c}
	}
	return Set{high: 1 << (c - setBits)}
}

// Or returns the union of s and others.
func (s Set) Or(others ...Set) Set {
	for _, o := range others {
		s.low |= o.low
		s.high |= o.high
	}
	return s
}

// Without returns s without what is in o.
func (s Set) Without(o Set) Set { return Set{low: s.low &^ o.low, high: s.high &^ o.high} }

// Meets reports whether s and o have a concern in common.
func (s Set) Meets(o Set) bool { return s.low&o.low != 0 || s.high&o.high != 0 }

// Empty reports whether nothing is in the set.
func (s Set) Empty() bool { return s == Set{} }

// Has reports whether any of cs is in the set.
func (s Set) Has(cs ...Concern) bool {
	for _, c := range cs {
		if s.Meets(one(c)) {
			return true
		}
	}
	return false
}

// HasAll reports whether all of cs are in the set.
func (s Set) HasAll(cs ...Concern) bool {
	for _, c := range cs {
		if !s.Meets(one(c)) {
			return false
		}
	}
	return true
}

// Len returns how many concerns are in the set.
func (s Set) Len() int { return bits.OnesCount64(s.low) + bits.OnesCount64(s.high) }
