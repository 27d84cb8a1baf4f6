package loginlab

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// arrive does what a site does when a visitor comes to the current step: it sends a code, makes a challenge.
func (v *variant) arrive(r *http.Request, id string) {
	p, ok := v.lab.passageOf(id, v.Name)
	if !ok {
		return
	}
	switch v.step(&p) { //nolint:exhaustive // the others need nothing
	case stepCode, stepUnfolded:
		v.sendTo(r, &p)
	case stepRedirecting:
		p.expires = v.lab.options.Now().Add(v.lab.lateness)
	case stepLink:
		p.challenge, p.link, p.to = waiting, rand.Text(), addressOf(MediumEmail, p.user)
		v.lab.send(r, Message{Site: v.Name, User: p.user, To: p.to, Medium: MediumEmail, Link: originOf(r) + v.path("link") + "?token=" + id + "." + p.link})
	case stepPush:
		p.challenge = waiting
		if v.Factor == FactorNumberMatching {
			var b [2]byte
			_, _ = rand.Read(b[:]) // never fails: crypto/rand.Read
			p.number = strconv.Itoa(10 + int(binary.BigEndian.Uint16(b[:])%90))
		}
		v.lab.mu.Lock()
		v.lab.waiting.put(accountKey(v.Name, p.user), id)
		v.lab.mu.Unlock()
	case stepPasskey:
		challenge := []byte(rand.Text())
		p.challenge = base64.RawURLEncoding.EncodeToString(challenge)
	}
	v.lab.keepPassage(id, p)
}

// addressOf is where a medium reaches a user.
func addressOf(m Medium, user string) string {
	if m != MediumEmail {
		return phoneOf(user)
	}
	if strings.Contains(user, "@") {
		return user
	}
	return user + "@fernwood.example"
}

// sendTo sends the code of the current step, if it is one that is sent.
func (v *variant) sendTo(r *http.Request, p *passage) {
	if p.method == "" {
		p.method, _ = v.Factor.sent()
	}
	if p.method == "" {
		return
	}
	p.to = addressOf(p.method, p.user)
	p.code = v.lab.options.CodeFunc(v.Name, p.user)
	if n := v.Factor.codeLength(); v.lab.options.CodeFormat == CodeDigits6 && n != len(p.code) {
		p.code = (p.code + p.code)[:n]
	}
	p.expires = v.lab.options.Now().Add(v.lab.options.CodeLifetime)
	v.lab.send(r, Message{Site: v.Name, User: p.user, To: p.to, Medium: p.method, Code: p.code})
}

// takeStep takes what a page sends and shows the next one.
func (v *variant) takeStep(w http.ResponseWriter, r *http.Request) {
	if v.Topology == TopologySlowSPA || v.Has(NuisanceTrapVanish) {
		v.pause(r, v.lab.lateness)
	}
	id := r.PostFormValue(keyFlow)
	p, ok := v.lab.passageOf(id, v.Name)
	if !ok {
		v.goTo(w, r, v.path("login"))
		return
	}
	v.noteTraps(r, &p)
	p.alert = ""
	value := func(key string) string { return strings.TrimSpace(r.PostFormValue(v.fieldName(key, p.salt))) }
	if v.judge(r, &p, value) {
		p.at++
		v.lab.keepPassage(id, p)
		v.arrive(r, id)
	} else {
		v.lab.keepPassage(id, p)
	}
	if p.at < 0 { // the user was sent to a public page
		v.lab.endPassage(id)
		v.goTo(w, r, v.path("public")+"?u="+p.user)
		return
	}
	if !fromScript(r) && v.Topology != TopologyFormless {
		http.Redirect(w, r, v.path("step")+"?flow="+id, http.StatusSeeOther) //nolint:gosec // a path of the site
		return
	}
	v.showPage(w, r, id, http.StatusOK)
}

// pause waits, unless the visitor leaves.
func (v *variant) pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}
