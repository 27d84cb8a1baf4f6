// Package site serves the lab's login that benchmarks log in to: user name and password in one form, then a code sent by text
// message. It imports the lab only.
package site

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/anteroom/anteroom/loginlab"
)

// name is the lab's name of the site.
const name = "code"

// codeLifetime is longer than any benchmark: a parked login is answered with the code that it was sent.
const codeLifetime = 24 * time.Hour

// Selectors of its pages, for scripts, which know them; the engine does not.
const (
	UserField     = `input[name="username"]`
	PasswordField = `input[name="password"]`
	CodeField     = `input[name="code"]`
	SubmitButton  = `form button[type="submit"]`
)

// Site is the served login.
type Site struct {
	lab   *loginlab.Lab
	base  string
	users atomic.Int64
}

// Serve serves the site on a free port of loopback. The caller must call stop.
func Serve(ctx context.Context) (s *Site, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("serve the lab: %w", err)
	}
	s = &Site{lab: loginlab.New(loginlab.Options{CodeLifetime: codeLifetime}), base: "http://" + l.Addr().String()}
	server := &http.Server{Handler: s.lab, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	return s, func() { _ = server.Close(); <-done }, nil
}

// LoginURL is where a login starts.
func (s *Site) LoginURL() string { return s.base + "/s/" + name + "/login" }

// CodeURL is where the newest code of a user is found, as the member "code" of a JSON object: what a mailbox is to a script.
func (s *Site) CodeURL(user string) string {
	return s.base + "/lab/messages?" + url.Values{"site": {name}, "user": {user}}.Encode()
}

// Code is the code that was last sent to a user.
func (s *Site) Code(user string) (string, error) {
	code, ok := s.lab.LastCode(name, user)
	if !ok {
		return "", fmt.Errorf("no code was sent to %s", user)
	}
	return code, nil
}

// Password is everybody's.
func (s *Site) Password() string { return s.lab.Password() }

// NewUser is a user who never logged in.
func (s *Site) NewUser() string { return "user" + strconv.FormatInt(s.users.Add(1), 10) }

// Arrived tells when the code of a user arrived; false when it did not yet.
func (s *Site) Arrived(user string) (time.Time, bool) {
	at, ok := s.Arrivals()[user]
	return at, ok
}

// Arrivals tells when the code of each user arrived.
func (s *Site) Arrivals() map[string]time.Time {
	arrived := map[string]time.Time{}
	for _, e := range s.lab.Events() {
		if e.Kind == loginlab.KindCodeSubmit && e.Outcome == loginlab.OutcomeOK {
			arrived[e.User] = e.At
		}
	}
	return arrived
}
