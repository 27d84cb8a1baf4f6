package loginlab

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"time"
)

// Message is a text message that the lab would have sent.
type Message struct {
	Site string
	User string
	// To is the whole telephone number; the page shows only its end.
	To   string
	Code string
	At   time.Time
}

// maxMessages bounds the memory of sent messages; the newest are kept.
const maxMessages = 1000

// Messages returns the texted codes since the start or the last Reset, oldest first; at
// most the last 1,000. The slice is the caller's.
func (l *Lab) Messages() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.messages.all()
}

// LastCode returns the code last texted to an account of a site; false when there is none.
func (l *Lab) LastCode(site, user string) (string, bool) {
	for _, m := range slices.Backward(l.Messages()) {
		if m.Site == site && m.User == user {
			return m.Code, true
		}
	}
	return "", false
}

// sendCode makes a code, records that it was sent and hands it to the owner of the lab.
func (s *site) sendCode(r *http.Request, user string) Message {
	o := s.lab.options
	m := Message{Site: s.Name, User: user, To: phoneOf(user), Code: o.CodeFunc(s.Name, user), At: o.Now()}
	s.lab.mu.Lock()
	s.lab.messages.add(m)
	s.lab.mu.Unlock()
	s.record(r, KindCodeSent, OutcomeOK, user)
	if o.OnCode != nil {
		o.OnCode(m)
	}
	return m
}

// phoneOf gives each user a number of the range kept free for fiction (555-0100 to 0199).
func phoneOf(user string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // a hash never fails to be written to
	return fmt.Sprintf("+1 202 555 01%02d", h.Sum32()%100)
}

// maskPhone leaves the last two digits.
func maskPhone(number string) string { return "•••••••" + number[len(number)-2:] }
