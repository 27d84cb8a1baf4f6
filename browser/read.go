package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"

	"github.com/anteroom/anteroom/login"
)

const (
	// maxFrames is how many frames a model reads; pages full of advertisements have more.
	maxFrames = 20
	// maxModelText bounds the model's text over all frames, in characters.
	maxModelText = 4000
	// maxImages and maxLargeTexts are login.PageModel's.
	maxImages     = 20
	maxLargeTexts = 5
)

// frameModel is what the script says about one document.
type frameModel struct {
	Chain     []string        `json:"chain"`
	URL       string          `json:"url"`
	Title     string          `json:"title"`
	Lang      string          `json:"lang"`
	Controls  []login.Control `json:"controls"`
	Truncated bool            `json:"truncated"`
	Headings  []string        `json:"headings"`
	Alerts    []string        `json:"alerts"`
	Text      string          `json:"text"`
	// Status is the document's HTTP status, as the document itself knows it.
	Status     int           `json:"status"`
	Dialog     bool          `json:"dialog"`
	LargeTexts []string      `json:"largeTexts"`
	Images     []login.Image `json:"images"`
}

func ignoreDocumentChange(err error) error {
	if errors.Is(err, login.ErrDocumentChanged) {
		return nil
	}
	return err
}

// framePlace is where a frame's content is in the top document's viewport.
type framePlace struct {
	box login.Box
	// base is the place of the topmost frame in the same process: what Chromium's boxes are relative to.
	base login.Box
	// covered is true when something lies over the middle of the frame.
	covered bool
}

// readModel reads the window once: the top document, then the frames that are shown.
func (t *tab) readModel(ctx context.Context) (*login.PageModel, error) {
	m := &login.PageModel{Controls: []login.Control{}, Headings: []string{}, Alerts: []string{}}
	clear(t.chains)
	if err := t.readFrame(ctx, m, t.activity.main, framePlace{}); err != nil {
		return nil, err
	}
	if err := t.readChildren(ctx, m, t.activity.main, framePlace{}); err != nil {
		return nil, err
	}
	t.activity.mu.Lock()
	defer t.activity.mu.Unlock()
	if doc := t.activity.document; doc.status != 0 {
		m.Status, m.Challenge = doc.status, doc.challenge
	}
	m.Alerts = append(m.Alerts, t.activity.messages...)
	m.SubmitStatus, m.Downloaded = t.activity.submitted, t.activity.downloaded
	return m, nil
}

// readChildren adds the frames inside a frame. One that is not shown, or left meanwhile, is left out.
func (t *tab) readChildren(ctx context.Context, m *login.PageModel, parent cdp.FrameID, at framePlace) error {
	t.activity.mu.Lock()
	children := t.activity.inside(parent)
	t.activity.mu.Unlock()
	for _, child := range children {
		if len(m.Frames) >= maxFrames {
			m.Truncated = true
			return nil
		}
		place, shown, err := t.placeIn(ctx, child, parent, at)
		if err == nil && shown {
			err = t.readFrame(ctx, m, child, place)
		}
		if err != nil || !shown {
			if err := ignoreFrameLoss(err); err != nil {
				return err
			}
			continue
		}
		if err := t.readChildren(ctx, m, child, place); err != nil {
			return err
		}
	}
	return nil
}

// ignoreFrameLoss forgives what may happen to one frame among several.
func ignoreFrameLoss(err error) error {
	if errors.Is(err, login.ErrPageLost) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func (t *tab) readFrame(ctx context.Context, m *login.PageModel, frame cdp.FrameID, place framePlace) error {
	w, err := t.worldOf(ctx, frame)
	if isDocumentGone(err) {
		return login.ErrDocumentChanged
	}
	if err != nil {
		return err
	}
	text, err := invoke[string](ctx, t, w, "model")
	if err != nil {
		return err
	}
	var f frameModel
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return fmt.Errorf("unexpected model: %w", errScript)
	}
	t.chains[w.name()] = f.Chain
	merge(m, f, w, place)
	return nil
}

// merge adds a frame's model. The first frame is the top document.
func merge(m *login.PageModel, f frameModel, w world, place framePlace) {
	if len(m.Frames) == 0 {
		m.URL, m.Title, m.Lang, m.Status, m.Dialog = f.URL, f.Title, f.Lang, f.Status, f.Dialog
	}
	origin := "null"
	if len(f.Chain) > 0 {
		origin = f.Chain[0]
	}
	m.Frames = append(m.Frames, login.Frame{ID: string(w.frame), Origin: origin, URL: f.URL, Document: w.name()})
	for _, c := range f.Controls {
		c = placed(c, w, place)
		if place.covered && m.Dialog {
			continue // behind the dialog
		}
		c.Covered = c.Covered || place.covered
		c.Visible = c.Visible && !place.covered
		m.Controls = append(m.Controls, c)
	}
	for _, image := range f.Images {
		image.Frame = string(w.frame)
		image.Box.X, image.Box.Y = image.Box.X+place.box.X, image.Box.Y+place.box.Y
		m.Images = append(m.Images, image)
	}
	m.Images = m.Images[:min(len(m.Images), maxImages)]
	m.LargeTexts = append(m.LargeTexts, f.LargeTexts...)
	m.LargeTexts = m.LargeTexts[:min(len(m.LargeTexts), maxLargeTexts)]
	m.Headings = append(m.Headings, f.Headings...)
	m.Alerts = append(m.Alerts, f.Alerts...)
	m.Text = cut(strings.TrimSpace(m.Text+"\n"+f.Text), maxModelText)
	m.Truncated = m.Truncated || f.Truncated
}

// placed names a control by its document and moves it to its place in the top viewport.
func placed(c login.Control, w world, place framePlace) login.Control {
	c.Ref = w.name() + "." + c.Ref
	c.Frame = string(w.frame)
	c.Box.X += place.box.X
	c.Box.Y += place.box.Y
	return c
}

// cut keeps at most n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// minFrame is the smallest frame, in CSS pixels, that a person could use.
const minFrame = 10

// placeIn returns where a frame's content is, given the place of its parent; false when it is not shown.
func (t *tab) placeIn(ctx context.Context, frame, parent cdp.FrameID, at framePlace) (framePlace, bool, error) {
	l := t.linkOf(parent)
	box, shown, err := t.boxIn(ctx, frame, l)
	if err != nil || !shown {
		return framePlace{}, false, err
	}
	place := framePlace{box: moved(box, at.base), base: at.base, covered: at.covered}
	if t.linkOf(frame) != l {
		place.base = place.box
	}
	if !place.covered {
		if w, ok := t.knownWorld(parent); ok {
			x, y := place.box.X-at.box.X+box.Width/2, place.box.Y-at.box.Y+box.Height/2
			free, err := invoke[bool](ctx, t, w, "frameAt", x, y)
			if err != nil {
				return framePlace{}, false, err
			}
			place.covered = !free
		}
	}
	return place, true, nil
}

func moved(b, by login.Box) login.Box {
	b.X, b.Y = b.X+by.X, b.Y+by.Y
	return b
}

// placeOf is placeIn for any frame, from the top down.
func (t *tab) placeOf(ctx context.Context, frame cdp.FrameID) (framePlace, bool, error) {
	if frame == t.activity.main {
		return framePlace{}, true, nil
	}
	t.activity.mu.Lock()
	f, ok := t.activity.frames[frame]
	var parent cdp.FrameID
	if ok {
		parent = f.parent
	}
	t.activity.mu.Unlock()
	if parent == "" {
		return framePlace{}, false, nil
	}
	at, shown, err := t.placeOf(ctx, parent)
	if err != nil || !shown {
		return framePlace{}, false, err
	}
	return t.placeIn(ctx, frame, parent, at)
}

// frameBox returns where a frame's content is in the top document's viewport; false when it is not shown.
func (t *tab) frameBox(ctx context.Context, frame cdp.FrameID) (login.Box, bool, error) {
	place, shown, err := t.placeOf(ctx, frame)
	return place.box, shown, err
}

// boxIn returns a frame's content box as the session of its parent sees it.
func (t *tab) boxIn(ctx context.Context, frame cdp.FrameID, l *link) (login.Box, bool, error) {
	owner, err := callOn(ctx, t, l, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame}, DefaultCallTimeout)
	if err != nil {
		return login.Box{}, false, ignoreFrameLoss(err)
	}
	res, err := callOn(ctx, t, l, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID}, DefaultCallTimeout)
	if err != nil || res.Model == nil || len(res.Model.Content) < 8 {
		return login.Box{}, false, ignoreFrameLoss(err) // display: none has no box
	}
	quad := res.Model.Content // x and y of four corners, clockwise
	box := login.Box{X: quad[0], Y: quad[1], Width: quad[4] - quad[0], Height: quad[5] - quad[1]}
	return box, box.Width >= minFrame && box.Height >= minFrame, nil
}
