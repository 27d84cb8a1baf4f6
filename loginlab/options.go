package loginlab

import (
	"crypto/rand"
	"strings"
	"time"
)

// CodeFormat says what texted codes look like.
type CodeFormat int

// The code formats.
const (
	// CodeDigits6 is six digits, what most sites send.
	CodeDigits6 CodeFormat = iota
	// CodeAlphanumeric16 is sixteen letters and digits: long enough to be searched for in
	// files and logs without a hit by chance.
	CodeAlphanumeric16
)

// Options say how a lab behaves. The zero value is ready to use.
type Options struct {
	// Password is every account's password; empty: a random one of 24 characters. It must
	// not be somebody's user name, or each login with that name is recorded as a leak.
	Password string
	// TOTPKey is the raw key of every account's authenticator; empty: a random one of 20 bytes.
	TOTPKey []byte
	// OtherOrigin is the base URL, without path, at which OtherHandler is served:
	// "http://127.0.0.1:8082". When it is empty, the sites that need it do not exist.
	OtherOrigin string
	// OnCode is called with each texted code, before the page that asks for it is
	// answered. It may be called from several goroutines at once and must not block.
	OnCode func(Message)
	// CodeFormat says what texted codes look like; no effect when CodeFunc is set.
	CodeFormat CodeFormat
	// CodeFunc makes the codes, for example always the same one; it may be called from
	// several goroutines at once.
	CodeFunc func(site, user string) string
	// CodeLifetime is how long a texted code may be used; 0 means 10 minutes.
	CodeLifetime time.Duration
	// SlowDelay is how late the site "slow" answers each request; 0 means 2 seconds.
	SlowDelay time.Duration
	// Now is the clock of codes and events; nil means time.Now.
	Now func() time.Time
}

const (
	defaultCodeLifetime = 10 * time.Minute
	defaultSlowDelay    = 2 * time.Second
	passwordLength      = 24
	// totpKeyLength is the length that RFC 4226, section 4 recommends.
	totpKeyLength = 20
)

func (o Options) withDefaults() Options {
	if o.Password == "" {
		o.Password = rand.Text()[:passwordLength]
	}
	if len(o.TOTPKey) == 0 {
		o.TOTPKey = make([]byte, totpKeyLength)
		_, _ = rand.Read(o.TOTPKey) // never fails: crypto/rand.Read
	}
	o.OtherOrigin = strings.TrimRight(o.OtherOrigin, "/")
	if o.CodeFunc == nil {
		o.CodeFunc = func(string, string) string { return o.CodeFormat.random() }
	}
	if o.CodeLifetime == 0 {
		o.CodeLifetime = defaultCodeLifetime
	}
	if o.SlowDelay == 0 {
		o.SlowDelay = defaultSlowDelay
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// random returns a new code. rand.Text has the alphabet A-Z2-7; digits are taken without
// modulo bias by rejecting, which matters to nobody here but costs nothing.
func (f CodeFormat) random() string {
	if f == CodeAlphanumeric16 {
		return rand.Text()[:16]
	}
	code := make([]byte, 0, 6)
	var b [1]byte
	for len(code) < cap(code) {
		_, _ = rand.Read(b[:])
		if b[0] < 250 {
			code = append(code, '0'+b[0]%10)
		}
	}
	return string(code)
}
