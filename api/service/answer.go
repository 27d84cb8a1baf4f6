package service

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/session"
)

// MaxAnswerValue bounds one value of an answer, in bytes: longer than any code or password that a person types.
const MaxAnswerValue = 4096

// Answer is what a caller gave, in either of two ways; exactly one must be set.
type Answer struct {
	// Input is the value of the question's one field, one of its choices (id or label), or, where the question has several
	// fields, a JSON object of their values.
	Input *session.Secret
	// Values are the values by field.
	Values map[string]session.Secret
}

// valuesFor returns the values by field as the question wants them, or an error that names the field at fault and
// never quotes a value.
func (a Answer) valuesFor(q session.InfoRequest) (map[string]session.Secret, error) {
	switch {
	case a.Input != nil && a.Values != nil:
		return nil, NewFieldError("input", "and values are both given; give one of them")
	case a.Input == nil && a.Values == nil:
		return nil, NewFieldError("input", "is required: the answer")
	case len(q.Allow) > 0 && !slices.Contains(q.Allow, session.ActionAnswer):
		return nil, NewError(BadRequest, "not-answerable", "question %q cannot be answered here: %s", q.ID, q.Message)
	case len(q.Fields) == 0:
		return a.choiceOf(q)
	}
	values, err := a.byField(q)
	if err != nil {
		return nil, err
	}
	return checkValues(q.Fields, values)
}

// byField gives the values their names.
func (a Answer) byField(q session.InfoRequest) (map[string]session.Secret, error) {
	if a.Values != nil {
		return a.Values, nil
	}
	if len(q.Fields) == 1 {
		return map[string]session.Secret{q.Fields[0].Name: *a.Input}, nil
	}
	var plain map[string]string
	if err := json.Unmarshal([]byte(a.Input.Reveal()), &plain); err != nil || plain == nil {
		return nil, NewFieldError("input", "must be a JSON object with the values of %s, or give them as values", names(q.Fields))
	}
	values := make(map[string]session.Secret, len(plain))
	for name, v := range plain {
		values[name] = session.NewSecret(v)
	}
	return values, nil
}

// choiceOf returns the id of the chosen alternative.
func (a Answer) choiceOf(q session.InfoRequest) (map[string]session.Secret, error) {
	given := a.Values[ChoiceField]
	if a.Input != nil {
		given = *a.Input
	}
	for _, c := range q.Choices {
		if given.Reveal() == c.ID || given.Reveal() == c.Label {
			return map[string]session.Secret{ChoiceField: session.NewSecret(c.ID)}, nil
		}
	}
	return nil, NewFieldError("input", "is none of the choices of question %q", q.ID)
}

func checkValues(fields []session.Field, values map[string]session.Secret) (map[string]session.Secret, error) {
	checked := make(map[string]session.Secret, len(fields))
	for _, field := range fields {
		value, err := checkValue(field, values[field.Name].Reveal())
		if err != nil {
			return nil, err
		}
		checked[field.Name] = session.NewSecret(value)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := checked[name]; ok {
			continue
		}
		if len(name) > MaxParameterName {
			name = "(a long name)"
		}
		return nil, NewFieldError("values."+name, "is not asked; asked is %s", names(fields))
	}
	return checked, nil
}

// checkValue returns the value as it will be typed. White space is taken out of a code: people paste "123 456".
func checkValue(field session.Field, value string) (string, error) {
	if field.Type == "code" {
		value = strings.Map(dropSpace, value)
	}
	name := field.Name
	switch {
	case value == "":
		return "", NewFieldError(name, "is required")
	case len(value) > MaxAnswerValue:
		return "", NewFieldError(name, "has %d bytes; it may have %d", len(value), MaxAnswerValue)
	case field.Length > 0 && utf8.RuneCountInString(value) != field.Length:
		return "", NewFieldError(name, "has %d characters; it must have %d", utf8.RuneCountInString(value), field.Length)
	case !matches(field.Pattern, value):
		return "", NewFieldError(name, "does not have the form that is asked: %s", field.Pattern)
	}
	return value, nil
}

// matches reports whether the whole value matches. A pattern that is not RE2 (it stems from a page) refuses nothing:
// the site decides.
func matches(pattern, value string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	return err != nil || re.MatchString(value)
}

func dropSpace(r rune) rune {
	if unicode.IsSpace(r) {
		return -1
	}
	return r
}

func names(fields []session.Field) string {
	list := make([]string, 0, len(fields))
	for _, f := range fields {
		list = append(list, f.Name)
	}
	return strings.Join(list, ", ")
}
