package loginlab

import (
	"crypto/rand"
	"net/http"
	"time"
)

// account is one user of one site.
type account struct{ site, user string }

func accountKey(site, user string) string { return site + "\x00" + user }

// stage says how far an unfinished login is.
type stage int

const (
	// stageIdentified: the user name is known.
	stageIdentified stage = iota
	// stagePassed: the password was right, a code is wanted.
	stagePassed
)

// flow is an unfinished login of one browser.
type flow struct {
	account
	stage stage
	// code is the texted code; empty when an authenticator's is wanted.
	code       string
	phone      string
	expires    time.Time
	wrongCodes int
}

// maxWrongCodes is the number of wrong codes after which a login starts again.
const maxWrongCodes = 3

// start remembers a flow and returns its id.
func (l *Lab) start(f flow) string {
	id := rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flows.put(id, f)
	return id
}

// forget ends a flow, if there is one.
func (l *Lab) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flows.delete(id)
}

// flow returns the flow of an id if it belongs to the site and came as far as wanted.
func (s *site) flow(id string, wanted stage) (flow, bool) {
	s.lab.mu.Lock()
	defer s.lab.mu.Unlock()
	f, ok := s.lab.flows.get(id)
	return f, ok && f.site == s.Name && f.stage >= wanted
}

// tryCode checks a code for a flow. The check, its count and the use of the code are one
// step, so that two requests at once never use a code twice or get a fourth try. A flow
// that ends here (used, expired, invalidated) is forgotten.
func (s *site) tryCode(id, code string) (flow, Outcome) {
	l := s.lab
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.flows.get(id)
	if !ok || f.site != s.Name || f.stage != stagePassed {
		return flow{}, OutcomeRedirected
	}
	outcome := l.judgeCode(f, code)
	if outcome == OutcomeWrong || outcome == OutcomeReused {
		f.wrongCodes++
		if f.wrongCodes >= maxWrongCodes {
			outcome = OutcomeInvalidated
		}
	}
	switch outcome {
	case OutcomeWrong, OutcomeReused:
		l.flows.put(id, f)
	default:
		l.flows.delete(id)
	}
	return f, outcome
}

// judgeCode compares a code with what the flow wants. The caller holds l.mu.
func (l *Lab) judgeCode(f flow, code string) Outcome {
	switch {
	case f.code == "":
		return l.useCode(FactorTOTP, f.site, f.user, code)
	case l.options.Now().After(f.expires):
		return OutcomeExpired
	case equal(code, f.code):
		return OutcomeOK
	}
	return OutcomeWrong
}

// startSession remembers a session of the user and returns its token.
func (s *site) startSession(r *http.Request, user string) string {
	token := rand.Text()
	s.lab.mu.Lock()
	s.lab.sessions.put(token, account{s.Name, user})
	s.lab.mu.Unlock()
	s.record(r, KindLogin, OutcomeOK, user)
	return token
}

// endSession forgets a session and returns whose it was.
func (s *site) endSession(token string) (string, bool) {
	s.lab.mu.Lock()
	defer s.lab.mu.Unlock()
	a, ok := s.lab.sessions.get(token)
	if !ok || a.site != s.Name {
		return "", false
	}
	s.lab.sessions.delete(token)
	return a.user, true
}

// sessionUser returns who is signed in to the site with a token.
func (s *site) sessionUser(token string) (string, bool) {
	s.lab.mu.Lock()
	defer s.lab.mu.Unlock()
	a, ok := s.lab.sessions.get(token)
	return a.user, ok && a.site == s.Name
}
