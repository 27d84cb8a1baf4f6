package anteroom_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Values of room.ours and room.third that are no list of names.
var (
	anything = []string{"*"}
	none     = []string{}
)

// room is one row of the table: what a folder, with everything below it, may never import.
type room struct {
	path string
	// ours names the rooms it may reach, itself apart; transitively.
	ours []string
	// third lists prefixes of modules its own files may import; nil allows all, and none allows the standard library only.
	third []string
	// never lists prefixes it may not reach, transitively.
	never []string
	// neverDirect lists standard packages its own files may not import. Others' files may: the Temporal SDK itself
	// imports os.
	neverDirect []string
	// planned rows are of rooms that do not exist yet.
	planned bool
}

// door says which rooms may have to with an import path prefix.
type door struct {
	to    string
	rooms []string
}

// walls is the whole table.
type walls struct {
	module string
	rooms  []room
	// doors hold for direct imports, sealed transitively.
	doors, sealed []door
}

// node is one package: what it imports, and whether it is of the standard library.
type node struct {
	standard bool
	imports  []string
}

// imports is an import graph by import path.
type imports map[string]node

// violations returns one sentence for each wall that is broken, with the shortest chain of imports that breaks it.
func (w walls) violations(g imports) []string {
	var found []string
	for _, from := range sortedKeys(g) {
		r, ok := w.roomOf(from)
		if !ok {
			if under(from, w.module) {
				found = append(found, from+" is in no room of the table")
			}
			continue
		}
		found = append(found, w.ofPackage(g, r, from)...)
	}
	return found
}

// ofPackage walks everything that the package reaches, nearest first, and stops at what it may not reach.
func (w walls) ofPackage(g imports, r room, from string) []string {
	var found []string
	seen := map[string]bool{from: true}
	told := map[string]bool{}
	queue := [][]string{{from}}
	for len(queue) > 0 {
		chain := queue[0]
		queue = queue[1:]
		for _, to := range g[chain[len(chain)-1]].imports {
			if seen[to] {
				continue
			}
			seen[to] = true
			next := append(slices.Clone(chain), to)
			rule := w.broken(g, r, to, len(chain) == 1)
			switch {
			case rule == "" && !g[to].standard:
				queue = append(queue, next)
			case rule != "" && !told[rule]:
				told[rule] = true
				found = append(found, fmt.Sprintf("%s %s: %s", r.path, rule, strings.Join(next, " -> ")))
			}
		}
	}
	return found
}

// broken names the rule that room r breaks by reaching a package; empty when it may.
func (w walls) broken(g imports, r room, to string, direct bool) string {
	if other, ours := w.roomOf(to); ours && other.path != r.path && !allowed(r.ours, other.path) {
		return "never reaches room " + other.path
	}
	for _, prefix := range r.never {
		if under(to, prefix) {
			return "never reaches " + prefix
		}
	}
	for _, d := range w.sealed {
		if under(to, d.to) && !slices.Contains(d.rooms, r.path) {
			return "never contains " + d.to
		}
	}
	if !direct {
		return ""
	}
	return w.brokenDirectly(g, r, to)
}

// brokenDirectly is broken for the rules that look at a room's own files only.
func (w walls) brokenDirectly(g imports, r room, to string) string {
	if slices.Contains(r.neverDirect, to) {
		return "never imports " + to
	}
	for _, d := range w.doors {
		if under(to, d.to) && !slices.Contains(d.rooms, r.path) && !under(to, w.module+"/"+r.path) {
			return "has no door to " + d.to
		}
	}
	if r.third == nil || g[to].standard || under(to, w.module) {
		return ""
	}
	if slices.ContainsFunc(r.third, func(prefix string) bool { return under(to, prefix) }) {
		return ""
	}
	return "never imports third-party packages but its own list"
}

// roomOf returns the row of one of our packages: the longest that matches.
func (w walls) roomOf(importPath string) (room, bool) {
	if !under(importPath, w.module) {
		return room{}, false
	}
	return w.roomOfFolder(strings.TrimPrefix(strings.TrimPrefix(importPath, w.module), "/"))
}

func (w walls) roomOfFolder(dir string) (room, bool) {
	for d := path.Clean(dir); ; d = path.Dir(d) {
		i := slices.IndexFunc(w.rooms, func(r room) bool { return r.path == d })
		// The root's row is for the root's own files: it takes in no folder that has no row.
		if i >= 0 && (d != "." || path.Clean(dir) == ".") {
			return w.rooms[i], true
		}
		if d == "." {
			return room{}, false
		}
	}
}

// compare returns the folders that no row covers, and the rows that lie: required without a folder, or planned with one.
func (w walls) compare(dirs []string) (unlisted, absent []string) {
	exists := map[string]bool{}
	for _, dir := range dirs {
		r, ok := w.roomOfFolder(dir)
		if !ok {
			unlisted = append(unlisted, dir)
			continue
		}
		exists[r.path] = true
	}
	for _, r := range w.rooms {
		if exists[r.path] == r.planned {
			absent = append(absent, r.path)
		}
	}
	return unlisted, absent
}

// goFolders returns the folders that hold Go files, whatever their build tags: `go list` passes over those whose files
// are all excluded. Reading the folders also tells the test cache which files the result depends on.
func goFolders(root fs.FS) ([]string, error) {
	found := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ".go"):
			found[path.Dir(name)] = true
			_, err = fs.Stat(root, name)
			return err
		}
		return nil
	})
	return sortedKeys(found), err
}

// listImports asks the go command for the import graph of the patterns' packages, tests left out. overlay is the name of
// a file for `go list -overlay`; empty means none.
func listImports(t *testing.T, overlay string, patterns ...string) imports {
	t.Helper()

	args := append([]string{"list", "-deps", "-json=ImportPath,Imports,Standard", "-overlay=" + overlay, "--"}, patterns...)
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "go list: %s", &stderr)

	g := imports{}
	for decoder := json.NewDecoder(&stdout); ; {
		var p struct {
			ImportPath string   `json:"ImportPath"` //nolint:tagliatelle // the go command's spelling
			Imports    []string `json:"Imports"`    //nolint:tagliatelle // the go command's spelling
			Standard   bool     `json:"Standard"`   //nolint:tagliatelle // the go command's spelling
		}
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return g
		}
		require.NoError(t, err)
		g[p.ImportPath] = node{standard: p.Standard, imports: p.Imports}
	}
}

func allowed(names []string, name string) bool {
	return slices.Contains(names, name) || slices.Equal(names, anything)
}

// under reports whether an import path is prefix itself or lies below it.
func under(importPath, prefix string) bool {
	return importPath == prefix || strings.HasPrefix(importPath, prefix+"/")
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
