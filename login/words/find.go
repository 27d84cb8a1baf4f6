package words

import (
	"unicode"
	"unicode/utf8"
)

// Find returns the concerns that text, as people read it, speaks of.
func Find(text string) Set { return find(Normalise(text)) }

// FindIdentifier returns the concerns that a name speaks of that a developer gave: an id, a name, a class.
func FindIdentifier(name string) Set { return find(NormaliseIdentifier(name)) }

// find walks the trie from every place where a word may start, takes the longest term and goes on behind it.
func find(text string) Set {
	var found Set
	atStart := true
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if atStart || runsOn(r) {
			if set, length := lexicon.longest(text[i:]); length > 0 {
				found |= set
				i += length
				atStart = i < len(text) && text[i] == ' '
				continue
			}
		}
		atStart = r == ' '
		i += size
	}
	return found
}

// node is a place in the trie of all terms.
type node struct {
	next map[rune]*node
	// whole holds the concerns of terms that must end at the end of a token, stem of those that need not.
	whole, stem Set
}

// longest returns the concerns of the longest term that text starts with, and the term's length in bytes with the
// rest of its last token.
func (n *node) longest(text string) (Set, int) {
	var set Set
	length := 0
	for i, r := range text {
		if n = n.next[r]; n == nil {
			break
		}
		end := i + utf8.RuneLen(r)
		if n.stem != 0 {
			set, length = n.stem, tokenEnd(text, end, r)
		}
		if n.whole != 0 && wordEnds(text, end) {
			set, length = n.whole|n.stem, end
		}
	}
	return set, length
}

func (n *node) add(term string, stem bool, c Concern) {
	for _, r := range term {
		if n.next == nil {
			n.next = map[rune]*node{}
		}
		if n.next[r] == nil {
			n.next[r] = &node{}
		}
		n = n.next[r]
	}
	if stem {
		n.stem |= Of(c)
	} else {
		n.whole |= Of(c)
	}
}

func wordEnds(text string, end int) bool {
	r, _ := utf8.DecodeRuneInString(text[end:])
	return end == len(text) || !isWord(r)
}

// tokenEnd returns where the token around end ends; at end itself in a script that runs on.
func tokenEnd(text string, end int, last rune) int {
	if runsOn(last) {
		return end
	}
	for i, r := range text[end:] {
		if !isWord(r) || unicode.IsSpace(r) {
			return end + i
		}
	}
	return len(text)
}
