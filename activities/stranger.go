package activities

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/session"
)

const (
	// strangerLasts is how long what a stranger saw counts for further logins to the same application: who is let in where
	// changes with releases of the application, not with its users.
	strangerLasts = 5 * time.Minute
	// maxStrangers bounds what is remembered; sites whose landing pages differ for each account fill it with what nobody asks
	// for again.
	maxStrangers = 1000
)

// strangerKey is what a stranger looked at: a page, for a version of a project, through a proxy.
type strangerKey struct {
	workspace, project string
	version            int64
	url, proxyURL      string
}

// sighting is what a stranger saw, and when.
type sighting struct {
	seen login.Observation
	at   time.Time
}

// strangers remembers what anonymous visitors saw where a session was proven. The zero value is ready for use.
type strangers struct {
	mu   sync.Mutex // guards seen
	seen map[strangerKey]sighting
}

// recall returns what a stranger saw a short while ago.
func (s *strangers) recall(key strangerKey, now time.Time) (sighting, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.seen[key]
	return last, ok && last.fresh(now)
}

// fresh is false, too, for what a clock that was set back says was seen in the future.
func (s sighting) fresh(now time.Time) bool {
	age := now.Sub(s.at)
	return age >= 0 && age < strangerLasts
}

// remember keeps what a stranger saw; when there is too much, only what is fresh, or nothing else.
func (s *strangers) remember(key strangerKey, seen login.Observation, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= maxStrangers {
		for k, old := range s.seen {
			if !old.fresh(now) {
				delete(s.seen, k)
			}
		}
	}
	if s.seen == nil || len(s.seen) >= maxStrangers {
		s.seen = map[strangerKey]sighting{}
	}
	s.seen[key] = sighting{seen: seen, at: now}
}

// compare looks at the proof's page with the captured state, and anonymously unless somebody did so a short while ago, and says
// whether the session is proven by the difference. What is remembered never refuses a proof: then a stranger looks again.
func (p *Pages) compare(ctx context.Context, lent *lentPage, project session.Project, landing string, state session.StorageState) (session.Verdict, *session.Failure, error) {
	key := strangerKey{project.Workspace, project.Name, project.Version, landing, lent.proxyURL}
	now := p.Now()
	if last, ok := p.strangers.recall(key, now); ok {
		restored, err := look(ctx, lent, project, landing, &state)
		if err != nil {
			return session.Verdict{}, nil, err
		}
		verdict, failure := login.Discriminates(restored, last.seen)
		if failure == nil || !restored.LoggedIn {
			return recalled(verdict, now.Sub(last.at)), failure, nil
		}
	}
	restored, anonymous, err := lookBoth(ctx, lent, project, landing, state)
	if err != nil {
		return session.Verdict{}, nil, err
	}
	verdict, failure := login.Discriminates(restored, anonymous)
	if failure == nil {
		p.strangers.remember(key, anonymous, p.Now())
	}
	return verdict, failure, nil
}

// recalled says of the stranger's evidence, which is the last of a proof, how old it is.
func recalled(v session.Verdict, age time.Duration) session.Verdict {
	if v.Proven {
		last := &v.Evidence[len(v.Evidence)-1]
		last.Where = fmt.Sprintf("%s, %s before", last.Where, age.Round(time.Second))
	}
	return v
}
