package canary

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// written is a secret as it may stand in a file.
type written struct {
	how  string
	text []byte
}

// forms are the ways to write a text as text.
func forms(value string) []written {
	escaped := jsonOf(value)
	all := []written{
		{"raw", []byte(value)},
		{"JSON", []byte(escaped)},
		{"JSON without HTML escapes", []byte(strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(escaped))},
		{"JSON within JSON", []byte(jsonOf(escaped))},
		{"JSON in ASCII", []byte(asciiJSON(value))},
		{"query", []byte(url.QueryEscape(value))},
		{"path", []byte(url.PathEscape(value))},
		{"UTF-16 little endian", utf16Bytes(value, 0, 1)},
		{"UTF-16 big endian", utf16Bytes(value, 1, 0)},
	}
	for _, digits := range []string{"%%%02X", "%%%02x"} {
		var b strings.Builder
		for i := range len(value) {
			fmt.Fprintf(&b, digits, value[i])
		}
		all = append(all, written{"percent", []byte(b.String())})
	}
	return all
}

// jsonOf is a text as it stands between the quotes of a JSON string.
func jsonOf(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil { // a string never fails
		return text
	}
	return string(quoted[1 : len(quoted)-1])
}

// asciiJSON escapes everything that is not ASCII, as encoders of other languages do.
func asciiJSON(value string) string {
	var b strings.Builder
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < 0x80:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// utf16Bytes writes UTF-16 with the low byte of each unit at lowAt and the high one at highAt.
func utf16Bytes(value string, lowAt, highAt int) []byte {
	units := utf16.Encode([]rune(value))
	out := make([]byte, 2*len(units))
	for i, unit := range units {
		out[2*i+lowAt], out[2*i+highAt] = byte(unit&0xff), byte(unit>>8)
	}
	return out
}

// encodings are the ways to write bytes as text.
func encodings(w written) []written {
	lower := hex.EncodeToString(w.text)
	all := []written{w, {w.how + ", hex", []byte(lower)}, {w.how + ", hex in capitals", []byte(strings.ToUpper(lower))}}
	for offset := range 3 {
		for how, alphabet := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 for URLs": base64.RawURLEncoding} {
			how := fmt.Sprintf("%s, %s at offset %d", w.how, how, offset)
			all = append(all, written{how, base64At(alphabet, w.text, offset)})
		}
	}
	return all
}

// base64At is the part of the base64 of (offset bytes, text, more) that depends on text alone.
func base64At(alphabet *base64.Encoding, text []byte, offset int) []byte {
	encoded := alphabet.EncodeToString(append(make([]byte, offset), text...))
	first := []int{0, 2, 3}[offset]
	last := (offset + len(text)) * 8 / 6
	return []byte(encoded[first:last])
}

// writings are all forms in all encodings, each once.
func writings(value string) []written {
	var all []written
	for _, form := range forms(value) {
		for _, w := range encodings(form) {
			same := func(other written) bool { return string(other.text) == string(w.text) }
			if !slices.ContainsFunc(all, same) {
				all = append(all, w)
			}
		}
	}
	return all
}
