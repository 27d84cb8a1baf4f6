package browser

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/login"
)

func redactMail(text string) string { return strings.ReplaceAll(text, "ada@example.com", "•") }

func parts(texts ...string) []writtenPart {
	out := make([]writtenPart, 0, len(texts))
	for _, text := range texts {
		out = append(out, writtenPart{Text: text})
	}
	return out
}

func TestPersonal_HidesThePartsThatGiveItAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ block, want []writtenPart }{
		"nothing":       {parts("Sign", "in"), nil},
		"one part":      {parts("As ", "ada@example.com", " here"), parts("ada@example.com")},
		"only together": {parts("ada@", "example.com"), parts("ada@", "example.com")},
		"none":          {nil, nil},
	} {
		require.Equal(t, c.want, personal(c.block, redactMail), name)
	}
}

func TestWithout_TakesTheFrameThatWasRead(t *testing.T) {
	t.Parallel()
	first, second := login.Box{X: 10, Y: 10, Width: 100, Height: 50}, login.Box{X: 10, Y: 80, Width: 100, Height: 50}

	require.Equal(t, []login.Box{second}, without([]login.Box{first, second}, login.Box{X: 12, Y: 12, Width: 96, Height: 46}))
	require.Equal(t, []login.Box{first, second}, without([]login.Box{first, second}, login.Box{X: 0, Y: 60, Width: 10, Height: 10}))
}

// Whatever is to be hidden is hidden, wherever the picture is cut, and the picture keeps its bounds.
func TestPaint_AnyBoxes_LeavesNothingOfThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		img := image.NewRGBA(image.Rect(0, 0, rapid.IntRange(1, 1400).Draw(t, "width"), rapid.IntRange(1, 1000).Draw(t, "height")))
		n := rapid.IntRange(0, 3).Draw(t, "boxes")
		boxes := make([]login.Box, 0, n)
		secret := color.RGBA{R: 0xff, A: 0xff}
		for range n {
			b := login.Box{
				X: rapid.Float64Range(-50, 1400).Draw(t, "x"), Y: rapid.Float64Range(-50, 1000).Draw(t, "y"),
				Width: rapid.Float64Range(0, 300).Draw(t, "w"), Height: rapid.Float64Range(0, 80).Draw(t, "h"),
			}
			boxes = append(boxes, b)
			for y := int(b.Y); float64(y) < b.Y+b.Height; y++ {
				for x := int(b.X); float64(x) < b.X+b.Width; x++ {
					if float64(x) >= b.X && float64(y) >= b.Y {
						img.Set(x, y, secret)
					}
				}
			}
		}

		raw, err := paint(img, boxes, rapid.Float64Range(-100, 1100).Draw(t, "middle"))

		require.NoError(t, err)
		out, err := png.Decode(bytes.NewReader(raw))
		require.NoError(t, err)
		size := out.Bounds()
		require.True(t, size.Dx() <= pictureWidth && size.Dy() <= pictureHeight)
		shown := false
		for i := range size.Dx() * size.Dy() {
			shown = shown || color.RGBAModel.Convert(out.At(i%size.Dx(), i/size.Dx())) == secret
		}
		require.False(t, shown)
	})
}
