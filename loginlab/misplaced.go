package loginlab

import (
	"encoding/json"
	"net/http"
	"slices"
)

// trapFields are the names of the fields that nobody can see, which only robots fill in.
func trapFields() []string { return []string{keyTrap, "email_confirm", "password2"} }

// recordMisplaced records what was typed or sent where no login belongs.
func (v *variant) recordMisplaced(r *http.Request, user string, fields ...string) {
	e := visitOf(r).event(KindMisplaced, OutcomeCaptured, user)
	e.Fields = fields
	v.lab.add(e)
}

// noteTraps records the traps that a form was sent with.
func (v *variant) noteTraps(r *http.Request, p *passage) {
	// Beside a code of type password, a field of the same name is filled in by the page itself.
	if !v.Has(NuisanceHoneypot) || v.Factor == FactorPasswordTypeCode && v.step(p) == stepCode {
		return
	}
	for _, name := range trapFields() {
		if r.PostFormValue(name) != "" {
			v.recordMisplaced(r, p.user, name)
		}
	}
}

// takeMisplaced is told by the page's script that something was typed into a field that belongs to no login.
func (v *variant) takeMisplaced(w http.ResponseWriter, r *http.Request) {
	var told struct {
		Field string `json:"field"`
	}
	if err := json.NewDecoder(r.Body).Decode(&told); err != nil {
		http.Error(w, "the body is not a JSON object with a field", http.StatusBadRequest)
		return
	}
	v.recordMisplaced(r, "", visitOf(r).shownName(carrier{name: told.Field}))
	w.WriteHeader(http.StatusNoContent)
}

// takeOther is where forms go that are not the login's: a newsletter's, a registration's, a search's.
func (v *variant) takeOther(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // an unreadable form has no fields
	var filled []string
	for name, values := range r.Form {
		if name != keyFlow && slices.ContainsFunc(values, func(value string) bool { return value != "" }) {
			filled = append(filled, visitOf(r).shownName(carrier{name: name}))
		}
	}
	if slices.Sort(filled); len(filled) > 0 {
		v.recordMisplaced(r, "", filled...)
	}
	v.showNothing(w, r)
}
