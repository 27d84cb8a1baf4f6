package config

import (
	"errors"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/session"
)

// LoadRecipe reads and checks a recipe: a file that holds a recipe alone, or a project file with one. The error joins all
// faults of the file, each a *ProjectFileError.
func LoadRecipe(file string) (*session.Recipe, error) {
	data, err := readBounded(file)
	if err != nil {
		return nil, &ProjectFileError{File: file, Err: err}
	}
	return parseRecipe(file, data)
}

// parseRecipe is LoadRecipe for the content of a file.
func parseRecipe(file string, data []byte) (*session.Recipe, error) {
	if isProject(data) {
		p, err := parseProject(file, data)
		if err != nil {
			return nil, err
		}
		if p.Recipe == nil {
			return nil, &ProjectFileError{File: file, Err: errors.New("is a project without a recipe")}
		}
		return p.Recipe, nil
	}
	r, err := parseDocument[session.Recipe](data)
	if errors.Is(err, errNoDocument) {
		err = errors.New("is empty: it holds no recipe")
	}
	if err != nil {
		return nil, placeFaults(file, err)
	}
	if err := placeFields(file, data, r.Validate()); err != nil {
		return nil, err
	}
	return r, nil
}

// projectKeys tell a project file from a recipe alone.
var projectKeys = []string{"recipe", "loginUrl", "name"}

func isProject(data []byte) bool {
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return false
	}
	keys := root.Content[0].Content
	for i := 0; i < len(keys); i += 2 {
		if slices.Contains(projectKeys, keys[i].Value) {
			return true
		}
	}
	return false
}
