package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/anteroom/anteroom/loginlab"
)

// Times of the lab's authenticator (RFC 6238).
const (
	period = 30 * time.Second
	// reserve is how much of a period must be left when a login begins: nobody is to wait for the next code.
	reserve = 12 * time.Second
)

// target is the login that is measured.
type target struct {
	loginURL string
	password string
	key      []byte
	secret   string
	users    int
}

// account is one login with a user name of its own: the lab takes each code once per account.
type account struct {
	LoginURL string `json:"loginUrl"`
	User     string `json:"user"`
	Password string `json:"password"`
	Code     string `json:"code"`
	secret   string
}

// Selectors of the lab's plain pages, for the two scripts, which know them; the engine does not.
const (
	userField     = `input[name="username"]`
	passwordField = `input[name="password"]`
	codeField     = `input[name="code"]`
	submitButton  = `form button[type="submit"]`
)

// serveLab serves the corpus on loopback and returns the plain site with password and code.
func serveLab(ctx context.Context) (*target, func(), error) {
	key := []byte("12345678901234567890")
	lab := loginlab.New(loginlab.Options{TOTPKey: key})
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: lab, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	for _, s := range lab.Sites() {
		if s.Topology == loginlab.TopologySingleForm && s.Factor == loginlab.FactorTOTP && s.Nuisance == loginlab.NuisanceNone {
			return &target{
				loginURL: "http://" + l.Addr().String() + s.LoginURL, password: lab.Password(),
				key: key, secret: base32Of(key),
			}, func() { _ = server.Close() }, nil
		}
	}
	_ = server.Close()
	return nil, nil, errors.New("the lab has no plain site with password and code")
}

// next waits until the current code lives long enough, and returns an account that was never used.
func (t *target) next() (account, error) {
	now := time.Now()
	if left := now.Truncate(period).Add(period).Sub(now); left < reserve {
		time.Sleep(left)
	}
	code, err := totp.GenerateCodeCustom(t.secret, time.Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix})
	t.users++
	return account{
		LoginURL: t.loginURL, User: "user" + strconv.Itoa(t.users), Password: t.password, Code: code, secret: t.secret,
	}, err
}
