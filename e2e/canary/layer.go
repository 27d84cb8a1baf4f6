package canary

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"regexp"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxLayer bounds what one compressed stream is inflated to.
	maxLayer = 16 << 20
	// minStream is what a stream must give before it is believed to be one: headers of two bytes are found in noise.
	minStream = 8
)

// layer is something readable inside something else.
type layer struct {
	how  string
	data []byte
}

// format is one way to compress, and how its streams begin.
type format struct {
	how    string
	starts [][]byte
	open   func(io.Reader) (io.Reader, error)
}

var formats = []format{
	{"gzip", [][]byte{{0x1f, 0x8b, 0x08}}, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	// RFC 1950: deflate with a window of 32 KiB, at the four levels that writers name.
	{"zlib", [][]byte{{0x78, 0x01}, {0x78, 0x5e}, {0x78, 0x9c}, {0x78, 0xda}}, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }},
	{"zstd", [][]byte{{0x28, 0xb5, 0x2f, 0xfd}}, func(r io.Reader) (io.Reader, error) {
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxLayer))
	}},
}

// base64Run is text that may be base64 of something longer than a name. Line breaks end a run.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`)

// layers lists what is compressed or written as base64 in data. A stream without a header (deflate) is looked for at
// the very beginning only.
func layers(data []byte) []layer {
	var found []layer
	for _, f := range formats {
		for _, start := range f.starts {
			for at := range positions(data, start) {
				if inflated := inflate(f.open, data[at:]); len(inflated) >= minStream {
					found = append(found, layer{f.how, inflated})
				}
			}
		}
	}
	deflate := func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil }
	if inflated := inflate(deflate, data); len(inflated) >= minStream {
		found = append(found, layer{"deflate", inflated})
	}
	for _, run := range base64Run.FindAll(data, -1) {
		found = append(found, layer{"base64", decodeBase64(run)})
	}
	return found
}

// positions yields where needle begins in data.
func positions(data, needle []byte) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for from := 0; ; {
			i := bytes.Index(data[from:], needle)
			if i < 0 || !yield(from+i) {
				return
			}
			from += i + 1
		}
	}
}

// inflate returns what can be read of a stream, also when it breaks off.
func inflate(open func(io.Reader) (io.Reader, error), data []byte) []byte {
	r, err := open(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	if c, ok := r.(interface{ Close() }); ok { // zstd's decoder holds memory until then
		defer c.Close()
	}
	var out bytes.Buffer
	_, _ = io.CopyN(&out, r, maxLayer)
	return out.Bytes()
}

// decodeBase64 decodes as much of a run as there is; both alphabets.
func decodeBase64(run []byte) []byte {
	run = bytes.ReplaceAll(bytes.ReplaceAll(run, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
	run = run[:len(run)-len(run)%4]
	out := make([]byte, base64.StdEncoding.DecodedLen(len(run)))
	n, _ := base64.StdEncoding.Decode(out, run)
	return out[:n]
}
