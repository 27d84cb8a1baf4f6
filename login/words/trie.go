package words

import "unicode/utf8"

// trie holds every term by its runes. Nodes lie in one slice and name each other by index, so that loading allocates
// little; index 0 stands for none.
type trie struct {
	roots   map[rune]int32
	nodes   []node
	entries []entry
}

// node is one rune of a term.
type node struct {
	r              rune
	child, sibling int32
	entry          int32
}

// entry holds the concerns of one term: whole of those that must end where a token ends, stem of those that need not.
type entry struct{ whole, stem Set }

func newTrie() *trie {
	return &trie{roots: map[rune]int32{}, nodes: make([]node, 1, 150_000), entries: make([]entry, 1, 20_000)}
}

func (t *trie) add(term string, stem bool, c Concern) {
	at := int32(0)
	for i, r := range term {
		if i == 0 {
			at = t.root(r)
			continue
		}
		at = t.child(at, r)
	}
	if t.nodes[at].entry == 0 {
		t.entries = append(t.entries, entry{})
		t.nodes[at].entry = index(len(t.entries) - 1)
	}
	e := &t.entries[t.nodes[at].entry]
	if stem {
		e.stem = e.stem.Or(Of(c))
	} else {
		e.whole = e.whole.Or(Of(c))
	}
}

func (t *trie) root(r rune) int32 {
	if t.roots[r] == 0 {
		t.roots[r] = t.grow(node{r: r})
	}
	return t.roots[r]
}

func (t *trie) child(parent int32, r rune) int32 {
	if at := t.find(parent, r); at != 0 {
		return at
	}
	at := t.grow(node{r: r, sibling: t.nodes[parent].child})
	t.nodes[parent].child = at
	return at
}

func (t *trie) grow(n node) int32 {
	t.nodes = append(t.nodes, n)
	return index(len(t.nodes) - 1)
}

// index is a place in a slice: the lists hold far less than two thousand million characters.
func index(i int) int32 { return int32(i) } //nolint:gosec // see above

func (t *trie) find(parent int32, r rune) int32 {
	for at := t.nodes[parent].child; at != 0; at = t.nodes[at].sibling {
		if t.nodes[at].r == r {
			return at
		}
	}
	return 0
}

// longest returns the concerns of the longest term that text starts with, and the term's length in bytes with the
// rest of its last token.
func (t *trie) longest(text string) (Set, int) {
	var set Set
	length, at := 0, int32(0)
	for i, r := range text {
		if i == 0 {
			at = t.roots[r]
		} else {
			at = t.find(at, r)
		}
		if at == 0 {
			break
		}
		if t.nodes[at].entry == 0 {
			continue
		}
		e := &t.entries[t.nodes[at].entry]
		end := i + utf8.RuneLen(r)
		if !e.stem.Empty() {
			set, length = e.stem, tokenEnd(text, end, r)
		}
		if !e.whole.Empty() && wordEnds(text, end, r) {
			set, length = e.whole.Or(e.stem), end
		}
	}
	return set, length
}

// wordEnds reports whether a word that ends with last does so at end: "Google" in "Googleで" does.
func wordEnds(text string, end int, last rune) bool {
	r, _ := utf8.DecodeRuneInString(text[end:])
	return end == len(text) || !isWord(r) || runsOn(r) && !runsOn(last)
}

// tokenEnd returns where the token around end ends; at end itself in a script that runs on.
func tokenEnd(text string, end int, last rune) int {
	if runsOn(last) {
		return end
	}
	for i, r := range text[end:] {
		if !isWord(r) {
			return end + i
		}
	}
	return len(text)
}
