package loginlab

import (
	"crypto/rand"
	"time"
)

// passage is an unfinished login at a variant. It is named by a random id that travels in the form or the address, not
// in a cookie: a frame of another origin gets none.
type passage struct {
	account

	// at is the place of the current step in the site's steps.
	at int
	// salt makes the names of a page's fields where they are random.
	salt string
	// code was sent to the address or number to; method says how.
	code, to string
	method   Medium
	wrong    int
	// approved is set by a person elsewhere; number is what must be matched.
	approved bool
	number   string
	// challenge is what a passkey must sign, link the secret part of an e-mailed link.
	challenge, link string
	// alert is what the current page complains about.
	alert   string
	expires time.Time
}

func (p *passage) waitsForApproval() bool { return p.challenge == waiting }

// waiting marks a passage that waits for somebody elsewhere.
const waiting = "waiting"

// ticket is a login that one origin hands to the other.
type ticket struct {
	account
}

// newPassage begins a login and returns its id.
func (l *Lab) newPassage(s *site) string {
	id := rand.Text()
	l.keepPassage(id, passage{account: account{site: s.Name}, salt: rand.Text()[:6]})
	return id
}

func (l *Lab) keepPassage(id string, p passage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passages.put(id, p)
}

func (l *Lab) passageOf(id, site string) (passage, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.passages.get(id)
	return p, ok && p.site == site
}

func (l *Lab) endPassage(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passages.delete(id)
}

// newTicket lets another origin end the login.
func (l *Lab) newTicket(a account) string {
	id := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tickets.put(id, ticket{a})
	return id
}

// redeem returns whose a ticket is; it works once.
func (l *Lab) redeem(id, site string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.tickets.get(id)
	if !ok || t.site != site {
		return "", false
	}
	l.tickets.delete(id)
	return t.user, true
}
