package loginlab

import "slices"

// Languages lists the languages of the corpus as BCP 47 tags.
func Languages() []string {
	return []string{
		"en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sv", "da", "nb", "fi", "tr", "ru", "uk", "ja", "ko", "zh", "ar", "he",
	}
}

// rightToLeft reports whether a language is written from right to left.
func rightToLeft(language string) bool { return slices.Contains([]string{"ar", "he"}, language) }
