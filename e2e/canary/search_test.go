package canary_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/e2e/canary"
)

// secret has what encoders escape.
const secret = `Tr0ub"dor&3<ä>\/+%=?,x9Z`

func searcher(t *testing.T) *canary.Searcher {
	t.Helper()
	s, err := canary.New(map[string]string{"password": secret})
	require.NoError(t, err)
	return s
}

// requireFound also requires that the same file without the secret has no hit.
func requireFound(t *testing.T, encode func(string) []byte) {
	t.Helper()
	s := searcher(t)
	require.NotEmpty(t, s.Search("x", encode(secret)))
	require.Empty(t, s.Search("x", encode("Some-other-password-of-24")))
}

// around puts n bytes before the text, and some after it.
func around(n int, text string) []byte {
	return []byte(strings.Repeat("#", n) + text + "tail")
}

func TestSearch_HoweverTheSecretIsWritten_FindsIt(t *testing.T) {
	t.Parallel()
	plain := map[string]func(string) string{
		"raw":   func(v string) string { return v },
		"JSON":  quoted,
		"query": url.QueryEscape, "path": url.PathEscape,
		"JSON within JSON": func(v string) string { return quoted(`{"password":` + quoted(v) + `}`) },
		"JSON in ASCII":    func(v string) string { return strings.ReplaceAll(strings.Trim(quoted(v), `"`), "ä", `\u00e4`) },
		"JSON without HTML escapes": func(v string) string {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			require.NoError(t, e.Encode(v))
			return b.String()
		},
		"UTF-16": func(v string) string {
			var b []byte
			for _, u := range utf16.Encode([]rune(v)) {
				b = append(b, byte(u), byte(u>>8))
			}
			return string(b)
		},
	}
	binary := map[string]func([]byte) string{
		"as is":           func(b []byte) string { return string(b) },
		"hex":             hex.EncodeToString,
		"hex in capitals": func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) },
		"base64":          base64.StdEncoding.EncodeToString,
		"base64 for URLs": base64.RawURLEncoding.EncodeToString,
		"base64 of base64": func(b []byte) string {
			return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(b)))
		},
	}
	for form, write := range plain {
		for encoding, encode := range binary {
			for offset := range 3 {
				t.Run(form+" "+encoding, func(t *testing.T) {
					t.Parallel()
					requireFound(t, func(v string) []byte { return around(5, encode(around(offset, write(v)))) })
				})
			}
		}
	}
}

func quoted(v string) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func TestSearch_WhateverItIsCompressedWith_FindsIt(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zlib": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			e, err := zstd.NewWriter(w)
			require.NoError(t, err)
			return e
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireFound(t, func(v string) []byte { return around(7, string(compressed(t, open, v))) })
		})
		t.Run(name+" in base64", func(t *testing.T) {
			t.Parallel()
			requireFound(t, func(v string) []byte {
				return []byte(`{"data":"` + base64.StdEncoding.EncodeToString(compressed(t, open, v)) + `"}`)
			})
		})
	}
	t.Run("deflate", func(t *testing.T) {
		t.Parallel()
		requireFound(t, func(v string) []byte {
			return compressed(t, func(w io.Writer) io.WriteCloser {
				f, err := flate.NewWriter(w, flate.BestCompression)
				require.NoError(t, err)
				return f
			}, v)
		})
	})
}

func compressed(t *testing.T, open func(io.Writer) io.WriteCloser, v string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	_, err := io.WriteString(w, strings.Repeat("some text ", 20)+quoted(v)+strings.Repeat(" more text", 20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestSearch_WhenAPageSplitsTheSecret_FindsIt(t *testing.T) {
	t.Parallel()
	s := searcher(t)
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(secret)).Draw(t, "split")
		require.NotEmpty(t, s.Search("x", []byte(secret[:at]+strings.Repeat("\x00", 4096)+secret[at:])))
	})
}

func TestSearch_InNoise_FindsNothing(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 4<<20)
	_, _ = rand.Read(noise)
	require.Empty(t, searcher(t).Search("noise", noise))
}

func TestNew_WhenTheSecretIsShort_IsRefused(t *testing.T) {
	t.Parallel()
	_, err := canary.New(map[string]string{"code": "123456"})
	require.ErrorContains(t, err, "code")
	require.NotContains(t, err.Error(), "123456")
}

func TestDir_ReadsEveryFileButThoseToSkip_AndNamesThemWithoutTheSecret(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "sub"), 0o700))
	for _, name := range []string{"key", "sub/a", "sub/b"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte("x"+secret), 0o600))
	}
	hits, files, err := searcher(t).Dir(root, "key")
	require.NoError(t, err)
	require.Equal(t, 2, files)
	found := map[string]bool{}
	for _, h := range hits {
		found[h.Where] = true
		require.NotContains(t, h.String(), secret[:12])
	}
	require.Equal(t, map[string]bool{"sub/a": true, "sub/b": true}, found)
	_, _, err = searcher(t).Dir(filepath.Join(root, "none"))
	require.Error(t, err)
}
