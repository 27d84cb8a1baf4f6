//go:build browser

package browser_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/browser"
	"github.com/anteroom/anteroom/login"
)

// plain is a picture of one colour.
func plain(t *testing.T, c color.Color, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, c)
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	return out.Bytes()
}

// gallery serves one page and pictures, and remembers what was asked for.
type gallery struct {
	body    string
	picture []byte
	mu      sync.Mutex // guards asked
	asked   []string
}

func (g *gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked = append(g.asked, r.URL.Path)
	g.mu.Unlock()
	switch {
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><body style='margin:0'>"+g.body)
	case strings.HasSuffix(r.URL.Path, ".js"):
		w.Header().Set("Content-Type", "text/javascript")
	default:
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(g.picture)
	}
}

func (g *gallery) hits(path string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, a := range g.asked {
		if a == path {
			n++
		}
	}
	return n
}

var keep = func(text string) string { return text }

func picture(t *testing.T, p *browser.Page, redact func(string) string, images bool) image.Image {
	t.Helper()
	raw, err := p.Picture(testContext(t), redact, images)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	require.LessOrEqual(t, img.Bounds().Dx(), 1280)
	require.LessOrEqual(t, img.Bounds().Dy(), 720)
	return img
}

var (
	green = color.RGBA{G: 0x80, A: 0xff}
	cover = color.RGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xff}
)

// has counts the pixels of a colour in a box.
func has(img image.Image, c color.Color, box login.Box) int {
	n := 0
	for y := int(box.Y); y < int(box.Y+box.Height); y++ {
		for x := int(box.X); x < int(box.X+box.Width); x++ {
			if color.RGBAModel.Convert(img.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

func TestMedia_UnlessAskedFor_IsNotLoaded(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	for _, load := range []bool{false, true} {
		g := &gallery{body: `<img src="/a.png?v=1"><img src="/captcha"><script src="/app.js"></script><style>@font-face{font-family:f;src:url(/f.woff2)} body{font-family:f;background:url(/bg.JPG)}</style>text`, picture: plain(t, green, 10, 10)}
		at := serve(t, g)
		p := pageWith(t, b, browser.PageOptions{LoadMedia: load})
		open(t, p, at("a.test", "/"))
		require.Eventually(t, func() bool { return g.hits("/captcha") == 1 && g.hits("/app.js") == 1 }, 5*time.Second, 10*time.Millisecond)
		if !load {
			require.Zero(t, g.hits("/a.png")+g.hits("/f.woff2")+g.hits("/bg.JPG"))
			continue
		}
		require.Eventually(t, func() bool { return g.hits("/a.png") == 1 && g.hits("/f.woff2") == 1 && g.hits("/bg.JPG") == 1 }, 5*time.Second, 10*time.Millisecond)
	}
}

func TestMedia_OnceAskedFor_IsLoadedWithTheNextDocument(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	for _, path := range []string{"/", "/#/login"} { // which would stay in the document
		g := &gallery{body: `<img src="/a.png"><script src="/app.js"></script>`, picture: plain(t, green, 10, 10)}
		at := serve(t, g)
		p := pageWith(t, b, browser.PageOptions{})
		open(t, p, at("a.test", path))
		require.NoError(t, p.LoadMedia(testContext(t)))
		require.Zero(t, g.hits("/a.png"))
		open(t, p, at("a.test", path))
		require.Eventually(t, func() bool { return g.hits("/a.png") == 1 }, 5*time.Second, 10*time.Millisecond, path)
	}
}

func TestMedia_LoadTime(t *testing.T) {
	t.Parallel()
	b, err := shared()
	require.NoError(t, err)
	g := &gallery{picture: plain(t, green, 800, 600)}
	for i := range 30 {
		g.body += fmt.Sprintf(`<img src="/p%d.png" width=80 height=60>`, i)
	}
	at := serve(t, g)
	for _, load := range []bool{false, true} {
		var times []time.Duration
		for range 7 {
			p := pageWith(t, b, browser.PageOptions{LoadMedia: load})
			begin := time.Now()
			open(t, p, at("a.test", "/"))
			times = append(times, time.Since(begin))
		}
		slices.Sort(times)
		t.Logf("page with 30 pictures, media %v: median %v", load, times[len(times)/2])
	}
}

func TestPicture_Values_ArePaintedOver(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	g := &gallery{body: `<input name=full value="secret words" style="background:green;color:green;border:0;width:300px;height:40px">
		<input name=empty style="background:green;border:0;width:300px;height:40px"><div contenteditable style="background:green;width:300px;height:40px;color:green">typed</div>
		<input type=submit name=go value="Continue" style="background:green;border:0;width:200px;height:40px;color:green"><div id=host></div>
		<script>host.attachShadow({mode: 'open'}).innerHTML = '<input id=inner value=hidden style="background:green;border:0;width:300px;height:40px">'</script>`}
	at := serve(t, g)
	m := open(t, p, at("a.test", "/"))

	img := picture(t, p, keep, false)

	for _, name := range []string{"full", "inner"} {
		require.Zero(t, has(img, green, control(t, m, name).Box), name)
	}
	require.Positive(t, has(img, cover, control(t, m, "full").Box))
	for _, name := range []string{"empty", "go"} {
		box := control(t, m, name).Box
		require.Equal(t, int(box.Width*box.Height), has(img, green, box), name)
	}
	i := slices.IndexFunc(m.Controls, func(c login.Control) bool { return c.Name == "" && c.ElementID == "" })
	require.Zero(t, has(img, green, m.Controls[i].Box), "contenteditable")
}

func TestPicture_PersonalTexts_ArePaintedOver(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	word := func(id, text string) string {
		return `<p><b id=` + id + ` style="background:green;color:green;display:inline-block;width:200px;height:30px" onclick=0>` + text + `</b></p>`
	}
	g := &gallery{body: word("mail", "ada@example.com") + word("plain", "Sign in") +
		`<p style="width:400px">` + `<i id=split1 onclick=0 style="background:green;color:green">ada@</i><i id=split2 onclick=0 style="background:green;color:green">example.com</i></p>` +
		`<input type=button id=as value="as ada@example.com" style="background:green;color:green;border:0;width:200px;height:30px">` +
		`<iframe id=frame style="width:500px;height:100px;border:0" srcdoc='<body style="margin:0">` + word("framed", "ada@example.com") + word("open", "Fine") + `'></iframe>`}
	at := serve(t, g)
	m := open(t, p, at("a.test", "/"))
	redact := func(text string) string { return strings.ReplaceAll(text, "ada@example.com", "•") }

	img := picture(t, p, redact, false)

	for _, id := range []string{"mail", "split1", "split2", "as", "framed"} {
		box := control(t, m, id).Box
		require.Less(t, has(img, green, box), int(box.Width*box.Height)/2+20*int(box.Width), id)
		require.Positive(t, has(img, cover, box), id)
	}
	for _, id := range []string{"plain", "open"} {
		require.Zero(t, has(img, cover, control(t, m, id).Box), id)
	}
}

func TestPicture_WithImages_LoadsWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	p := newPage(t)
	g := &gallery{body: `<img id=i src="/captcha.png" alt="Type the letters">`, picture: plain(t, green, 200, 80)}
	at := serve(t, g)
	m := open(t, p, at("a.test", "/"))
	require.Len(t, m.Images, 1, "a picture that was left out may be the one that matters")
	require.Equal(t, "Type the letters", m.Images[0].Alt)
	require.Equal(t, at("a.test", "/captcha.png"), m.Images[0].Source)
	picture(t, p, keep, false)
	require.Zero(t, g.hits("/captcha.png"))

	img := picture(t, p, keep, true)

	require.Equal(t, 1, g.hits("/captcha.png"))
	require.Equal(t, 200*80, has(img, green, model(t, p).Images[0].Box))
	picture(t, p, keep, true)
	require.Equal(t, 1, g.hits("/captcha.png"), "it is not asked for again: a captcha would change")
}
