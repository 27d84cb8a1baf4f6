package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise returns text in the form in which words are compared: NFKC, lower case, letters and digits only,
// single spaces between tokens. Diacritics stay; the points of Arabic and Hebrew and the dot of a Turkish İ go, and letters
// that people write for one another become one: ё and е, the forms of alef, both kinds of yeh.
func Normalise(text string) string {
	kept := make([]byte, 0, len(text))
	normalise(compose(text), func(r rune, _ int) { kept = utf8.AppendRune(kept, r) })
	return string(kept)
}

// compose returns text in the form NFKC, its digits in ASCII: software sets them in the script of the language.
func compose(text string) string {
	if ascii(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u02bc': // one of Ukrainian's apostrophes is a letter by itself
			return '\u2019'
		case r >= firstDigit && unicode.IsDigit(r):
			return asciiDigit(r)
		}
		return r
	}, norm.NFKC.String(text))
}

// decimal is how many digits a script has.
const decimal = 10

// firstDigit is the first digit behind ASCII.
const firstDigit = '\u0660'

// asciiDigit returns the ASCII digit of the value of a decimal digit: Unicode holds those of a script in a row, from zero.
func asciiDigit(r rune) rune {
	zero := r
	for unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + (r-zero)%decimal
}

// normalise yields the runes of the normalised form of a composed text, and where in it each comes from: a space
// comes from where the token after it does.
func normalise(text string, yield func(r rune, from int)) {
	gap, begun := false, false
	for i, r := range text {
		switch r = foldRune(r); {
		case r == 0:
		case isWord(r):
			if gap && begun {
				yield(' ', i)
			}
			gap, begun = false, true
			yield(r, i)
		default:
			gap = true
		}
	}
}

// NormaliseIdentifier is Normalise for names that developers gave: "userLoginName2" becomes "user login name 2".
func NormaliseIdentifier(name string) string {
	apart, _ := splitIdentifier(compose(name))
	return Normalise(apart)
}

// WithoutDiacritics returns a normalised text without its diacritics: "código" becomes "codigo".
func WithoutDiacritics(normalised string) string {
	if ascii(normalised) {
		return normalised
	}
	kept := make([]byte, 0, len(normalised))
	for i, r := range normalised {
		if r < utf8.RuneSelf {
			kept = utf8.AppendRune(kept, r)
			continue
		}
		apart := norm.NFD.PropertiesString(normalised[i:]).Decomposition()
		if apart == nil {
			kept = appendPlain(kept, r)
		}
		for _, part := range string(apart) {
			kept = appendPlain(kept, part)
		}
	}
	return norm.NFC.String(string(kept))
}

// appendPlain appends a letter that Unicode has taken apart; a mark is nothing.
func appendPlain(text []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return utf8.AppendRune(text, r)
	}
	if plain, ok := undecomposed[r]; ok {
		return append(text, plain...)
	}
	if unicode.Is(unicode.Mn, r) {
		return text
	}
	return utf8.AppendRune(text, r)
}

// undecomposed are letters with a stroke or a ligature, which Unicode does not take apart.
var undecomposed = map[rune]string{'ł': "l", 'ø': "o", 'đ': "d", 'ß': "ss", 'æ': "ae", 'œ': "oe"}

// foldRune lowers r; 0 means that r does not count at all.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	case r == 'İ', r == 'ı':
		return 'i' // so that Turkish words compare alike, whichever way they were put in capitals
	case interchanged(r) != r:
		return interchanged(r)
	case r == '\u0307', r == '\u0640', r == '\u00ad', r == '\u200b', r == '\u200c', r == '\u200d':
		return 0 // the dot that lowering İ leaves, tatweel, soft hyphen, zero-width marks
	case r >= firstMark && unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited):
		return 0
	}
	return unicode.ToLower(r)
}

// firstMark is the first mark of any script.
const firstMark = '\u0300'

// interchanged returns the letter that r stands for where people and keyboards write either of the two; r itself otherwise.
func interchanged(r rune) rune {
	switch r {
	case 'ё', 'Ё':
		return 'е'
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ی':
		return 'ي'
	case 'ک':
		return 'ك'
	case 'ة':
		return 'ه'
	}
	return r
}

func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// splitIdentifier sets a space between the words of camelCase and between letters and digits, and returns for each byte
// of the result where in name it comes from.
func splitIdentifier(name string) (string, []int) {
	var b strings.Builder
	b.Grow(len(name) + 8)
	origins := make([]int, 0, len(name)+8)
	var before rune
	for i, r := range name {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(name[i:])
		}
		next, _ := utf8.DecodeRuneInString(name[i+size:])
		if wordStarts(before, r, next) {
			b.WriteByte(' ')
			origins = append(origins, i)
		}
		b.WriteString(name[i : i+size])
		for range size {
			origins = append(origins, i)
		}
		before = r
	}
	return b.String(), origins
}

// wordStarts reports whether a word starts at r: user|Name, OTP|Code, code|6, 6|digits. "2fa" and "2FA" stay one.
func wordStarts(before, r, next rune) bool {
	switch {
	case unicode.IsLower(before) && unicode.IsUpper(r):
		return true
	case unicode.IsUpper(before) && unicode.IsUpper(r) && unicode.IsLower(next):
		return true
	case unicode.IsLetter(before) && unicode.IsDigit(r):
		return true
	}
	return unicode.IsDigit(before) && unicode.IsLetter(r) && unicode.ToLower(r) != 'f'
}

// prefixing reports whether r is of a script that writes short words (and, the, in, to) as part of the word after them.
func prefixing(r rune) bool { return r >= 0x0590 && unicode.In(r, unicode.Arabic, unicode.Hebrew) }

// prefixes are the letters of such short words.
const prefixes = "והבלכמשوفبلكاس"

// runsOn reports whether r is of a script whose words are not set apart by spaces or carry particles.
func runsOn(r rune) bool {
	return r >= 0x0590 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Arabic, unicode.Hebrew)
}
