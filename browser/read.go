package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"

	"github.com/anteroom/anteroom/login"
)

const (
	// maxFrames is how many frames a model reads; pages full of advertisements have more.
	maxFrames = 20
	// modelTries: a document that is left while it is read is read again.
	modelTries = 4
	// maxModelText bounds the model's text over all frames, in characters.
	maxModelText = 4000
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
}

func ignoreDocumentChange(err error) error {
	if errors.Is(err, login.ErrDocumentChanged) {
		return nil
	}
	return err
}

// Model reads the page: one script for each frame; see login.Page.
func (p *Page) Model(ctx context.Context) (*login.PageModel, error) {
	var err error
	for range modelTries {
		var m *login.PageModel
		if m, err = p.readModel(ctx); err == nil {
			return m, nil
		}
		if !errors.Is(err, login.ErrDocumentChanged) {
			return nil, fmt.Errorf("read the page: %w", err)
		}
	}
	return nil, fmt.Errorf("read the page: %w", err)
}

func (p *Page) readModel(ctx context.Context) (*login.PageModel, error) {
	tree, err := call(ctx, p, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	m := &login.PageModel{Controls: []login.Control{}, Headings: []string{}, Alerts: []string{}}
	clear(p.chains)
	if err := p.readFrame(ctx, m, tree.FrameTree.Frame.ID, login.Box{}); err != nil {
		return nil, err
	}
	for _, child := range tree.FrameTree.ChildFrames {
		if err := p.readChild(ctx, m, child); err != nil {
			return nil, err
		}
	}
	p.activity.mu.Lock()
	m.Status, m.SubmitStatus = p.activity.document.status, p.activity.submitted
	p.activity.mu.Unlock()
	return m, nil
}

// readChild adds a frame inside the page. A frame that is not shown, or left meanwhile, is left out.
func (p *Page) readChild(ctx context.Context, m *login.PageModel, tree *page.FrameTree) error {
	if len(m.Frames) >= maxFrames {
		m.Truncated = true
		return nil
	}
	place, ok, err := p.frameBox(ctx, tree.Frame.ID)
	if err != nil || !ok {
		return err
	}
	err = p.readFrame(ctx, m, tree.Frame.ID, place)
	if err != nil {
		return ignoreFrameLoss(err)
	}
	for _, child := range tree.ChildFrames {
		if err := p.readChild(ctx, m, child); err != nil {
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

func (p *Page) readFrame(ctx context.Context, m *login.PageModel, frame cdp.FrameID, place login.Box) error {
	w, err := p.worldOf(ctx, frame)
	if isDocumentGone(err) {
		return login.ErrDocumentChanged
	}
	if err != nil {
		return err
	}
	text, err := invoke[string](ctx, p, w, "model")
	if err != nil {
		return err
	}
	var f frameModel
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		return fmt.Errorf("unexpected model: %w", errScript)
	}
	p.chains[w.name()] = f.Chain
	merge(m, f, w, place)
	return nil
}

// merge adds a frame's model. The first frame is the top document.
func merge(m *login.PageModel, f frameModel, w world, place login.Box) {
	if len(m.Frames) == 0 {
		m.URL, m.Title, m.Lang = f.URL, f.Title, f.Lang
	}
	origin := "null"
	if len(f.Chain) > 0 {
		origin = f.Chain[0]
	}
	m.Frames = append(m.Frames, login.Frame{ID: string(w.frame), Origin: origin, URL: f.URL, Document: w.name()})
	for _, c := range f.Controls {
		c.Ref = w.name() + "." + c.Ref
		c.Frame = string(w.frame)
		c.Box.X += place.X
		c.Box.Y += place.Y
		m.Controls = append(m.Controls, c)
	}
	m.Headings = append(m.Headings, f.Headings...)
	m.Alerts = append(m.Alerts, f.Alerts...)
	m.Text = cut(strings.TrimSpace(m.Text+"\n"+f.Text), maxModelText)
	m.Truncated = m.Truncated || f.Truncated
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

// frameBox returns where a frame's content is in the top document's viewport; false when it is not shown.
func (p *Page) frameBox(ctx context.Context, frame cdp.FrameID) (login.Box, bool, error) {
	owner, err := call(ctx, p, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: frame})
	if err != nil {
		return login.Box{}, false, ignoreFrameLoss(err)
	}
	res, err := call(ctx, p, dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
	if err != nil || res.Model == nil || len(res.Model.Content) < 8 {
		if err == nil {
			return login.Box{}, false, nil
		}
		return login.Box{}, false, ignoreFrameLoss(err) // display: none has no box
	}
	quad := res.Model.Content // x and y of four corners, clockwise
	box := login.Box{X: quad[0], Y: quad[1], Width: quad[4] - quad[0], Height: quad[5] - quad[1]}
	return box, box.Width >= minFrame && box.Height >= minFrame, nil
}
