package service

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// MaxAnswerValue bounds one value of an answer, in bytes: longer than any code, password or link that a person types.
const MaxAnswerValue = 4096

// Answer is what a caller gave: exactly one of its fields, except that the answer to an unknown page may have Values and Choice.
type Answer struct {
	// Input is the one string of Intuned's contract: the value of the question's one field, one of its choices (id or text), the
	// action where nothing else can be done, or, where the question has several fields, a JSON object of their values.
	Input *session.Secret
	// Values are the values by field.
	Values map[string]session.Secret
	// Choice is the id of one of the question's choices.
	Choice *string
	// Action is resend or tryAnotherWay.
	Action *string

	// form is what [Service.AnswerLink] keeps beside the answer.
	form session.Secret
}

// sealed returns the answer as the engine reads it: values by field, the choice and the action under the names of
// [session.AnswerChoice] and [session.AnswerAction]. Its errors name the field at fault and never quote a value.
func (a Answer) sealed(q session.InfoRequest) (map[string]session.Secret, error) {
	if err := a.checkShape(q); err != nil {
		return nil, err
	}
	if a.Input != nil {
		var err error
		if a, err = a.fromInput(q); err != nil {
			return nil, err
		}
	}
	out := map[string]session.Secret{}
	if a.Action != nil {
		return out, a.addAction(q, out)
	}
	if a.Choice != nil {
		if err := a.addChoice(q, out); err != nil {
			return nil, err
		}
	}
	if a.Values == nil {
		return out, nil
	}
	if err := allowed(q, session.ActionAnswer, "values"); err != nil {
		return nil, err
	}
	return out, a.addValues(q, out)
}

// checkShape counts what was given.
func (a Answer) checkShape(q session.InfoRequest) error {
	var given []string
	for _, f := range []struct {
		name string
		set  bool
	}{{"input", a.Input != nil}, {"values", a.Values != nil}, {"choice", a.Choice != nil}, {"action", a.Action != nil}} {
		if f.set {
			given = append(given, f.name)
		}
	}
	switch {
	case len(given) == 0:
		return NewFieldError("input", "is required, or one of values, choice and action: the answer")
	case len(given) == 1:
		return nil
	case q.Kind == session.AskUnknownPage && slices.Equal(given, []string{"values", "choice"}):
		return nil
	}
	return NewFieldError(given[0], "and %s are both given; give one of them", given[1])
}

// fromInput finds out what the one string stands for.
func (a Answer) fromInput(q session.InfoRequest) (Answer, error) {
	given := strings.TrimSpace(a.Input.Reveal())
	switch {
	case len(q.Fields) == 1:
		return Answer{Values: map[string]session.Secret{q.Fields[0].Name: *a.Input}}, nil
	case len(q.Fields) > 1:
		return a.fromObject(q)
	case len(q.Choices) > 0:
		for i, text := range ChoiceTexts(q.Choices) {
			if c := q.Choices[i]; given == c.ID || given == c.Label || given == text {
				return Answer{Choice: &c.ID}, nil
			}
		}
		return Answer{}, NewFieldError("input", "is none of the choices of question %q", q.ID)
	case len(ActionsOf(q)) > 0:
		return Answer{Action: &given}, nil
	}
	return Answer{}, NewError(BadRequest, "not-answerable", "question %q cannot be answered here: %s", q.ID, q.Message)
}

// fromObject reads the values of several fields from one string.
func (a Answer) fromObject(q session.InfoRequest) (Answer, error) {
	var plain map[string]string
	if err := json.Unmarshal([]byte(a.Input.Reveal()), &plain); err != nil || plain == nil {
		return Answer{}, NewFieldError("input", "must be a JSON object with the values of %s, or give them as values", names(q.Fields))
	}
	out := Answer{Values: make(map[string]session.Secret, len(plain))}
	for name, v := range plain {
		if name == session.AnswerChoice && q.Kind == session.AskUnknownPage {
			out.Choice = &v
			continue
		}
		out.Values[name] = session.NewSecret(v)
	}
	return out, nil
}

// ChoiceTexts returns what tells each choice apart for people: its label, with the id where another one has the same or it has none.
func ChoiceTexts(choices []session.Choice) []string {
	count := map[string]int{}
	for _, c := range choices {
		count[c.Label]++
	}
	texts := make([]string, len(choices))
	for i, c := range choices {
		texts[i] = c.Label
		if c.Label == "" || count[c.Label] > 1 {
			texts[i] = strings.TrimSpace(c.Label + " (" + c.ID + ")")
		}
	}
	return texts
}

// ActionsOf lists the actions that an answer to q may name: resend, tryAnotherWay.
func ActionsOf(q session.InfoRequest) []string {
	var list []string
	for _, action := range []session.Action{session.ActionResend, session.ActionTryAnotherWay} {
		if slices.Contains(q.Allow, action) {
			list = append(list, string(action))
		}
	}
	return list
}

func (a Answer) addAction(q session.InfoRequest, out map[string]session.Secret) error {
	may := ActionsOf(q)
	switch {
	case *a.Action == string(session.ActionCancel):
		return NewFieldError("action", `is "cancel"; cancel the operation itself, by POST …/operations/{operationId}/cancel`)
	case len(may) == 0:
		return notAllowed(q, "action", "has no action beside its answer")
	case !slices.Contains(may, *a.Action):
		return NewFieldError("action", "must be one of %s here", strings.Join(may, ", "))
	}
	out[session.AnswerAction] = session.NewSecret(*a.Action)
	return nil
}

func (a Answer) addChoice(q session.InfoRequest, out map[string]session.Secret) error {
	if err := allowed(q, session.ActionChoose, "choice"); err != nil {
		return err
	}
	if !slices.ContainsFunc(q.Choices, func(c session.Choice) bool { return c.ID == *a.Choice }) {
		return NewFieldError("choice", "is none of the choices of question %q; give the id of one", q.ID)
	}
	out[session.AnswerChoice] = session.NewSecret(*a.Choice)
	return nil
}

func (a Answer) addValues(q session.InfoRequest, out map[string]session.Secret) error {
	if len(q.Fields) == 0 {
		return notAllowed(q, "values", "has no fields")
	}
	values, err := checkValues(q, a.Values)
	if err != nil {
		return err
	}
	if len(values) == 0 && a.Choice == nil {
		return NewFieldError("values", "holds no value; give one of %s", names(q.Fields))
	}
	maps.Copy(out, values)
	return nil
}

// allowed refuses what the question does not list. Questions without a list are of an earlier version: fields and choices tell.
func allowed(q session.InfoRequest, action session.Action, field string) error {
	if len(q.Allow) == 0 || slices.Contains(q.Allow, action) {
		return nil
	}
	return notAllowed(q, field, "takes no such answer")
}

func notAllowed(q session.InfoRequest, field, why string) *Error {
	f := NewFieldError(field, "cannot be given: question %q %s; it allows %v", q.ID, why, q.Allow)
	f.Reason = "not-answerable"
	return f
}
