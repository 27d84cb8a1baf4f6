package words

import (
	"strings"
	"unicode"
)

// Mask returns text with every letter of a word that belongs to no term as x, or 々 in a script that runs on, and every digit as 0, also those of e-mail
// addresses. What remains says the same to [Find], and Mask does not change it again. Compatibility forms are lost.
func Mask(text string) string {
	text = compose(text)
	looked, _ := withoutAddresses(text)
	return mask(text, looked, nil, func(r rune) rune {
		if runsOn(r) {
			return hiddenCharacter
		}
		return 'x'
	})
}

// hiddenCharacter stands for a letter of a script that runs on, so that words in other scripts beside it stay apart. No
// term starts with it.
const hiddenCharacter = '々'

// MaskIdentifier is Mask for names that developers gave: what remains says the same to [FindIdentifier].
func MaskIdentifier(name string) string {
	name = compose(name)
	apart, origins := splitIdentifier(name)
	return mask(name, apart, origins, sameCase)
}

// sameCase hides a letter without moving the borders between the words of an identifier.
func sameCase(r rune) rune {
	switch {
	case runsOn(r):
		return hiddenCharacter
	case unicode.IsUpper(r):
		return 'X'
	case unicode.IsLower(r):
		return 'x'
	}
	return 'ʔ' // a letter without case
}

// mask keeps those letters and digits of text whose counterparts in looked belong to a term. origins holds, for each
// byte of looked, where in text it comes from; nil where both are alike.
func mask(text, looked string, origins []int, hide func(rune) rune) string {
	var b strings.Builder
	var from []int
	normalise(looked, func(r rune, i int) {
		if origins != nil {
			i = origins[i]
		}
		before := b.Len()
		b.WriteRune(r)
		for range b.Len() - before {
			from = append(from, i)
		}
	})
	kept := make([]bool, len(text))
	walk(b.String(), func(_ Set, start, end int) {
		for _, i := range from[start:end] {
			kept[i] = true
		}
	})
	return blank(text, kept, hide)
}

func blank(text string, kept []bool, hide func(rune) rune) string {
	var b strings.Builder
	b.Grow(len(text))
	last := false // whether the last letter was kept
	for i, r := range text {
		switch {
		case unicode.IsMark(r): // belongs to the letter before it
			if last || kept[i] {
				b.WriteRune(r)
			}
		case foldRune(r) == 0:
			b.WriteRune(r)
		case kept[i]:
			last = true
			b.WriteRune(r)
		case unicode.IsLetter(r):
			last = false
			b.WriteRune(hide(r))
		case unicode.IsDigit(r):
			last = false
			b.WriteByte('0')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
