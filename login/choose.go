package login

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/session"
)

// maxChoices is how often a person is asked to choose of a kind in an attempt.
const maxChoices = 6

// ClaimAct claims an act that is no submit and should happen once all the same: a code that is sent, a link that is opened.
const ClaimAct ClaimStep = "act"

// choose takes what the person chose, else chosen, else asks. What was chosen without asking and led back to the same page
// is not chosen so again.
func (r *run) choose(ctx context.Context, options []Option, chosen *Option, message string) (*Outcome, error) {
	if len(options) == 0 {
		return ended(r.ending()), nil
	}
	ids := choiceIDs(options)
	about := string(options[0].Kind)
	if a := r.answer(session.AskChoice, about); a != nil {
		if i := slices.Index(ids, a.Choice); i >= 0 {
			r.answered(a)
			return nil, r.pick(ctx, &options[i], claim{ClaimAct, a.QuestionID})
		}
	}
	if chosen != nil {
		id := ids[slices.IndexFunc(options, func(o Option) bool { return o.Control.Ref == chosen.Control.Ref && o.Label == chosen.Label })]
		// A login that comes back here after going elsewhere goes the same way once more.
		if !r.cameBack() && r.may(r.here("choose/"+id), maxSame) {
			return nil, r.pick(ctx, chosen, claim{ClaimAct, r.here(id + "/" + itoa(r.progress.Counts[r.here("choose/"+id)]))})
		}
		r.again = &reason{kind: session.AskChoice, code: ReasonNoEffect}
	}
	return r.askChoice(options, ids, message), nil
}

// cameBack reports whether the last click led to the very page that it was made on.
func (r *run) cameBack() bool {
	return r.last != nil && r.last.click && r.last.class == r.seen.Class && r.last.signature == r.seen.Signature
}

func (r *run) askChoice(options []Option, ids []string, message string) *Outcome {
	kind := options[0].Kind
	if !r.may("ask/"+string(kind), maxChoices) {
		return ended(r.stuck())
	}
	if r.cameBack() {
		r.again = &reason{kind: session.AskChoice, code: ReasonNoEffect}
	}
	choices := make([]session.Choice, len(options))
	for i := range options {
		o := &options[i]
		choices[i] = session.Choice{
			ID: ids[i], Type: kind.choiceType(), Label: r.redactSecrets(o.Label), Description: r.redact(o.MaskedTarget),
			Automatable: r.automatable(o),
		}
	}
	return r.ask(Question{Kind: session.AskChoice, Message: message, Choices: choices}, string(kind))
}

// pick uses an option. A way that has something sent is used once per claim: without it the page is only looked at.
func (r *run) pick(ctx context.Context, o *Option, c claim) error {
	if o.sends() {
		won, err := r.claim(ctx, c)
		if err != nil {
			return err
		}
		if !won {
			_, err := r.awaitChange(ctx, r.timing.Unchanged)
			return err
		}
	}
	if o.Kind == OptionMethod {
		r.progress.Counts["method/"+string(o.Method)]++
		r.progress.AskMethod = false
	}
	control := o.Control
	switch control.Kind { //nolint:exhaustive // the others are clicked
	case ControlSelect:
		return r.pickThenConfirm(ctx, control, func() error { return r.page.Select(ctx, control, o.Label) })
	case ControlToggle:
		return r.pickThenConfirm(ctx, control, func() error { return r.page.Click(ctx, control) })
	}
	return r.click(ctx, control)
}

// pickThenConfirm marks an option of a list and carries it on, unless the mark itself did.
func (r *run) pickThenConfirm(ctx context.Context, c Control, mark func() error) error {
	class := r.seen.Class
	if !c.Checked {
		if err := r.use(ctx, c, mark); err != nil {
			return err
		}
		if r.pending == nil { // it slipped away
			return nil
		}
	}
	if r.seen.Class != class {
		return nil
	}
	for _, next := range []*Control{r.seen.Action(ActionConfirm), r.seen.Submit, r.seen.Action(ActionSend)} {
		if next != nil {
			return r.click(ctx, *next)
		}
	}
	return nil
}

// sends reports whether to use the option has something sent to a person.
func (o *Option) sends() bool {
	switch o.Method { //nolint:exhaustive // the others send nothing
	case MethodSMS, MethodEmail, MethodVoice, MethodPush, MethodLink:
		return true
	}
	return false
}

// choiceIDs names options, so that the same option of the same page has the same name each time: by kind and meaning, and
// by a fingerprint of the label where it may be personal or the meaning is not unique.
func choiceIDs(options []Option) []string {
	ids := make([]string, len(options))
	count := map[string]int{}
	for i := range options {
		ids[i] = options[i].meaning()
		count[ids[i]]++
	}
	taken := map[string]int{}
	for i := range options {
		if count[ids[i]] > 1 {
			ids[i] += "-" + fingerprint(options[i].Label + "\x1f" + options[i].MaskedTarget)[:8]
		}
		if taken[ids[i]]++; taken[ids[i]] > 1 {
			ids[i] += "-" + itoa(taken[ids[i]])
		}
	}
	return ids
}

// meaning is what an option is, without anything personal.
func (o *Option) meaning() string {
	kind := strings.ReplaceAll(string(o.Kind), "_", "-")
	switch {
	case o.Another:
		return kind + "-another"
	case o.Kind == OptionMethod && o.Method != "" && o.Method != MethodOther:
		return kind + "-" + strings.ReplaceAll(string(o.Method), "_", "-")
	case o.Kind == OptionSignInWith && o.Provider != "" && o.Provider != "other":
		return kind + "-" + slug(o.Provider)
	case o.Kind == OptionControl && slug(o.Label) != "":
		return kind + "-" + slug(o.Label)
	}
	return kind + "-" + fingerprint(o.Label)[:8]
}

// maxSlug is how long the readable part of a name is, in bytes.
const maxSlug = 32

// slug makes a name of a text: lower case letters and digits of ASCII, with hyphens between; empty when there are none.
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	s := strings.Join(words, "-")
	if len(s) > maxSlug {
		s = strings.TrimRight(s[:maxSlug], "-")
	}
	return s
}

// options returns the page's options of a kind.
func (r *run) options(kind OptionKind) []Option {
	var found []Option
	for _, o := range r.seen.Options {
		if o.Kind == kind {
			found = append(found, o)
		}
	}
	return found
}

// matching returns the only option for which holds is true; nil when there is none or more than one.
func matching(options []Option, holds func(*Option) bool) *Option {
	var found *Option
	for i := range options {
		if !holds(&options[i]) {
			continue
		}
		if found != nil {
			return nil
		}
		found = &options[i]
	}
	return found
}

// holdsWord reports whether text holds the whole word, in any case: "alice" does not stand in "malice", nor in
// "alice@example.com" or "alice.b".
func holdsWord(text, word string) bool {
	if word == "" {
		return false
	}
	text, word = strings.ToLower(text), strings.ToLower(word)
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		if !endsInName(text[:start]) && !beginsInName(text[end:]) {
			return true
		}
		from = end
	}
}

func endsInName(text string) bool {
	last, size := utf8.DecodeLastRuneInString(text)
	if last == '.' {
		last, _ = utf8.DecodeLastRuneInString(text[:len(text)-size])
		return unicode.IsLetter(last) || unicode.IsDigit(last)
	}
	return size > 0 && partOfName(last)
}

func beginsInName(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	if first == '.' {
		first, _ = utf8.DecodeRuneInString(text[size:])
		return unicode.IsLetter(first) || unicode.IsDigit(first)
	}
	return size > 0 && partOfName(first)
}

func partOfName(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("_-@+", c)
}
