package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

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
		known := fieldsOf(m[2]) // a struct of the document, always
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
	t := documentTypes()[typeName]
	if t == nil {
		return nil
	}
	var names []string
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// documentTypes are the structs of a project document, by the names that the YAML library calls them.
var documentTypes = sync.OnceValue(func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		switch t.Kind() { //nolint:exhaustive // the others hold no structs
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(t.Elem())
		case reflect.Struct:
			if _, known := types[t.String()]; known {
				return
			}
			types[t.String()] = t
			for field := range t.Fields() {
				visit(field.Type)
			}
		}
	}
	visit(reflect.TypeFor[session.Project]())
	return types
})

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

// placeFields gives the faults that Validate found their file and line, and adds values that YAML took for comments. Nil
// without any.
func placeFields(file string, data []byte, err error) error {
	var root yaml.Node
	_ = yaml.Unmarshal(data, &root) // was decoded before; without nodes the faults have no line
	var top *yaml.Node
	if len(root.Content) == 1 {
		top = root.Content[0]
	}
	faults, explained := commentFaults(file, top)
	for _, e := range unjoin(err) {
		f := &ProjectFileError{File: file, Err: e}
		if field, ok := errors.AsType[*session.FieldError](e); ok && top != nil {
			f.Line = lineOf(top, pathParts.FindAllString(field.Field, -1), 0)
		}
		if f.Line == 0 || !explained[f.Line] {
			faults = append(faults, f)
		}
	}
	return errors.Join(faults...)
}

// unjoin returns the errors that errors.Join joined.
func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// selectorFields may hold a CSS selector.
var selectorFields = []string{"click", "waitFor", "target", "submit", "mark", "loggedIn"}

// commentFaults finds selectors that begin with "#", written without quotation marks: to YAML they are comments. It returns
// their lines, too.
func commentFaults(file string, top *yaml.Node) (faults []error, lines map[int]bool) {
	lines = map[int]bool{}
	eachField(top, func(key, value *yaml.Node) {
		comment := key.LineComment
		if value.Tag != "!!null" || value.Value != "" || len(comment) < 2 || strings.TrimSpace(comment[1:2]) == "" ||
			!slices.Contains(selectorFields, key.Value) {
			return
		}
		lines[key.Line] = true
		faults = append(faults, &ProjectFileError{File: file, Line: key.Line, Err: &session.FieldError{
			Field: key.Value, Message: "is a comment to YAML: write '" + comment + "', in quotation marks"}})
	})
	return faults, lines
}

// eachField calls f for every key of every mapping below n.
func eachField(n *yaml.Node, f func(key, value *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			f(n.Content[i], n.Content[i+1])
		}
	}
	for _, child := range n.Content {
		eachField(child, f)
	}
}

// lineOf follows path from n and returns the line where it ends, or of the last part that is there; 0 when none is. An
// alias stands for what it names.
func lineOf(n *yaml.Node, path []string, found int) int {
	if len(path) == 0 {
		return n.Line
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == path[0] {
				return lineOf(n.Content[i+1], path[1:], n.Content[i].Line)
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(n.Content) {
			return lineOf(n.Content[i], path[1:], n.Content[i].Line)
		}
	default: // a value has nothing below
	}
	return found
}
