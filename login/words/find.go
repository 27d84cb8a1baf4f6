package words

import (
	"strings"
	"unicode/utf8"
)

// Find returns the concerns that text, as people read it, speaks of. E-mail addresses say [Email], and nothing of
// what they are made of.
func Find(text string) Set {
	rest, addresses := withoutAddresses(compose(text))
	found := find(Normalise(rest))
	if addresses {
		found = found.Or(Of(Email))
	}
	return found
}

// FindIdentifier returns the concerns that a name speaks of that a developer gave: an id, a name, a class.
func FindIdentifier(name string) Set {
	if name == "" {
		return Set{}
	}
	return find(NormaliseIdentifier(name))
}

func find(text string) Set {
	var found Set
	walk(text, func(set Set, _, _ int) { found = found.Or(set) })
	return found
}

// walk takes the longest term from every place of a normalised text where a word may start, and goes on behind it.
func walk(text string, visit func(set Set, start, end int)) {
	terms := lexicon().terms
	atStart, ranOn, token := true, false, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		runs := runsOn(r)
		atStart = atStart || ranOn && !runs // "使用Google"
		ranOn = runs
		if atStart || runs {
			// A single character of a script that runs on is a word only by itself.
			set, length := terms.longest(text[i:])
			start, whole := wordFrom(text, token, i, i+length)
			if whole && (length > size || length == size && atStart) {
				visit(set, start, i+length)
				i += length
				last, _ := utf8.DecodeLastRuneInString(text[:i])
				atStart, ranOn = i < len(text) && text[i] == ' ', runsOn(last)
				continue
			}
		}
		atStart = r == ' '
		i += size
		if atStart {
			token = i
		}
	}
}

// fewLetters is how many letters a term of a prefixing script has that stand in the middle of other words by chance.
const fewLetters = 3

// wordFrom returns where the word begins of a term between start and end, in the token that begins at token, and whether
// it is one: few letters in the middle of a token are a word only behind prefixes.
func wordFrom(text string, token, start, end int) (int, bool) {
	if start == token || end == start {
		return start, end > start
	}
	first, _ := utf8.DecodeRuneInString(text[start:])
	if !prefixing(first) || utf8.RuneCountInString(text[start:end]) > fewLetters {
		return start, true
	}
	return token, strings.Trim(text[token:start], prefixes) == ""
}
