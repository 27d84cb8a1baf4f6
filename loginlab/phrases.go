package loginlab

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// phraseFiles hold what the variants' pages say, a file per language.
//
//go:embed phrases/*.json
var phraseFiles embed.FS

// phrasebook is a language's file. As real products differ in their words, so do the sites: a key has synonyms, and a
// site chooses one of them.
type phrasebook struct {
	// Voices are ways to speak a language that one site never mixes, such as an address (Sie, du) or a script
	// (simplified, traditional). Empty where there is one only.
	Voices []string `json:"voices,omitempty"`
	// Phrases holds the synonyms by key. Those that begin with "[voice] " belong to one voice; the others to all.
	Phrases map[string][]string `json:"phrases"`
}

// phrasebooks are read when a page first needs them: a lab of a few sites does not need 21 languages.
var phrasebooks = func() map[string]func() phrasebook {
	books := make(map[string]func() phrasebook)
	for _, language := range Languages() {
		books[language] = sync.OnceValue(func() phrasebook { return mustReadPhrasebook(language) })
	}
	return books
}()

// mustReadPhrasebook panics when an embedded file is not what it must be: only a mistake in this package can cause it,
// and its tests read every file.
func mustReadPhrasebook(language string) phrasebook {
	text, err := phraseFiles.ReadFile("phrases/" + language + ".json")
	if err != nil {
		panic(fmt.Sprintf("loginlab: read the phrases of %q: %v", language, err))
	}
	var book phrasebook
	if err := json.Unmarshal(text, &book); err != nil {
		panic(fmt.Sprintf("loginlab: parse the phrases of %q: %v", language, err))
	}
	return book
}

// voice returns the voice that a number chooses; empty when the language has one only.
func (b phrasebook) voice(choice uint64) string {
	if len(b.Voices) == 0 {
		return ""
	}
	return b.Voices[choice%uint64(len(b.Voices))]
}

// synonyms returns the phrases of a key that a voice may use, without the voice's mark.
func (b phrasebook) synonyms(key, voice string) []string {
	var found []string
	for _, phrase := range b.Phrases[key] {
		own, text, marked := cutVoice(phrase)
		if !marked || own == voice {
			found = append(found, text)
		}
	}
	return found
}

// cutVoice splits "[voice] text".
func cutVoice(phrase string) (voice, text string, marked bool) {
	rest, marked := strings.CutPrefix(phrase, "[")
	if !marked {
		return "", phrase, false
	}
	voice, text, marked = strings.Cut(rest, "] ")
	if !marked {
		return "", phrase, false
	}
	return voice, text, true
}

// phraseOf returns what a site says for a key, in its language, always the same. The arguments fill the key's
// placeholders in the order of phraseKeys. It panics for an unknown key and for too few or too many arguments.
func phraseOf(s *Site, key string, args ...string) string {
	return synonymOf(s, key, hashOf(s.Name, key), args...)
}

// synonymOf is phraseOf with another choice among the site's synonyms: for sites whose words change from load to load.
func synonymOf(s *Site, key string, choice uint64, args ...string) string {
	book, ok := phrasebooks[s.Language]
	if !ok {
		panic(fmt.Sprintf("loginlab: there are no phrases in %q", s.Language))
	}
	b := book()
	synonyms := b.synonyms(key, b.voice(hashOf(s.Name, "voice")))
	if len(synonyms) == 0 {
		panic(fmt.Sprintf("loginlab: there is no phrase %q in %q", key, s.Language))
	}
	return fillPhrase(key, synonyms[choice%uint64(len(synonyms))], args)
}

func fillPhrase(key, phrase string, args []string) string {
	names := phraseKeys[key]
	if len(names) != len(args) {
		panic(fmt.Sprintf("loginlab: phrase %q takes %d arguments %v, not %d", key, len(names), names, len(args)))
	}
	if len(names) == 0 {
		return phrase
	}
	pairs := make([]string, 0, 2*len(names))
	for i, name := range names {
		pairs = append(pairs, "{"+name+"}", args[i])
	}
	return strings.NewReplacer(pairs...).Replace(phrase)
}
