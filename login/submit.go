package login

import (
	"github.com/anteroom/anteroom/login/words"
)

// Weights for the button that submits a form. A button needs submitMinimum points.
const (
	submitSameForm = 40 // belongs to the form of the fields
	submitFormless = 15 // neither it nor the fields belong to a form, or scripts tie them together
	submitType     = 30 // type=submit, or a button without a type, which is the same in a form
	submitWords    = 30 // says sign in, next or confirm
	submitBelow    = 10 // stands below or beside the last field …
	submitNearest  = 10 // … and is the first to do so
	submitMinimum  = 50
)

// submitVeto are the words of buttons that do something else.
var submitVeto = words.Of(words.SSO, words.Forgot, words.Show, words.Register, words.Back, words.Resend, words.Logout,
	words.Newsletter, words.Search, words.Remember, words.Recovery, words.Method)

// submitWanted are the words of buttons that submit.
var submitWanted = words.Of(words.Login, words.Next, words.Confirm)

// chooseSubmit returns the button that submits the fields of r, or nil: then Enter in the last field must do.
func (p *page) chooseSubmit(r reading) *Control {
	if len(r.fields) == 0 {
		return nil
	}
	last := &r.fields[len(r.fields)-1].Control
	var best *Control
	bestScore, nearest := submitMinimum-1, false
	for _, a := range p.actions {
		if a.Kind != ControlButton || a.Frame != last.Frame || a.Form != 0 && a.Form != last.Form {
			continue
		}
		score := submitScore(a, last)
		if !nearest && score > 0 && below(a.Control, last) {
			nearest = true
			score += submitNearest
		}
		if score > bestScore {
			best, bestScore = a.Control, score
		}
	}
	if best == nil {
		return nil
	}
	chosen := *best
	return &chosen
}

func submitScore(a action, last *Control) int {
	if a.says&submitVeto != 0 && a.says&submitWanted == 0 || a.says.Has(words.SSO, words.Show, words.Resend, words.Register, words.Forgot) {
		return 0
	}
	score := submitFormless
	if a.Form == last.Form && a.Form != 0 {
		score = submitSameForm
	}
	if a.Type == "submit" || a.Type == "image" {
		score += submitType
	}
	switch {
	case a.says&submitWanted != 0:
		score += submitWords
	case a.says == 0 && (a.dev&submitWanted != 0 && a.dev&submitVeto == 0):
		score += submitWords
	}
	if below(a.Control, last) {
		score += submitBelow
	}
	return score
}

// below reports whether a starts no higher than the middle of field. Without boxes everything does.
func below(a, field *Control) bool {
	return a.Box.Y+a.Box.Height >= field.Box.Y+field.Box.Height/2
}
