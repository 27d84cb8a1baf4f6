package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"github.com/anteroom/anteroom/login"
)

// Bounds of a picture, in pixels, and of loading what was left out.
const (
	pictureWidth  = 1280
	pictureHeight = 720
	imageMillis   = 3000
)

// Picture returns a PNG of at most 1280 by 720 of the viewport, around its controls, in which the value of every field
// is painted over, every text that redact changes, and every frame that could not be read; see login.Page. Texts within
// images and canvases stay.
func (p *Page) Picture(ctx context.Context, redact func(text string) string, images bool) ([]byte, error) {
	t := p.active()
	if images && !t.media.Load() {
		if err := t.loadImages(ctx); err != nil {
			return nil, fmt.Errorf("take a picture: %w", p.outcome(t, err))
		}
	}
	out, err := t.picture(ctx, redact)
	if err != nil {
		return nil, fmt.Errorf("take a picture: %w", p.outcome(t, err))
	}
	return out, nil
}

// LoadMedia has images, media and fonts loaded from now on, in documents that are opened later; see login.Page.
func (p *Page) LoadMedia(ctx context.Context) error {
	t := p.own
	t.media.Store(true)
	t.renews.Store(true)
	return p.outcome(t, t.blockMedia(ctx, t.own, false))
}

// loadImages loads the pictures that were left out, in every frame.
func (t *tab) loadImages(ctx context.Context) error {
	if err := t.blockMedia(ctx, t.own, false); err != nil {
		return err
	}
	for _, w := range t.allWorlds() {
		if w.link != t.own {
			if err := ignoreFrameLoss(t.blockMedia(ctx, w.link, false)); err != nil {
				return err
			}
		}
		if _, err := invoke[int](ctx, t, w, "loadImages", imageMillis); ignoreFrameLoss(err) != nil {
			return err
		}
	}
	return t.blockMedia(ctx, t.own, true)
}

// picture looks for what must be hidden before and after the screenshot: the page may move meanwhile.
func (t *tab) picture(ctx context.Context, redact func(string) string) ([]byte, error) {
	before, err := t.hidden(ctx, redact)
	if err != nil {
		return nil, err
	}
	shot, err := call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	if err != nil {
		return nil, err
	}
	after, err := t.hidden(ctx, redact)
	if err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		return nil, fmt.Errorf("read the screenshot: %w", err)
	}
	return paint(img, append(before.boxes, after.boxes...), after.middle)
}

// hiding is what must not be seen in a picture.
type hiding struct {
	boxes []login.Box
	// middle is the height around which the picture is cut.
	middle float64
}

// paint covers the boxes and cuts the picture to its bounds.
func paint(img image.Image, boxes []login.Box, middle float64) ([]byte, error) {
	bounds := img.Bounds()
	top := min(max(0, int(middle)-pictureHeight/2), max(0, bounds.Dy()-pictureHeight))
	cut := image.Rect(0, 0, min(bounds.Dx(), pictureWidth), min(bounds.Dy()-top, pictureHeight))
	canvas := image.NewRGBA(cut)
	draw.Draw(canvas, cut, img, bounds.Min.Add(image.Pt(0, top)), draw.Src)
	cover := image.NewUniform(color.Gray{Y: 0x80})
	for _, b := range boxes {
		r := image.Rect(int(math.Floor(b.X)), int(math.Floor(b.Y)), int(math.Ceil(b.X+b.Width)), int(math.Ceil(b.Y+b.Height)))
		draw.Draw(canvas, r.Sub(image.Pt(0, top)), cover, image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, canvas)
	return out.Bytes(), err
}

// writtenPart is a piece of text and where it stands in its frame.
type writtenPart struct {
	Text  string      `json:"text"`
	Boxes []login.Box `json:"boxes"`
}

// frameSight is what the script says about one document for a picture.
type frameSight struct {
	Values []login.Box     `json:"values"`
	Frames []login.Box     `json:"frames"`
	Texts  [][]writtenPart `json:"texts"`
	// Complete is false when there were too many texts.
	Complete bool `json:"complete"`
}

// errTooMuch: a page with so many texts in view that not all of them could be looked at.
var errTooMuch = errors.New("there is too much text in view to redact it")

// hidden collects what must be painted over, in every frame.
func (t *tab) hidden(ctx context.Context, redact func(string) string) (hiding, error) {
	h := hiding{middle: pictureHeight / 2}
	s, err := t.sight(ctx, t.activity.main)
	if err != nil {
		return h, err
	}
	h.add(s, redact, login.Box{})
	if len(s.Values) > 0 {
		h.middle = s.Values[0].Y + s.Values[0].Height/2
	}
	return h, t.hideInside(ctx, &h, redact, t.activity.main, framePlace{}, s.Frames)
}

// hideInside adds what is in the frames inside a frame. unread are the places of all of them: a frame that could not be
// read is covered as a whole.
func (t *tab) hideInside(
	ctx context.Context, h *hiding, redact func(string) string, parent cdp.FrameID, at framePlace, unread []login.Box,
) error {
	t.activity.mu.Lock()
	children := t.activity.inside(parent)
	t.activity.mu.Unlock()
	for _, child := range children[:min(len(children), maxFrames)] {
		place, shown, err := t.placeIn(ctx, child, parent, at)
		if err == nil && shown {
			var s frameSight
			if s, err = t.sight(ctx, child); err == nil {
				h.add(s, redact, place.box)
				unread = without(unread, moved(place.box, login.Box{X: -at.box.X, Y: -at.box.Y}))
				err = t.hideInside(ctx, h, redact, child, place, s.Frames)
			}
		}
		if err := ignoreFrameLoss(err); err != nil {
			return err
		}
	}
	for _, b := range unread {
		h.boxes = append(h.boxes, moved(b, at.box))
	}
	return nil
}

// without takes the frame out of boxes whose content is at content.
func without(boxes []login.Box, content login.Box) []login.Box {
	const slack = 1 // rounding
	return slices.DeleteFunc(slices.Clone(boxes), func(b login.Box) bool {
		return b.X <= content.X+slack && b.Y <= content.Y+slack && b.X+b.Width+slack >= content.X+content.Width &&
			b.Y+b.Height+slack >= content.Y+content.Height
	})
}

func (t *tab) sight(ctx context.Context, f cdp.FrameID) (frameSight, error) {
	var s frameSight
	w, err := t.worldOf(ctx, f)
	if err != nil {
		return s, err
	}
	text, err := invoke[string](ctx, t, w, "picture")
	if err != nil {
		return s, err
	}
	if json.Unmarshal([]byte(text), &s) != nil {
		return s, fmt.Errorf("unexpected sight: %w", errScript)
	}
	if !s.Complete {
		return s, errTooMuch
	}
	return s, nil
}

// add notes the values and those texts of a frame that redact changes: the parts that it changes; where only the whole
// gives it away, all parts.
func (h *hiding) add(s frameSight, redact func(string) string, at login.Box) {
	for _, b := range s.Values {
		h.boxes = append(h.boxes, moved(b, at))
	}
	for _, block := range s.Texts {
		for _, part := range personal(block, redact) {
			for _, b := range part.Boxes {
				h.boxes = append(h.boxes, moved(b, at))
			}
		}
	}
}

// personal returns the parts of a block that must be hidden.
func personal(block []writtenPart, redact func(string) string) []writtenPart {
	var whole strings.Builder
	var parts []writtenPart
	for _, part := range block {
		whole.WriteString(part.Text)
		if redact(part.Text) != part.Text {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 && redact(whole.String()) != whole.String() {
		return block
	}
	return parts
}
