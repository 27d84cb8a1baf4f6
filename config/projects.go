package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/anteroom/anteroom/session"
)

// maxProjectFile bounds a project file, in bytes: a thousand times what a long one needs.
const maxProjectFile = 1 << 20

// ProjectFileError is one thing that is wrong with a project file.
type ProjectFileError struct {
	// File is the path of the file.
	File string
	// Line counts from 1; 0 when the fault is not at one line.
	Line int
	// Err says what is wrong: a *session.FieldError for a field of the document.
	Err error
}

// Error is "file:line: what is wrong".
func (f *ProjectFileError) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %v", f.File, f.Err)
	}
	return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Err)
}

// Unwrap returns ErrInvalid and Err.
func (f *ProjectFileError) Unwrap() []error { return []error{ErrInvalid, f.Err} }

// LoadProjects reads the project files of dir: *.yaml and *.yml, one project each, sorted by file name; files whose
// name starts with a dot and directories below are passed over. A project without a name is named as its file. The
// caller sets Workspace. The error joins all faults of all files, each a *ProjectFileError; then no project is returned.
func LoadProjects(dir string) ([]session.Project, error) {
	files, err := projectFiles(dir)
	if err != nil {
		return nil, err
	}
	var projects []session.Project
	var faults []error
	fileOf := map[string]string{}
	for _, file := range files {
		p, err := LoadProject(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if first, taken := fileOf[p.Name]; taken {
			faults = append(faults, &ProjectFileError{File: file, Err: &session.FieldError{
				Field: "name", Message: fmt.Sprintf("is %q, as in %s: give each project its own", p.Name, first)}})
			continue
		}
		fileOf[p.Name] = file
		projects = append(projects, *p)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return projects, nil
}

func projectFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the projects of %s: %w", dir, pathless(err))
	}
	var files []string
	for _, entry := range entries { // sorted
		name := entry.Name()
		yaml := slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name))
		if yaml && !entry.IsDir() && !strings.HasPrefix(name, ".") {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files, nil
}

// LoadProject reads one project file, as LoadProjects does. The error joins its faults, each a *ProjectFileError.
func LoadProject(file string) (*session.Project, error) {
	data, err := readBounded(file)
	if err != nil {
		return nil, &ProjectFileError{File: file, Err: err}
	}
	return parseProject(file, data)
}

// parseProject is LoadProject for the content of a file.
func parseProject(file string, data []byte) (*session.Project, error) {
	p, err := parseDocument[session.Project](data)
	if errors.Is(err, errNoDocument) {
		err = errors.New("is empty: it needs at least loginUrl")
	}
	if err != nil {
		return nil, placeFaults(file, err)
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	if err := placeFields(file, data, validateProject(p)); err != nil {
		return nil, err
	}
	return p, nil
}

func readBounded(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, pathless(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	if info.Size() > maxProjectFile {
		return nil, fmt.Errorf("is larger than %s", formatSize(maxProjectFile))
	}
	data, err := os.ReadFile(file)
	return data, pathless(err)
}

// errNoDocument: there is nothing in the file but comments.
var errNoDocument = errors.New("is empty")

// parseDocument decodes exactly one document without unknown fields.
func parseDocument[T any](data []byte) (*T, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	document := new(T)
	if err := dec.Decode(document); errors.Is(err, io.EOF) {
		return nil, errNoDocument
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("holds more than one document: write one per file")
	}
	return document, nil
}

// pathless takes the path out of an error whose message gets it from us.
func pathless(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
