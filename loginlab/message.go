package loginlab

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"time"
)

// Medium is how a message reaches its user.
type Medium string

// The media.
const (
	MediumText  Medium = "sms"
	MediumEmail Medium = "email"
	MediumVoice Medium = "voice"
)

// Message is a message that the lab would have sent: a text message, an e-mail, a call.
type Message struct {
	Site string `json:"site"`
	User string `json:"user"`
	// To is the whole telephone number or address; the page shows only a part.
	To     string `json:"to"`
	Medium Medium `json:"medium"`
	// Code is the one-time code; empty in a message with a link.
	Code string `json:"code,omitempty"`
	// Link is to be opened; empty in a message with a code.
	Link string    `json:"link,omitempty"`
	At   time.Time `json:"at"`
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
	m, ok := l.LastMessage(site, user)
	return m.Code, ok && m.Code != ""
}

// LastMessage returns the newest message to an account of a site; false when there is none.
func (l *Lab) LastMessage(site, user string) (Message, bool) {
	for _, m := range slices.Backward(l.Messages()) {
		if m.Site == site && m.User == user {
			return m, true
		}
	}
	return Message{}, false
}

// sendCode makes a code, records that it was sent and hands it to the owner of the lab.
func (s *site) sendCode(r *http.Request, user string) Message {
	return s.lab.send(r, Message{
		Site: s.Name, User: user, To: phoneOf(user), Medium: MediumText, Code: s.lab.options.CodeFunc(s.Name, user),
	})
}

// send delivers a message: the owner of the lab is its network.
func (l *Lab) send(r *http.Request, m Message) Message {
	m.At = l.options.Now()
	l.mu.Lock()
	l.messages.add(m)
	l.mu.Unlock()
	l.record(r, KindCodeSent, OutcomeOK, m.User)
	if l.options.OnCode != nil {
		l.options.OnCode(m)
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
