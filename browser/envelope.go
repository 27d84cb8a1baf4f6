package browser

import (
	"bytes"
	"errors"
	"strings"
)

// envelope is what the multiplexer needs of a DevTools message: who it is for and what it answers. Values are slices of
// the message; nil where the message has no such member.
type envelope struct {
	// id is the number of a command or of what it answers, as written.
	id []byte
	// method and session are without their quotes. Neither needs escapes.
	method, session []byte
	// sessionFrom and sessionTo bound the whole member sessionId, with the comma that parts it from its neighbour.
	sessionFrom, sessionTo int
}

var errNoMessage = errors.New("not a DevTools message")

// readEnvelope finds the members at the top of a message, in any order, in one pass and without decoding the rest: results
// may be megabytes. It does not check that the rest is JSON. A member that is there twice is refused: two readers could
// take it for two things.
func readEnvelope(msg []byte) (envelope, error) {
	var e envelope
	i := skipSpace(msg, 0)
	if i >= len(msg) || msg[i] != '{' {
		return e, errNoMessage
	}
	for before := i; ; {
		key, value, end := member(msg, before+1)
		if end < 0 {
			return e, errNoMessage
		}
		after := skipSpace(msg, end)
		if after >= len(msg) || !e.take(key, msg[value:end]) {
			return e, errNoMessage
		}
		last := msg[after] == '}'
		if string(key) == "sessionId" {
			e.sessionFrom, e.sessionTo = span(msg, before, after)
		}
		if last {
			if skipSpace(msg, after+1) != len(msg) {
				return e, errNoMessage
			}
			return e, nil
		}
		if msg[after] != ',' {
			return e, errNoMessage
		}
		before = after
	}
}

// span says what to leave out with a member between the separators before and after.
func span(msg []byte, before, after int) (from, to int) {
	if msg[before] == ',' {
		return before, after
	}
	if msg[after] == ',' {
		return before + 1, after + 1
	}
	return before + 1, after
}

// take keeps a member that matters; false when it is no such thing or there for the second time.
func (e *envelope) take(key, value []byte) bool {
	var into *[]byte
	switch string(key) {
	case "id":
		if e.id != nil || !isNumber(value) {
			return false
		}
		e.id = value
		return true
	case "method":
		into = &e.method
	case "sessionId":
		into = &e.session
	default:
		return true
	}
	if *into != nil || len(value) < 3 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return false
	}
	*into = value[1 : len(value)-1]
	return true
}

// maxDigits keeps ids within what Chromium takes: 32 bits.
const maxDigits = 9

func isNumber(value []byte) bool {
	if len(value) == 0 || len(value) > maxDigits+1 {
		return false
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// member reads `"key": value` from i; end is negative when there is none.
func member(msg []byte, i int) (key []byte, value, end int) {
	i = skipSpace(msg, i)
	if i >= len(msg) || msg[i] != '"' {
		return nil, 0, -1
	}
	keyEnd := skipString(msg, i)
	if keyEnd < 0 {
		return nil, 0, -1
	}
	colon := skipSpace(msg, keyEnd)
	if colon >= len(msg) || msg[colon] != ':' {
		return nil, 0, -1
	}
	value = skipSpace(msg, colon+1)
	return msg[i+1 : keyEnd-1], value, skipValue(msg, value)
}

func skipSpace(msg []byte, i int) int {
	for i < len(msg) && (msg[i] == ' ' || msg[i] == '\t' || msg[i] == '\n' || msg[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the position behind the string that begins at i; negative when it does not end.
func skipString(msg []byte, i int) int {
	for i++; i < len(msg); i++ {
		at := bytes.IndexByte(msg[i:], '"')
		if at < 0 {
			return -1
		}
		end := i + at
		escapes := 0
		for back := end - 1; back >= i && msg[back] == '\\'; back-- {
			escapes++
		}
		if escapes%2 == 0 {
			return end + 1
		}
		i = end
	}
	return -1
}

// skipValue returns the position behind the value that begins at i; negative when there is none.
func skipValue(msg []byte, i int) int {
	if i >= len(msg) {
		return -1
	}
	switch msg[i] {
	case '"':
		return skipString(msg, i)
	case '{', '[':
		return skipNested(msg, i)
	}
	begin := i
	for i < len(msg) && strings.IndexByte(",}] \t\r\n\":{[", msg[i]) < 0 {
		i++
	}
	if i == begin {
		return -1
	}
	return i
}

func skipNested(msg []byte, i int) int {
	depth := 0
	for i < len(msg) {
		switch msg[i] {
		case '"':
			if i = skipString(msg, i); i < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
		if depth == 0 {
			return i
		}
	}
	return -1
}

// without is the message without its sessionId. It changes msg.
func (e *envelope) without(msg []byte) []byte {
	return append(msg[:e.sessionFrom], msg[e.sessionTo:]...)
}
