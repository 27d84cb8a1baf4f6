package login

import (
	"github.com/anteroom/anteroom/login/words"
	"github.com/anteroom/anteroom/session"
)

// Bounds of a code in a box per character (login-detection §7).
const (
	minBoxes = 4
	maxBoxes = 8
	// maxBoxWidth is in CSS pixels.
	maxBoxWidth = 80
	// boxWidthTolerance is how far the widths may differ, relative to the first.
	boxWidthTolerance = 0.2
)

// splitBoxes returns the fields of the form that hold one character each of a code; nil when there is no such row. Boxes
// after the first may be disabled until it is filled.
func (p *page) splitBoxes(f *form) []*field {
	for start := range f.all {
		end := start
		for end < len(f.all) && oneCharacter(f.all[end], f.all[start]) && alike(f.all[end], f.all[start]) {
			end++
		}
		if n := end - start; n >= minBoxes && n <= maxBoxes && !f.all[start].Disabled && !f.all[start].ReadOnly {
			if first := f.all[start].MaxLength; first <= 1 || first == n {
				return f.all[start:end]
			}
		}
	}
	return nil
}

// oneCharacter reports whether f may be a box. Some rows give the first box the whole length, so that a code can be
// pasted into it.
func oneCharacter(f, first *field) bool {
	switch f.Type {
	case "", "text", "tel", "number", "password":
	default:
		return false
	}
	return f.MaxLength <= 1 || f == first && f.MaxLength >= minBoxes && f.MaxLength <= maxBoxes
}

func alike(f, first *field) bool {
	w, w0 := f.Box.Width, first.Box.Width
	if f.Type != first.Type && f != first && first.MaxLength <= 1 {
		return false
	}
	if f.MaxLength == 1 && w == 0 && w0 == 0 {
		return true
	}
	if f.MaxLength == 1 && first.MaxLength == 1 && w == w0 {
		return w < maxBoxWidth
	}
	return w > 0 && w < maxBoxWidth && w >= w0*(1-boxWidthTolerance) && w <= w0*(1+boxWidthTolerance)
}

func (p *page) readSplitBoxes(r reading, boxes []*field) reading {
	first := boxes[0]
	speaks := p.headings.Or(p.title, p.text, first.user, first.dev, r.form.name)
	if !p.past.submitted() && !speaks.Has(words.Code, words.CodeWeak) {
		return r
	}
	if p.headings.Or(first.user).Has(words.OtherCode) && !speaks.Has(words.Code) {
		return r
	}
	r.class = ClassCodeSplit
	r.fields = []FieldRole{{Role: RoleCode, Control: *first.Control, Score: 100, Margin: 100}}
	for _, b := range boxes {
		r.boxes = append(r.boxes, *b.Control)
	}
	r.evidence = []session.Evidence{{Rule: "code_boxes", Weight: 10 * len(boxes), Where: p.where(first.Control)}}
	r.strength = strengthCode + 100
	return r
}
