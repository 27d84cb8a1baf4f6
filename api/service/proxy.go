package service

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/anteroom/anteroom/session"
)

// maxProxy bounds the proxy's URL, in bytes.
const maxProxy = 2 << 10

// checkProxyOf reports what is wrong with a proxy, without its password. The form is checked first, so that what
// a URL parser says, which quotes its input, is never shown.
func (s *Service) checkProxyOf(ctx context.Context, proxy session.Secret) error {
	if proxy.IsZero() {
		return nil
	}
	if err := checkProxyForm(proxy); err != nil {
		return err
	}
	if s.checkProxy == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, MaxProxyCheck)
	defer cancel()
	if err := s.checkProxy(ctx, proxy); err != nil {
		return proxyError(proxy, err)
	}
	return nil
}

func checkProxyForm(proxy session.Secret) error {
	const form = "http://user:password@host:port"
	raw := proxy.Reveal()
	if len(raw) > maxProxy {
		return NewFieldError("proxy", "has %d bytes; it may have %d", len(raw), maxProxy)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return NewFieldError("proxy", "is not a URL of the form %s", form)
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5":
		return NewFieldError("proxy", "must start with http://, https:// or socks5://, as in %s", form)
	case u.Port() == "":
		return NewFieldError("proxy", "names no port; it has the form %s", form)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return NewFieldError("proxy", "holds more than host and port; it has the form %s", form)
	}
	return nil
}

func proxyError(proxy session.Secret, err error) error {
	var said *session.FieldError
	if errors.As(err, &said) && !quotes(said.Message, proxy) {
		return NewFieldError("proxy", "cannot be used: %s", said.Message)
	}
	return NewFieldError("proxy", "cannot be reached; check host, port and credentials")
}

// quotes reports whether text holds the password of the proxy, in clear or as it was written.
func quotes(text string, proxy session.Secret) bool {
	u, err := url.Parse(proxy.Reveal())
	if err != nil || strings.Contains(text, proxy.Reveal()) {
		return true
	}
	password, _ := u.User.Password()
	if password == "" {
		return false
	}
	written := strings.TrimPrefix(u.User.String(), url.User(u.User.Username()).String()+":")
	return strings.Contains(text, password) || strings.Contains(text, written)
}
