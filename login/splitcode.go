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

// splitBoxes returns how many boxes hold one character each of a code; 0 when fs is no such row.
func splitBoxes(fs []*field) int {
	if len(fs) < minBoxes || len(fs) > maxBoxes {
		return 0
	}
	for _, f := range fs {
		if !oneCharacter(f) || !alike(f, fs[0]) {
			return 0
		}
	}
	return len(fs)
}

func oneCharacter(f *field) bool {
	switch f.Type {
	case "", "text", "tel", "number", "password":
	default:
		return false
	}
	// Some rows give the first box the whole length, so that a code can be pasted into it.
	return f.MaxLength <= 1 || f.MaxLength == len(f.form.fields)
}

func alike(f, first *field) bool {
	w, w0 := f.Box.Width, first.Box.Width
	if f.MaxLength == 1 && first.MaxLength == 1 && w == w0 {
		return w < maxBoxWidth
	}
	return w > 0 && w < maxBoxWidth && w >= w0*(1-boxWidthTolerance) && w <= w0*(1+boxWidthTolerance)
}

func (p *page) readSplitBoxes(r reading, n int) reading {
	first := r.form.fields[0]
	if !p.past.submitted() && !(p.headings|p.title|p.text|first.user|first.dev|r.form.name).Has(words.Code, words.CodeWeak) {
		return r
	}
	r.class = ClassCodeSplit
	r.fields = []FieldRole{{Role: RoleCode, Control: *first.Control, Score: 100, Margin: 100}}
	r.evidence = []session.Evidence{{Rule: "code_boxes", Weight: 10 * n, Where: p.where(first.Control)}}
	r.strength = strengthCode + 100
	return r
}
