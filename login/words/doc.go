// Package words knows the words that login pages are made of, by concern and
// language: what says "sign in", "next", "wrong password", "log out".
//
// The lists are data, one file per concern under data/, one line per language:
//
//	de: anmelden, einloggen, bestätigungs*
//
// A term matches whole tokens; a trailing * lets its last token go on ("неверн*").
// Chinese, Japanese, Korean, Thai, Arabic and Hebrew terms match anywhere, because
// their words are not (all) set apart by spaces. Case, width, punctuation and
// compatibility forms do not count; a term with diacritics also matches the same word
// typed without any.
//
// Where terms overlap, the longest wins: "forgot password" says [Forgot], not
// [Password]. That is how a list vetoes a shorter, more general word.
//
// The package imports the standard library and golang.org/x/text.
package words
