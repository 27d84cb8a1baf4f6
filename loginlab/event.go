package loginlab

import (
	"net/http"
	"time"
)

// Kind says what an event is about.
type Kind string

// The kinds of events.
const (
	KindPageView         Kind = "page_view"
	KindIdentifierSubmit Kind = "identifier_submit"
	KindPasswordSubmit   Kind = "password_submit"
	KindCodeSent         Kind = "code_sent"
	KindCodeSubmit       Kind = "code_submit"
	KindLogin            Kind = "login"
	KindLogout           Kind = "logout"
	// KindApproval: a push was approved, see Lab.Approve.
	KindApproval Kind = "approval"
	// KindLinkOpened: a link that was sent was opened.
	KindLinkOpened Kind = "link_opened"
	// KindAnswerSubmit: a security question was answered.
	KindAnswerSubmit Kind = "answer_submit"
	// KindPasskeySubmit: a WebAuthn assertion arrived.
	KindPasskeySubmit Kind = "passkey_submit"
	// KindMisplaced: something was typed into, or sent with, a field that no login may touch: a trap for robots, a
	// newsletter's, a registration's.
	KindMisplaced Kind = "misplaced"
	// KindKeystroke: a hostile page saw text in a field before anything was submitted.
	KindKeystroke Kind = "keystroke"
	// KindLeak: a secret arrived where it must not. It comes beside the event of the request.
	KindLeak Kind = "leak"
)

// Outcome says how it ended.
type Outcome string

// The outcomes.
const (
	OutcomeOK    Outcome = "ok"
	OutcomeWrong Outcome = "wrong"
	// OutcomeReused: the authenticator's code was right, but used before.
	OutcomeReused Outcome = "reused"
	// OutcomeExpired: the code came too late.
	OutcomeExpired Outcome = "expired"
	// OutcomeInvalidated: the third wrong code; the login starts again.
	OutcomeInvalidated Outcome = "invalidated"
	// OutcomeIgnored: not looked at, as the password beside it was wrong.
	OutcomeIgnored Outcome = "ignored"
	OutcomeLocked  Outcome = "locked"
	// OutcomeForbidden: the CSRF token was missing or wrong; nothing else was looked at.
	OutcomeForbidden Outcome = "forbidden"
	// OutcomeRedirected: the page needs something that the visitor does not have yet.
	OutcomeRedirected Outcome = "redirected"
	OutcomeError      Outcome = "error"
	// OutcomeCaptured: a hostile page got something.
	OutcomeCaptured Outcome = "captured"
)

// Origin says which of the lab's two servers an event happened at.
type Origin string

// The origins.
const (
	OriginLab   Origin = "lab"
	OriginOther Origin = "other"
)

// SecretKind names a secret without telling it.
type SecretKind string

// The kinds of secrets that the lab searches for.
const (
	SecretPassword   SecretKind = "password"
	SecretTOTPSecret SecretKind = "totp_secret"
	SecretTOTPCode   SecretKind = "totp_code"
	SecretTextedCode SecretKind = "texted_code"
	SecretBackupCode SecretKind = "backup_code"
	// SecretAnswer is the answer to a security question.
	SecretAnswer SecretKind = "security_answer"
)

// Event is one thing that the lab saw. It never holds a submitted value but the user name.
type Event struct {
	At     time.Time `json:"at"`
	Site   string    `json:"site"`
	Origin Origin    `json:"origin"`
	// User is the account, as far as it is known; empty too when a secret came as user name.
	User    string  `json:"user,omitempty"`
	Kind    Kind    `json:"kind"`
	Outcome Outcome `json:"outcome"`
	// Path is the path of the page; empty for a page that the lab does not have.
	Path string `json:"path,omitempty"`
	// Fields names the places of the request that carried a known secret: a field's or
	// JSON key's name, "url", "header <name>" or "body".
	Fields []string `json:"fields,omitempty"`
	// Secret says what leaked; empty for other kinds.
	Secret SecretKind `json:"secret,omitempty"`
}

// maxEvents bounds the memory: the oldest events are dropped beyond it.
const maxEvents = 100_000

// Events returns what was recorded since the start or the last Reset, oldest first; at most
// the last 100,000. The slice is the caller's.
func (l *Lab) Events() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events.all()
}

// Dropped returns how many events were forgotten because there were more than 100,000.
func (l *Lab) Dropped() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events.dropped
}

// Count returns how many recorded events match; an empty argument matches everything.
func (l *Lab) Count(kind Kind, site, user string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, e := range l.events.entries {
		if (kind == "" || e.Kind == kind) && (site == "" || e.Site == site) && (user == "" || e.User == user) {
			n++
		}
	}
	return n
}

// record adds an event of a request.
func (l *Lab) record(r *http.Request, kind Kind, outcome Outcome, user string) {
	l.add(visitOf(r).event(kind, outcome, user))
}

func (l *Lab) add(e Event) {
	e.At = l.options.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events.add(e)
}
