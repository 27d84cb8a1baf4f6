package words

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// HasAddress reports whether text holds an e-mail address, in full or half hidden.
func HasAddress(text string) bool {
	_, found := withoutAddresses(text)
	return found
}

// withoutAddresses takes the e-mail addresses out of text, byte for byte, and reports whether there were any.
func withoutAddresses(text string) (string, bool) {
	if strings.IndexByte(text, '@') < 0 {
		return text, false
	}
	var b strings.Builder
	rest, found := 0, false
	for start, end := range addresses(text) {
		b.WriteString(text[rest:start])
		b.WriteString(strings.Repeat(" ", end-start))
		rest, found = end, true
	}
	b.WriteString(text[rest:])
	return b.String(), found
}

// addresses yields where the e-mail addresses of text start and end: RFC 5321 in outline, as people write them, also
// half hidden by bullets.
func addresses(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for from := 0; ; {
			at := strings.IndexByte(text[from:], '@')
			if at < 0 {
				return
			}
			at += from
			local := strings.TrimLeftFunc(lastOf(text[from:at], inLocalPart), unicode.IsMark) // marks belong to what is before
			start := at - len(local)
			end := at + 1 + len(firstOf(text[at+1:], inDomain))
			for end > at+1 && (text[end-1] == '.' || text[end-1] == '-') {
				end--
			}
			from = end
			if solid(text[start:at]) && solid(text[at+1:end]) && !yield(start, end) {
				return
			}
		}
	}
}

// solid reports whether there is more in text than marks, dots and dashes, which stand for nothing by themselves.
func solid(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsMark(r) && r != '.' && r != '-' })
}

// lastOf returns the longest end of text that consists of runes that are in.
func lastOf(text string, in func(rune) bool) string {
	i := len(text)
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if !in(r) {
			break
		}
		i -= size
	}
	return text[i:]
}

// firstOf returns the longest beginning of text that consists of runes that are in.
func firstOf(text string, in func(rune) bool) string {
	for i, r := range text {
		if !in(r) {
			return text[:i]
		}
	}
	return text
}

func inLocalPart(r rune) bool { return inDomain(r) || strings.ContainsRune("_%+!#$&'?^`{|}~", r) }

func inDomain(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '*'
	case strings.ContainsRune("•●∙·…", r):
		return true
	case unicode.IsMark(r): // belongs to what it stands on, in whatever script
		return true
	}
	return !runsOn(r) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
