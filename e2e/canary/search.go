package canary

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	// minLength is the length in bytes from which a secret can be searched for: its halves must not occur by chance.
	minLength = 16
	// maxDepth is how many layers within each other are opened.
	maxDepth = 3
	// maxHits ends the search of one piece of data: nobody reads more.
	maxHits = 20
)

// Hit is a place where a secret was found.
type Hit struct {
	// Canary is the secret's name, never its value.
	Canary string
	// Where is the file and what was opened in it: "a.db ▸ zlib".
	Where string
	// How says how it is written: "JSON, base64 at offset 1".
	How string
	// Offset is the place in bytes, within what was opened last.
	Offset int
}

// String is a line for people.
func (h Hit) String() string {
	return fmt.Sprintf("%s in %s at %d (%s)", h.Canary, h.Where, h.Offset, h.How)
}

// Searcher searches for a set of secrets. It may be used by many goroutines at once.
type Searcher struct{ patterns []pattern }

// pattern is one half of one writing of one secret.
type pattern struct {
	canary, how string
	text        []byte
}

// New returns a searcher for secrets by name. A secret has at least 16 bytes.
func New(secrets map[string]string) (*Searcher, error) {
	s := &Searcher{}
	for name, value := range secrets {
		if len(value) < minLength {
			return nil, fmt.Errorf("search for %s: it has %d bytes and needs %d", name, len(value), minLength)
		}
		for _, w := range writings(value) {
			half := len(w.text) / 2
			s.patterns = append(s.patterns, pattern{name, w.how, w.text[:half]}, pattern{name, w.how, w.text[half:]})
		}
	}
	return s, nil
}

// Search returns where the secrets stand in data, at most 20 places for what is named where.
func (s *Searcher) Search(where string, data []byte) []Hit {
	var hits []Hit
	s.search(where, data, 0, &hits)
	return hits
}

func (s *Searcher) search(where string, data []byte, depth int, hits *[]Hit) {
	for _, p := range s.patterns {
		if i := bytes.Index(data, p.text); i >= 0 && len(*hits) < maxHits {
			*hits = append(*hits, Hit{Canary: p.canary, Where: where, How: p.how, Offset: i})
		}
	}
	if depth == maxDepth || len(*hits) >= maxHits {
		return
	}
	for _, l := range layers(data) {
		s.search(where+" ▸ "+l.how, l.data, depth+1, hits)
	}
}

// Dir searches every file below root, except those whose path below root is among those to skip. It returns how many files
// it read.
func (s *Searcher) Dir(root string, skip ...string) (hits []Hit, files int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.Contains(skip, name) {
			return nil
		}
		data, err := fs.ReadFile(os.DirFS(root), filepath.ToSlash(name))
		if err != nil {
			return err
		}
		files++
		hits = append(hits, s.Search(name, data)...)
		return nil
	})
	return hits, files, err
}
