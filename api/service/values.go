package service

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anteroom/anteroom/session"
)

// checkValues returns the values of the question's fields as they will be typed. A field that is optional may be left out.
func checkValues(q session.InfoRequest, values map[string]session.Secret) (map[string]session.Secret, error) {
	checked := make(map[string]session.Secret, len(q.Fields))
	for _, field := range q.Fields {
		if field.Optional && values[field.Name].IsZero() {
			continue
		}
		value, err := checkValue(field, values[field.Name].Reveal())
		if err != nil {
			return nil, err
		}
		checked[field.Name] = session.NewSecret(value)
		if err := checkKind(q.Kind, field.Name, checked[field.Name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.ContainsFunc(q.Fields, func(f session.Field) bool { return f.Name == name }) {
			continue
		}
		if len(name) > MaxParameterName {
			name = "(a long name)"
		}
		return nil, NewFieldError("values."+name, "is not asked; asked is %s", names(q.Fields))
	}
	return checked, nil
}

// checkValue returns the value as it will be typed. White space is taken out of a code (people paste "123 456") and from
// around a link.
func checkValue(field session.Field, value string) (string, error) {
	switch field.Type {
	case "code":
		value = strings.Map(dropSpace, value)
	case "url":
		value = strings.TrimSpace(value)
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

// checkKind checks what the kind of question wants of a value: credentials are parameters like those of a start.
func checkKind(kind session.InfoRequestKind, name string, value session.Secret) error {
	switch {
	case kind == session.AskCredentials:
		if why := parameterFault(name, value); why != "" {
			return NewFieldError(name, "%s", why)
		}
	case kind == session.AskLink && !isWebURL(value.Reveal()):
		return NewFieldError(name, "is not a link; paste the whole of it, from http:// or https:// on")
	}
	return nil
}

func isWebURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
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
