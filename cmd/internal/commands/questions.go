package commands

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// Words that a person types in the place of an answer, where the question allows it.
const (
	wordResend     = "resend"
	wordAnotherWay = "other"
)

// actionWords are the words for the actions that an answer may name.
var actionWords = []struct {
	word   string
	action session.Action
	does   string
}{
	{wordResend, session.ActionResend, "have it sent again"},
	{wordAnotherWay, session.ActionTryAnotherWay, "try another way to verify"},
}

// elsewhere reports whether a question has nothing to be typed: the person acts on another device.
func elsewhere(q session.InfoRequest) bool {
	return q.Kind.GoesOnByItself() && len(q.Fields) == 0 && len(q.Choices) == 0
}

// wordOf returns the action that a line asks for, if the question allows it.
func wordOf(q session.InfoRequest, line string) (session.Action, bool) {
	for _, w := range actionWords {
		if strings.EqualFold(strings.TrimSpace(line), w.word) && slices.Contains(q.Allow, w.action) {
			return w.action, true
		}
	}
	return "", false
}

// hint says which words the question takes; "" for none.
func hint(q session.InfoRequest) string {
	var hints []string
	for _, w := range actionWords {
		if slices.Contains(q.Allow, w.action) {
			hints = append(hints, fmt.Sprintf("%q to %s", w.word, w.does))
		}
	}
	if len(hints) == 0 {
		return ""
	}
	return "Type " + strings.Join(hints, ", ") + "."
}

// describe is the question in one line.
func describe(q session.InfoRequest) string {
	parts := []string{q.Message}
	if q.DisplayCode != "" {
		parts = append(parts, "The site shows: "+q.DisplayCode)
	}
	if q.MaskedTarget != "" && !strings.Contains(q.Message, q.MaskedTarget) {
		parts = append(parts, "It was sent to "+q.MaskedTarget+".")
	}
	if q.SiteError != "" {
		parts = append(parts, "The site said: "+q.SiteError)
	}
	parts = append(parts, "(until "+q.ExpiresAt.Local().Format("15:04:05")+")")
	return strings.Join(parts, " ")
}

// listChoices numbers the choices from 1.
func listChoices(w io.Writer, choices []session.Choice) {
	for i, c := range choices {
		line := fmt.Sprintf("  %d  %s", i+1, firstOf(c.Label, c.ID))
		if c.Description != "" && !strings.Contains(c.Label, c.Description) {
			line += " (" + c.Description + ")"
		}
		if c.Automatable {
			line += " - needs nobody"
		}
		fmt.Fprintln(w, line)
	}
}

// choiceNamed returns the id of the choice that a person means: its number, its id, or its label where no other has it.
func choiceNamed(choices []session.Choice, given string) (string, bool) {
	given = strings.TrimSpace(given)
	for _, c := range choices {
		if c.ID == given {
			return c.ID, true
		}
	}
	for i, c := range choices {
		if given == strconv.Itoa(i+1) {
			return c.ID, true
		}
	}
	var found []string
	for _, c := range choices {
		if strings.EqualFold(c.Label, given) && given != "" {
			found = append(found, c.ID)
		}
	}
	if len(found) != 1 {
		return "", false
	}
	return found[0], true
}
