package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/session"
)

var (
	// The YAML library gives its faults as text only (yaml.v3, decode.go).
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (.+) not found in type (.+)$`)
	yamlKind    = regexp.MustCompile("^cannot unmarshal (\\S+) (?:`.*` )?into .*$")
	pathParts   = regexp.MustCompile(`[^.\[\]]+`)
)

// placeFaults turns an error of the YAML library into faults with file and line.
func placeFaults(file string, err error) error {
	texts := []string{err.Error()}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		texts = typed.Errors
	}
	faults := make([]error, 0, len(texts))
	for _, text := range texts {
		f := &ProjectFileError{File: file}
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			f.Line, _ = strconv.Atoi(m[1]) // digits, by the expression
			text = m[2]
		}
		f.Err = projectFault(strings.TrimPrefix(text, "yaml: "))
		faults = append(faults, f)
	}
	return errors.Join(faults...)
}

func projectFault(text string) error {
	if m := yamlUnknown.FindStringSubmatch(text); m != nil {
		known := fieldsOf(m[2])
		return &session.FieldError{Field: m[1], Message: fmt.Sprintf(
			"is an unknown field%s (known here: %s)", didYouMean(m[1], known), strings.Join(known, ", "))}
	}
	if m := yamlKind.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("is no value for this field: %s", kindName(m[1]))
	}
	return errors.New(text)
}

// fieldsOf lists the YAML names of the struct that the YAML library calls typeName.
func fieldsOf(typeName string) []string {
	t := reflect.TypeFor[session.Project]()
	if typeName == reflect.TypeFor[session.OTPSettings]().String() {
		t = reflect.TypeFor[session.OTPSettings]()
	}
	var names []string
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// kindName says what a YAML tag is.
func kindName(tag string) string {
	switch tag {
	case "!!map":
		return "a section stands where one value or a list is wanted"
	case "!!seq":
		return "a list stands where one value or a section is wanted"
	}
	return "one value stands where a list or a section is wanted"
}

// placeFields gives the faults of Project.Validate their file and line.
func placeFields(file string, data []byte, err error) error {
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var root yaml.Node
	_ = yaml.Unmarshal(data, &root) // was decoded before; without nodes the faults have no line
	faults := make([]error, 0, len(list))
	for _, e := range list {
		f := &ProjectFileError{File: file, Err: e}
		if field, ok := errors.AsType[*session.FieldError](e); ok && len(root.Content) == 1 {
			f.Line = lineOf(root.Content[0], pathParts.FindAllString(field.Field, -1))
		}
		faults = append(faults, f)
	}
	return errors.Join(faults...)
}

// lineOf follows path from n and returns the line where it ends; 0 when it is not there.
func lineOf(n *yaml.Node, path []string) int {
	if len(path) == 0 {
		return n.Line
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == path[0] {
				return lineOf(n.Content[i+1], path[1:])
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(n.Content) {
			return lineOf(n.Content[i], path[1:])
		}
	default: // a value has nothing below
	}
	return 0
}
