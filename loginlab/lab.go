package loginlab

import (
	"crypto/subtle"
	"net/http"
	"sync"
)

// Lab serves the corpus and records what arrives. It is safe for concurrent use, has no
// goroutines and needs no closing. Create it with New.
type Lab struct {
	options Options
	sites   []Site
	main    *surface
	other   *surface

	// mu guards everything below. It is never held while a page is written or a callback runs.
	mu       sync.Mutex
	events   *ring[Event]
	messages *ring[Message]
	flows    *bounded[flow]
	sessions *bounded[account]
	// lastStep holds the last TOTP step that an account used, by accountKey.
	lastStep *bounded[int64]
}

// maxVisitors bounds the sessions, unfinished logins and accounts that are remembered.
const maxVisitors = 50_000

// New makes a lab. Serve it with any http.Server, and its OtherHandler with a second one.
func New(options Options) *Lab {
	l := &Lab{options: options.withDefaults()}
	l.Reset()
	l.main, l.other = newSurface(l, OriginLab), newSurface(l, OriginOther)
	for _, described := range corpus() {
		if described.NeedsOtherOrigin && l.options.OtherOrigin == "" {
			continue
		}
		l.sites = append(l.sites, described)
		s := &site{Site: described, lab: l}
		s.install()
	}
	l.installIndex()
	return l
}

// ServeHTTP serves the list of sites, the sites, the manifest and the events.
func (l *Lab) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.main.ServeHTTP(w, r) }

// OtherHandler serves the second origin: the hostile side of the hostile sites. It records
// into the same lab, and every secret that reaches it is a leak.
func (l *Lab) OtherHandler() http.Handler { return l.other }

// Sites lists what is served. The slice is the caller's.
func (l *Lab) Sites() []Site { return append([]Site(nil), l.sites...) }

// Password returns the password of every account.
func (l *Lab) Password() string { return l.options.Password }

// Reset forgets all events, messages, sessions, unfinished logins and used TOTP steps. The
// password and the TOTP secret stay.
func (l *Lab) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events, l.messages = newRing[Event](maxEvents), newRing[Message](maxMessages)
	l.flows, l.sessions = newBounded[flow](maxVisitors), newBounded[account](maxVisitors)
	l.lastStep = newBounded[int64](maxVisitors)
}

// passwordIs compares in constant time: the lab is an example, too.
func (l *Lab) passwordIs(password string) bool { return equal(password, l.options.Password) }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
