package login

import (
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// minRedacted is the length from which a value is looked for in a site's message: shorter ones are in too many words.
const minRedacted = 3

// redact takes every value that we know out of a text of the site.
func (r *run) redact(text string) string {
	return redactValues(text, r.known(ParameterUsername, ParameterOrganisation))
}

// redactSecrets takes out of a text of the site what is no name: people choose among accounts by the names.
func (r *run) redactSecrets(text string) string { return redactValues(text, r.known()) }

func redactValues(text string, known []string) string {
	for _, value := range known {
		text = without(text, value)
	}
	for _, value := range known {
		text = withoutHalf(text, value)
	}
	return cut(text, maxErrorText)
}

// known lists the values that may stand in a text of the site, the longest first: one may be part of another. Of what is
// no secret it holds only those that are named.
func (r *run) known(names ...string) []string {
	public := func(name string) bool {
		return (name == ParameterUsername || name == ParameterOrganisation) && !slices.Contains(names, name)
	}
	var known []string
	for _, name := range r.in.Parameters.Names() {
		if value, ok := r.in.Parameters.Get(name); ok && !public(name) {
			known = append(known, value.Reveal())
		}
	}
	if code, ok := r.in.Parameters.Get(ParameterBackupCodes); ok {
		known = append(known, separate(code.Reveal())...)
	}
	if r.in.Answer != nil {
		for name, value := range r.in.Answer.Values {
			if !public(name) {
				known = append(known, value.Reveal())
			}
		}
	}
	for _, value := range r.typed {
		known = append(known, value.Reveal())
	}
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	return known
}

func without(text, value string) string {
	if len(value) < minRedacted {
		return text
	}
	return strings.ReplaceAll(text, value, session.Redacted)
}

// withoutHalf takes the beginning of a value off the end of a text: the text was cut, perhaps in the middle of the value.
func withoutHalf(text, value string) string {
	for n := len(value) - 1; n >= minRedacted; n-- {
		if rest, ok := strings.CutSuffix(text, value[:n]); ok {
			return rest + session.Redacted
		}
	}
	return text
}
