package recording

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/session"
)

// document is a recipe without what it does not name.
type document struct {
	Before []documentStep           `yaml:"before,omitempty"`
	Fields map[string]documentField `yaml:"fields,omitempty"`
	Submit string                   `yaml:"submit,omitempty"`
}

type documentStep struct {
	Click    string `yaml:"click"`
	Optional bool   `yaml:"optional,omitempty"`
}

type documentField struct {
	Target string `yaml:"target"`
}

// YAML writes the recipe, with head and the notes as comments.
func (r *Recording) YAML(head string) ([]byte, error) {
	var b bytes.Buffer
	for line := range strings.Lines(head) {
		comment(&b, line)
	}
	for _, note := range r.Notes {
		comment(&b, note)
	}
	d := document{Fields: map[string]documentField{}, Submit: string(r.Recipe.Submit)}
	for _, s := range r.Recipe.Before {
		d.Before = append(d.Before, documentStep{Click: string(s.Click), Optional: s.Optional})
	}
	for role, f := range r.Recipe.Fields {
		d.Fields[role] = documentField{Target: string(f.Target)}
	}
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("write the recipe: %w", err)
	}
	return b.Bytes(), enc.Close()
}

// comment writes one line of a comment, whatever a page's text holds.
func comment(b *bytes.Buffer, text string) {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	fmt.Fprintf(b, "# %s\n", strings.Join(strings.Fields(printable), " "))
}

// IsEmpty reports whether the recipe names nothing.
func (r *Recording) IsEmpty() bool {
	return len(r.Recipe.Before) == 0 && len(r.Recipe.Fields) == 0 && r.Recipe.Submit == session.Target("")
}
