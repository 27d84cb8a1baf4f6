package loginlab

import (
	"cmp"
	"slices"
)

// The dimensions of the grid.
const (
	dimTopology = iota
	dimFactor
	dimAround
	dimForm
	dimAfter
	dimLanguage
	dimSkin
	dimensions
)

// combination names a value per dimension by its place in the dimension's list.
type combination [dimensions]int

// unset is a dimension that was not chosen yet.
const unset = -1

// pair is two values of two dimensions, in the order of the dimensions.
type pair struct{ dimA, a, dimB, b int }

func pairOf(dimA, a, dimB, b int) pair {
	if dimA > dimB {
		return pair{dimB, b, dimA, a}
	}
	return pair{dimA, a, dimB, b}
}

// grid is a space of combinations and the pairs of values that must occur together somewhere.
type grid struct {
	sizes [dimensions]int
	// wanted lists the two dimensions of which every pair must occur.
	wanted [][2]int
	// fits reports whether two values may occur together.
	fits func(pair) bool
	// like maps a value to the one that stands for it in a pair with another dimension.
	like func(dim, value, other int) int
}

// cover returns combinations that hold every wanted pair of which there is a combination at all. It is a pure function:
// the same grid gives the same combinations in the same order. The method is the greedy one of AETG (Cohen and others,
// 1997), without its random part: take the first pair that is missing, and fill up with what covers most.
func (g *grid) cover() []combination {
	missing, order := g.pairs()
	used := g.noUses()
	var all []combination
	for _, p := range order {
		if !missing[p] {
			continue
		}
		c := combination{unset, unset, unset, unset, unset, unset, unset}
		c[p.dimA], c[p.dimB] = p.a, p.b
		if !g.fill(&c, missing, used) {
			delete(missing, p) // makes no sense together with anything
			continue
		}
		for _, covered := range g.pairsIn(c) {
			delete(missing, covered)
		}
		for dim, value := range c {
			used[dim][value]++
		}
		all = append(all, c)
	}
	return all
}

// pairs lists every wanted pair that fits.
func (g *grid) pairs() (missing map[pair]bool, order []pair) {
	missing = make(map[pair]bool)
	for _, w := range g.wanted {
		for a := range g.sizes[w[0]] {
			for b := range g.sizes[w[1]] {
				p := pairOf(w[0], g.like(w[0], a, w[1]), w[1], g.like(w[1], b, w[0]))
				if !missing[p] && g.fits(p) {
					missing[p] = true
					order = append(order, p)
				}
			}
		}
	}
	return missing, order
}

func (g *grid) noUses() (used [dimensions][]int) {
	for dim, size := range g.sizes {
		used[dim] = make([]int, size)
	}
	return used
}

// pairsIn lists the wanted pairs of a combination, as far as it is chosen.
func (g *grid) pairsIn(c combination) []pair {
	var found []pair
	for _, w := range g.wanted {
		if a, b := c[w[0]], c[w[1]]; a != unset && b != unset {
			found = append(found, pairOf(w[0], g.like(w[0], a, w[1]), w[1], g.like(w[1], b, w[0])))
		}
	}
	return found
}

// fill chooses what is unset; it reports whether that is possible.
func (g *grid) fill(c *combination, missing map[pair]bool, used [dimensions][]int) bool {
	if !g.holds(*c) {
		return false
	}
	dim := slices.Index(c[:], unset)
	if dim < 0 {
		return true
	}
	for _, value := range g.candidates(*c, dim, missing, used) {
		c[dim] = value
		if g.fill(c, missing, used) {
			return true
		}
	}
	c[dim] = unset
	return false
}

// candidates orders the values of a dimension: those first that cover most, among equals those that were used least.
func (g *grid) candidates(c combination, dim int, missing map[pair]bool, used [dimensions][]int) []int {
	gain := make([]int, g.sizes[dim])
	values := make([]int, g.sizes[dim])
	for value := range values {
		values[value] = value
		c[dim] = value
		for _, p := range g.pairsIn(c) {
			if missing[p] {
				gain[value]++
			}
		}
	}
	slices.SortStableFunc(values, func(a, b int) int {
		return cmp.Or(gain[b]-gain[a], used[dim][a]-used[dim][b])
	})
	return values
}

// holds reports whether all that is chosen fits together.
func (g *grid) holds(c combination) bool {
	for a := range c {
		for b := a + 1; b < len(c); b++ {
			if c[a] != unset && c[b] != unset && !g.fits(pairOf(a, c[a], b, c[b])) {
				return false
			}
		}
	}
	return true
}
