package loginlab

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Lab serves the corpus and records what arrives. It is safe for concurrent use, has no
// goroutines and needs no closing. Create it with New.
type Lab struct {
	options Options
	sites   []Site
	// byName holds the places in sites.
	byName map[string]int
	main   *surface
	other  *surface

	// mu guards everything below. It is never held while a page is written or a callback runs.
	mu       sync.Mutex
	events   *ring[Event]
	messages *ring[Message]
	flows    *bounded[flow]
	sessions *bounded[account]
	// lastStep holds the last TOTP step or HOTP counter that an account used, by accountKey.
	lastStep *bounded[int64]
	// spent holds the backup codes that an account used, by accountKey.
	spent *bounded[[]string]
	// signCounts holds the last counter of an account's passkey, by accountKey.
	signCounts *bounded[uint32]
	// told are the secrets of single accounts that somebody was told last: they are searched for, too.
	told *ring[knownSecret]
	// passages are the unfinished logins of the variants, by id.
	passages *bounded[passage]
	// waiting names the passage of an account that waits for an approval, by accountKey.
	waiting *bounded[string]
	// mainOrigin is how the main server was last opened.
	mainOrigin string
	// lateness is how late slow pages answer and redirecting ones go on; it is written by tests only, before the lab is used.
	lateness time.Duration
	// tickets are logins that one origin hands to the other, once, by id.
	tickets *bounded[ticket]
}

// maxVisitors bounds the sessions, unfinished logins and accounts that are remembered.
const maxVisitors = 50_000

// New makes a lab. Serve it with any http.Server, and its OtherHandler with a second one.
func New(options Options) *Lab {
	l := &Lab{options: options.withDefaults(), byName: make(map[string]int), lateness: defaultLateness}
	l.Reset()
	l.main, l.other = newSurface(l, OriginLab), newSurface(l, OriginOther)
	l.installVariants()
	for _, described := range slices.Concat(
		basicSites(), basicHostileSites(), gridSites(), refusalSites(), hostileSites(), nastySites(),
	) {
		if described.NeedsOtherOrigin && l.options.OtherOrigin == "" {
			continue
		}
		l.byName[described.Name] = len(l.sites)
		l.sites = append(l.sites, described)
		if described.Skin != "" {
			continue // served by installVariants
		}
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
	l.lastStep, l.signCounts = newBounded[int64](maxVisitors), newBounded[uint32](maxVisitors)
	l.spent, l.waiting = newBounded[[]string](maxVisitors), newBounded[string](maxVisitors)
	l.told = newRing[knownSecret](maxTold)
	l.passages, l.tickets = newBounded[passage](maxVisitors), newBounded[ticket](maxVisitors)
}

// passwordIs compares in constant time: the lab is an example, too.
func (l *Lab) passwordIs(password string) bool { return equal(password, l.options.Password) }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
