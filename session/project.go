package session

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// BrowserKind chooses the browser of a project.
type BrowserKind string

// The browsers.
const (
	// BrowserShell is the headless shell: a third of the memory.
	BrowserShell BrowserKind = "shell"
	// BrowserChrome is the full browser, for sites that need it.
	BrowserChrome BrowserKind = "chrome"
)

// DefaultOTPWait is how long a question waits unless the project says otherwise.
const DefaultOTPWait = 10 * time.Minute

// MaxOTPWait is the longest wait a project may ask for.
const MaxOTPWait = 24 * time.Hour

// MaxPages is the greatest limit of pages that anything takes.
const MaxPages = 100_000

// Project is a target application: where its login is, which hosts may see its
// secrets and how to tell a live session. It holds no secret.
type Project struct {
	Workspace string `json:"-" yaml:"-"`
	Name      string `json:"name" yaml:"name"`
	// LoginURL is where a login starts; http or https.
	LoginURL string `json:"loginUrl" yaml:"loginUrl"`
	// AllowedHosts may see the secrets: "host", "host:port" or "*.suffix". Empty: the host of LoginURL only.
	AllowedHosts []string `json:"allowedHosts,omitempty" yaml:"allowedHosts"`
	// CheckURL is a page that only a logged-in visitor sees. Empty: the page the login landed on.
	CheckURL string `json:"checkUrl,omitempty" yaml:"checkUrl"`
	// LoggedIn proves being logged in: a CSS selector, or "text=" and visible text. Empty: by meaning.
	LoggedIn string `json:"loggedIn,omitempty" yaml:"loggedIn"`
	// Browser is shell unless the site needs the full one.
	Browser BrowserKind `json:"browser,omitempty" yaml:"browser"`
	OTP     OTPSettings `json:"otp,omitzero" yaml:"otp"`
	// SignInWith names the provider's button to use where a site offers several: "google", "sso". Empty: the form, or a question.
	SignInWith string `json:"signInWith,omitempty" yaml:"signInWith"`
	// Consent says what to do where the site asks to pass data on to itself: "accept" (the default) or "ask".
	Consent Policy `json:"consent,omitempty" yaml:"consent"`
	// Terms says what to do with terms to be accepted: "ask" (the default) or "accept".
	Terms Policy `json:"terms,omitempty" yaml:"terms"`
	// Remember says whether to stay signed in and to trust the browser where offered: "accept" or "decline". Empty: boxes stay
	// as the site has them, and a page that asks is told yes.
	Remember Policy `json:"remember,omitempty" yaml:"remember"`
	// IdentityProviders lets the well-known identity providers see the secrets, as if AllowedHosts named them.
	IdentityProviders bool `json:"identityProviders,omitempty" yaml:"identityProviders"`
	// LoadMedia loads images, media and fonts, which are left out otherwise.
	LoadMedia bool `json:"loadMedia,omitempty" yaml:"loadMedia"`
	// OnBrowserLost says what a login does whose browser is lost after it asked a question. Empty: as the operator set it.
	OnBrowserLost BrowserLostPolicy `json:"onBrowserLost,omitempty" yaml:"onBrowserLost"`
	// MaxPages is how many of its logins may have a page at the same time; the others queue. 0: no limit of its own.
	MaxPages int `json:"maxPages,omitempty" yaml:"maxPages"`
	// Recipe overrides detection where it names something; nil for none.
	Recipe *Recipe `json:"recipe,omitempty" yaml:"recipe"`

	Version   int64     `json:"version,omitempty" yaml:"-"`
	UpdatedAt time.Time `json:"updatedAt,omitzero" yaml:"-"`
}

// OTPSettings say how questions wait.
type OTPSettings struct {
	// Wait is how long a question waits for an answer, as a Go duration: "10m". Empty: DefaultOTPWait.
	Wait string `json:"wait,omitempty" yaml:"wait"`
	// Prefer lists methods to take without asking, best first: "totp", "sms", "email", "voice", "push".
	Prefer []string `json:"prefer,omitempty" yaml:"prefer"`
}

// Policy says what to do where a site asks something that is not a secret.
type Policy string

// The policies.
const (
	PolicyAccept  Policy = "accept"
	PolicyDecline Policy = "decline"
	PolicyAsk     Policy = "ask"
)

// FieldError is a fault of one field of a document that a caller sent.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is "field: message".
func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// AnswerWait returns how long a question waits.
func (p *Project) AnswerWait() time.Duration {
	if d, err := time.ParseDuration(p.OTP.Wait); err == nil && d > 0 {
		return d
	}
	return DefaultOTPWait
}

// Validate returns every fault of the document as *FieldError values joined by errors.Join, or nil.
func (p *Project) Validate() error {
	var errs []error
	fault := func(field, format string, args ...any) {
		errs = append(errs, &FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if err := CheckName(p.Name); err != nil {
		fault("name", "%v", err)
	}
	if p.LoginURL == "" {
		fault("loginUrl", "is required")
	} else if err := checkWebURL(p.LoginURL); err != nil {
		fault("loginUrl", "%v", err)
	}
	if p.CheckURL != "" {
		if err := checkWebURL(p.CheckURL); err != nil {
			fault("checkUrl", "%v", err)
		}
	}
	for i, h := range p.AllowedHosts {
		if err := CheckAllowedHost(h); err != nil {
			fault(fmt.Sprintf("allowedHosts[%d]", i), "%v", err)
		}
	}
	switch p.Browser {
	case "", BrowserShell, BrowserChrome:
	default:
		fault("browser", "is %q; it may be %q or %q", p.Browser, BrowserShell, BrowserChrome)
	}
	if p.OTP.Wait != "" {
		d, err := time.ParseDuration(p.OTP.Wait)
		if err != nil || d < time.Second || d > MaxOTPWait {
			fault("otp.wait", "is %q; it is a duration between 1s and 24h, such as \"10m\"", p.OTP.Wait)
		}
	}
	if p.MaxPages < 0 || p.MaxPages > MaxPages {
		fault("maxPages", "is %d; it may be 0, for no limit, to %d", p.MaxPages, MaxPages)
	}
	if strings.TrimPrefix(p.LoggedIn, "text=") == "" && p.LoggedIn != "" {
		fault("loggedIn", "names no text after %q", "text=")
	}
	errs = append(errs, p.policyFaults()...)
	errs = append(errs, p.recipeFaults()...)
	return errors.Join(errs...)
}

func checkWebURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("is not a URL")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("must start with http:// or https://")
	}
	if u.Host == "" {
		return errors.New("names no host")
	}
	if u.User != nil {
		return errors.New("must not hold a user name or password: give them as parameters")
	}
	return nil
}
