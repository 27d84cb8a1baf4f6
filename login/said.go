package login

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// minSaid is the length from which a new line is taken for a sentence, in characters; scripts without spaces need few.
const minSaid = 6

// said returns what the site says where the same form came again that was submitted and no rule knows what its words mean: the first message
// that was not there before the submit, else the first new line. It decides nothing; it is for people.
func (r *run) said(p *submitted) *PageError {
	if p == nil || r.seen.Class != p.class {
		return nil
	}
	text := r.firstNew(r.model.Alerts, r.progress.Baseline, r.texts)
	if text == "" && r.seen.Signature == p.signature {
		text = r.firstNew(strings.Split(r.model.Text, "\n"), r.texts)
	}
	if text == "" {
		return nil
	}
	return &PageError{Class: ErrorRejected, Text: cut(text, maxErrorText), New: true}
}

// firstNew returns the first text whose fingerprint is in none of the lists, and that is no label of a control.
func (r *run) firstNew(texts []string, known ...[]string) string {
	for _, text := range texts {
		text = squeeze(text)
		if utf8.RuneCountInString(text) < minSaid || utf8.RuneCountInString(text) > 2*maxErrorText {
			continue
		}
		mark := messagePrint(text)
		old := slices.ContainsFunc(known, func(list []string) bool { return slices.Contains(list, mark) })
		label := slices.ContainsFunc(r.model.Controls, func(c Control) bool {
			return squeeze(c.Text) == text || squeeze(c.Label) == text || squeeze(c.Placeholder) == text
		})
		if !old && !label {
			return text
		}
	}
	return ""
}

// allTexts returns the fingerprints of everything that said reads.
func allTexts(m *PageModel) []string {
	var prints []string
	for _, text := range append(strings.Split(m.Text, "\n"), m.Alerts...) {
		if text = squeeze(text); text != "" {
			prints = append(prints, messagePrint(text))
		}
	}
	return prints
}
