// Package canary searches files for known secrets, however they may be written there.
//
//	secret ─▶ forms (as it is, escaped for JSON, for URLs, UTF-16) ─▶ encodings (base64 at 3 offsets, hex) ─▶ two halves each
//	file   ─▶ itself ─▶ what is compressed or base64 in it ─▶ and again
//
// Halves are looked for because a database splits long values over pages: one of the two is always whole.
//
// The package imports the standard library and a decoder of zstd; nothing else of Anteroom.
package canary
