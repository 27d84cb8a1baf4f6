package login

import (
	"github.com/anteroom/anteroom/login/words"
)

// Weights for the button that submits a form. A button needs submitMinimum points.
const (
	submitSameForm   = 40 // belongs to the form of the fields
	submitFormless   = 15 // neither it nor the fields belong to a form, or scripts tie them together
	submitType       = 30 // type=submit, or a button without a type, which is the same in a form
	submitWords      = 30 // says sign in, next or confirm
	submitBelow      = 10 // stands below or beside the last field …
	submitNearest    = 10 // … and is the first to do so
	submitRemembered = 9  // was used the last time: less than any of the others
	submitMinimum    = 50
)

// submitVeto are the words of buttons that do something else.
var submitVeto = words.Of(words.SSO, words.Forgot, words.Show, words.Register, words.Back, words.Resend, words.Logout,
	words.Newsletter, words.Search, words.Remember, words.Recovery, words.Method, words.SendCode, words.AnotherWay, words.UsePassword,
	words.Passkey, words.SecurityKey, words.MagicLink, words.Later, words.Decline, words.Close, words.Trust, words.AnotherAccount,
	words.Legal, words.CookieSettings, words.Offer)

// submitWanted are the words of buttons that submit.
var submitWanted = words.Of(words.Login, words.Next, words.Confirm)

// submitNever are the words of buttons that do something else also where they say "sign in" or "send".
var submitNever = words.Of(words.SSO, words.Show, words.Resend, words.Register, words.Forgot, words.Passkey, words.SecurityKey,
	words.UsePassword, words.AnotherWay, words.Newsletter, words.Search, words.Logout)

// chooseSubmit returns the button that submits the fields of r, or nil: then Enter in the last field must do.
func (p *page) chooseSubmit(r *reading) *Control {
	if len(r.fields) == 0 {
		return nil
	}
	last := &r.fields[len(r.fields)-1].Control
	if n := len(r.boxes); n > 0 {
		last = &r.boxes[n-1]
	}
	var best *Control
	bestScore, nearest := submitMinimum-1, false
	for i := range p.actions {
		a := &p.actions[i]
		if !p.maySubmit(a, r, last) {
			continue
		}
		score := submitScore(a, last, r.class)
		if !nearest && score > 0 && below(a.Control, last) {
			nearest = true
			score += submitNearest
		}
		if score > 0 && p.usedBefore(a.Control) {
			score += submitRemembered
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

// maySubmit reports whether a can belong to the fields: it does not stand in another form, or beside other fields.
func (p *page) maySubmit(a *action, r *reading, last *Control) bool {
	if a.Kind != ControlButton || a.Frame != last.Frame || a.Form != 0 && a.Form != last.Form {
		return false
	}
	return a.form == nil || a.form == r.form || len(a.form.fields) == 0
}

func submitScore(a *action, last *Control, class Class) int {
	// What people see must not lead away, whatever the label says to those who hear it: "Cancel", labelled "Cancel login".
	vetoed := leadsAway(a.says) || leadsAway(a.seen)
	if class == ClassIdentifier && a.says.Has(words.SendCode, words.MagicLink) { // the address is all it needs
		vetoed = false
	}
	if vetoed || a.says.Meets(submitNever) {
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
	case a.says.Meets(submitWanted):
		score += submitWords
	case a.says.Empty() && a.dev.Meets(submitWanted) && !a.dev.Meets(submitVeto):
		score += submitWords
	}
	if below(a.Control, last) {
		score += submitBelow
	}
	return score
}

// leadsAway reports whether a button that says so does something else.
func leadsAway(says words.Set) bool { return says.Meets(submitVeto) && !says.Meets(submitWanted) }

// below reports whether a starts no higher than the middle of field. Without boxes everything does.
func below(a, field *Control) bool {
	return a.Box.Y+a.Box.Height >= field.Box.Y+field.Box.Height/2
}
