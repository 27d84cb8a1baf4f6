package words

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed data/*.txt
var data embed.FS

// lexicon holds every term of every list. It is read when the first text is looked at: most commands never do. A list
// that cannot be read is a fault of the build, which the package's tests find; it panics then.
var lexicon = sync.OnceValue(mustLoad)

// Load reads the lists now, in some 50 ms, so that the first text does not wait for them.
func Load() { lexicon() }

// lists is what the files in data hold.
type lists struct {
	terms     *trie
	languages [concerns][]string
}

// Languages returns the language codes that a list has a line for.
func Languages(c Concern) []string { return append([]string(nil), lexicon().languages[c]...) }

func mustLoad() *lists {
	all := &lists{terms: newTrie()}
	for _, c := range Concerns() {
		content, err := data.ReadFile("data/" + c.String() + ".txt")
		if err != nil {
			panic(err)
		}
		if all.languages[c], err = load(all.terms, c, string(content)); err != nil {
			panic(err)
		}
	}
	return all
}

// load adds the terms of one file to root and returns its languages.
func load(root *trie, c Concern, content string) ([]string, error) {
	var langs []string
	number := 0
	for line := range strings.Lines(content) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		lang, terms, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("words: %s, line %d: expected \"language: term, term\"", c, number)
		}
		langs = append(langs, lang)
		for term := range strings.SplitSeq(terms, ",") {
			for _, spelling := range spellings(lang, strings.TrimSpace(term)) {
				addTerm(root, c, spelling)
			}
		}
	}
	return langs, nil
}

func addTerm(root *trie, c Concern, term string) {
	term, stem := strings.CutSuffix(term, "*")
	kept := Normalise(term)
	if kept == "" {
		return
	}
	if strings.ContainsFunc(kept, runsOn) { // no word of these scripts is written without its marks
		short := utf8.RuneCountInString(kept) == 1 || utf8.RuneCountInString(kept) == 2 && strings.ContainsFunc(kept, prefixing)
		root.add(kept, stem || !short, c)
		return
	}
	root.add(kept, stem, c)
	if plain := WithoutDiacritics(kept); plain != kept {
		root.add(plain, stem, c)
	}
}
