package loginlab

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

func TestPhrases_EveryLanguage_HasEveryKeyWithItsPlaceholders(t *testing.T) {
	t.Parallel()
	for _, language := range Languages() {
		book := mustReadPhrasebook(language)
		require.ElementsMatch(t, slices.Collect(maps.Keys(phraseKeys)), slices.Collect(maps.Keys(book.Phrases)), language)
		for key, names := range phraseKeys {
			phrases := book.Phrases[key]
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(phrases))), len(phrases), "%s %s says something twice", language, key)
			for _, phrase := range phrases {
				var found []string
				for _, m := range placeholder.FindAllStringSubmatch(phrase, -1) {
					found = append(found, m[1])
				}
				require.ElementsMatch(t, names, found, "%s %s: %s", language, key, phrase)
				require.Equal(t, strings.TrimSpace(phrase), phrase, "%s %s", language, key)
			}
		}
	}
}

func TestPhrases_EveryVoice_HasEveryKey(t *testing.T) {
	t.Parallel()
	for _, language := range Languages() {
		book := mustReadPhrasebook(language)
		for key, phrases := range book.Phrases {
			for _, phrase := range phrases {
				if own, text, marked := cutVoice(phrase); marked {
					require.Contains(t, book.Voices, own, "%s %s", language, key)
					require.NotEmpty(t, text, "%s %s", language, key)
				}
			}
			for _, voice := range append(slices.Clone(book.Voices), book.voice(0)) {
				require.NotEmpty(t, book.synonyms(key, voice), "%s %s in the voice %q", language, key, voice)
			}
		}
	}
}

// A file that is a copy of another language's would make the corpus say that a language was tried which was not.
func TestPhrases_NoLanguage_SaysWhatAnotherSays(t *testing.T) {
	t.Parallel()
	languages := Languages()
	for i, one := range languages {
		for _, two := range languages[i+1:] {
			same := 0
			first, second := mustReadPhrasebook(one), mustReadPhrasebook(two)
			for key := range phraseKeys {
				if slices.ContainsFunc(first.Phrases[key], func(p string) bool { return slices.Contains(second.Phrases[key], p) }) {
					same++
				}
			}
			require.Less(t, same, len(phraseKeys)/2, "%s and %s share %d of %d keys", one, two, same, len(phraseKeys))
		}
	}
}

func TestPhrases_AreWrittenInTheirScript(t *testing.T) {
	t.Parallel()
	scripts := map[string][]*unicode.RangeTable{
		"ru": {unicode.Cyrillic}, "uk": {unicode.Cyrillic}, "ar": {unicode.Arabic}, "he": {unicode.Hebrew}, "zh": {unicode.Han},
		"ja": {unicode.Han, unicode.Hiragana, unicode.Katakana}, "ko": {unicode.Hangul},
	}
	for language, tables := range scripts {
		for key, phrases := range mustReadPhrasebook(language).Phrases {
			// "E-mail" and "OK" are written like that everywhere; of everything else, one synonym at least is not borrowed.
			if key == "confirm" || strings.Contains(strings.ToLower(key), "email") {
				continue
			}
			require.True(t, slices.ContainsFunc(phrases, func(phrase string) bool {
				return strings.ContainsFunc(phrase, func(r rune) bool { return unicode.In(r, tables...) })
			}), "%s %s: %q", language, key, phrases)
		}
	}
}

func TestPhraseOf_OneSite_AlwaysSaysTheSame(t *testing.T) {
	t.Parallel()
	s := &Site{Name: "x", Language: "pt"}
	again := phraseOf(s, "signIn")
	require.Equal(t, phraseOf(s, "signIn"), again)
	voices := make(map[string]bool)
	for key := range phraseKeys {
		for _, phrase := range mustReadPhrasebook("pt").Phrases[key] {
			if own, text, marked := cutVoice(phrase); marked && len(phraseKeys[key]) == 0 && text == phraseOf(s, key) && ownedOnce(key, text) {
				voices[own] = true
			}
		}
	}
	require.Len(t, voices, 1, "a site speaks in one voice")
}

// ownedOnce reports whether one voice alone says a text.
func ownedOnce(key, text string) bool {
	n := 0
	for _, phrase := range mustReadPhrasebook("pt").Phrases[key] {
		if _, own, _ := cutVoice(phrase); own == text {
			n++
		}
	}
	return n == 1
}

func TestPhraseOf_Sites_DifferInTheirWords(t *testing.T) {
	t.Parallel()
	for _, language := range Languages() {
		said := make(map[string]bool)
		for _, s := range corpus() {
			if s.Language == language {
				said[phraseOf(&s, "signInHeading")] = true
			}
		}
		require.Greater(t, len(said), 1, language)
	}
}

func TestPhraseOf_WithWrongArguments_Panics(t *testing.T) {
	t.Parallel()
	s := &Site{Name: "x", Language: "en"}
	require.Equal(t, "Ada", strings.Trim(strings.NewReplacer("Welcome", "", "back", "", "Hi", "", "Hello", "").Replace(phraseOf(s, "welcomeUser", "Ada")), " ,!"))
	require.Panics(t, func() { phraseOf(s, "welcomeUser") })
	require.Panics(t, func() { phraseOf(s, "signIn", "too many") })
	require.Panics(t, func() { phraseOf(s, "no such key") })
	require.Panics(t, func() { phraseOf(&Site{Name: "x", Language: "tlh"}, "signIn") })
	require.Panics(t, func() { mustReadPhrasebook("tlh") })
}
