package login

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// minSaid is the length from which a new line is taken for a sentence, in characters; scripts without spaces need few.
const minSaid = 6

// maxNewLines is how many new lines a page may have that is still the one that was submitted, with a message on it.
const maxNewLines = 3

// answerTo returns the complaint with which the form of p came again; where no rule knows its words, what the site says new.
func (r *run) answerTo(p *submitted) *PageError {
	if e := r.seen.NewError(); e != nil {
		return e
	}
	return r.said(p)
}

// said returns what the site says where the form of p came again and no rule knows what its words mean: the first message that
// was not there before the submit, else the first new line. It decides only where a user name or
// an organisation came again; for the rest it is for people.
func (r *run) said(p *submitted) *PageError {
	if p == nil || r.seen.Class != p.class && (!p.password || !r.wantsPassword()) {
		return nil
	}
	said := r.newTexts(r.model.Alerts)
	if lines := r.newTexts(strings.Split(r.model.Text, "\n")); len(said) == 0 && len(lines) <= maxNewLines {
		said = lines
	}
	if len(said) == 0 {
		return nil
	}
	return &PageError{Class: ErrorRejected, Text: cut(said[0], maxErrorText), New: true}
}

// newTexts returns those of the texts that were not there before the submit, and are no label of a control.
func (r *run) newTexts(texts []string) []string {
	var found []string
	for _, text := range texts {
		text = squeeze(text)
		if n := utf8.RuneCountInString(text); n < minSaid || n > 2*maxErrorText {
			continue
		}
		mark := messagePrint(text)
		old := slices.Contains(r.texts, mark) || slices.Contains(r.progress.Baseline, mark)
		label := slices.ContainsFunc(r.model.Controls, func(c Control) bool {
			return squeeze(c.Text) == text || squeeze(c.Label) == text || squeeze(c.Placeholder) == text
		})
		if !old && !label {
			found = append(found, text)
		}
	}
	return found
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
