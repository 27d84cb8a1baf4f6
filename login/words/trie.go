package words

import "unicode/utf8"

// trie holds every term by its letters. Letters without a fork between them share a node. Nodes lie in one slice and
// name each other by index, as their labels lie in one text, so that loading allocates little and the garbage collector
// has nothing to follow; index 0 stands for none.
type trie struct {
	roots   map[rune]int32 // by the first letter
	nodes   []node
	entries []entry
	text    []byte
}

// node is the part of a term that lies between two forks: the bytes of trie.text between from and to. A fork may stand
// in the middle of a letter, but no term ends there.
type node struct {
	from, to       int32
	child, sibling int32
	entry          int32
	first          byte // of its label
}

// entry holds the concerns of one term: whole of those that must end where a token ends, stem of those that need not.
type entry struct{ whole, stem Set }

// What the lists need, and a little more. More terms only make loading slower.
const (
	nodesExpected   = 75_000
	entriesExpected = 50_000
	textExpected    = 450_000
)

func newTrie() *trie {
	return &trie{
		roots: make(map[rune]int32, 1_000), nodes: make([]node, 1, nodesExpected), entries: make([]entry, 1, entriesExpected),
		text: make([]byte, 0, textExpected),
	}
}

func (t *trie) add(term string, stem bool, c Concern) {
	at := t.place(term)
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

// place returns the node that term ends with, made where there is none.
func (t *trie) place(term string) int32 {
	first, size := utf8.DecodeRuneInString(term)
	at := t.roots[first]
	if at == 0 {
		at = t.grow(node{})
		t.roots[first] = at
	}
	for rest := term[size:]; rest != ""; {
		next := t.find(at, rest[0])
		if next == 0 {
			next = t.grow(t.leaf(rest, t.nodes[at].child))
			t.nodes[at].child = next
			return next
		}
		shared := commonPrefix(t.label(next), rest)
		if shared < len(t.label(next)) {
			t.split(next, shared)
		}
		at, rest = next, rest[shared:]
	}
	return at
}

func (t *trie) leaf(label string, sibling int32) node {
	from := index(len(t.text))
	t.text = append(t.text, label...)
	return node{from: from, to: index(len(t.text)), sibling: sibling, first: label[0]}
}

// split leaves n bytes of its label to a node; the rest goes to a new one below it, with all that was below.
func (t *trie) split(at int32, n int) {
	lower := t.nodes[at]
	lower.from += index(n)
	lower.first, lower.sibling = t.text[lower.from], 0
	below := t.grow(lower)
	upper := &t.nodes[at]
	upper.to, upper.child, upper.entry = lower.from, below, 0
}

func (t *trie) label(at int32) []byte { return t.text[t.nodes[at].from:t.nodes[at].to] }

func (t *trie) grow(n node) int32 {
	t.nodes = append(t.nodes, n)
	return index(len(t.nodes) - 1)
}

// index is a place in a slice: the lists hold far less than two thousand million characters.
func index(i int) int32 { return int32(i) } //nolint:gosec // see above

func (t *trie) find(parent int32, first byte) int32 {
	at := t.nodes[parent].child
	for at != 0 && t.nodes[at].first != first {
		at = t.nodes[at].sibling
	}
	return at
}

func commonPrefix(a []byte, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// longest returns the concerns of the longest term that text starts with, and the term's length in bytes with the
// rest of its last token.
func (t *trie) longest(text string) (Set, int) {
	var set Set
	length := 0
	first, end := utf8.DecodeRuneInString(text)
	for at := t.roots[first]; at != 0; at = t.find(at, text[end]) {
		label := t.label(at)
		if commonPrefix(label, text[end:]) < len(label) {
			break
		}
		end += len(label)
		if n := t.nodes[at].entry; n != 0 {
			set, length = t.entries[n].longer(text, end, set, length)
		}
		if end == len(text) {
			break
		}
	}
	return set, length
}

// longer returns what e, a term that ends at end, adds to what was found of shorter ones.
func (e *entry) longer(text string, end int, set Set, length int) (Set, int) {
	last, _ := utf8.DecodeLastRuneInString(text[:end])
	if !e.stem.Empty() {
		set, length = e.stem, tokenEnd(text, end, last)
	}
	if !e.whole.Empty() && wordEnds(text, end, last) {
		set, length = e.whole.Or(e.stem), end
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
