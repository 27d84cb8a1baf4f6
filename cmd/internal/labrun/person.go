package labrun

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/anteroom/anteroom/login"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Answers is what a person reaches of the lab beside the browser: the telephone, the mailbox, the other device.
type Answers interface {
	// Message returns the newest message to a user of a site; false when there is none.
	Message(ctx context.Context, site, user string) (loginlab.Message, bool, error)
	// Approve approves the request that waits for a user of a site, with the number that the page shows, if any.
	Approve(ctx context.Context, site, user, number string) error
}

// Person answers what a site asks in the course of one login, as the manifest says.
type Person struct {
	Lab  Answers
	Case *Case
	Mode Mode
	// Now is the clock of one-time codes; nil means time.Now.
	Now func() time.Time
	// Patience is how long a message may take to arrive; 0 is five seconds.
	Patience time.Duration

	// wronged is true once a code was answered wrongly; spent is the number of backup codes that were told.
	wronged bool
	spent   int
	// counter is the next HOTP counter.
	counter uint64
}

// Reply is what a person says. The zero Reply leaves the question open.
type Reply struct {
	Values map[string]session.Secret
	// Choice is the id of a choice.
	Choice string
	// Action is resend or tryAnotherWay.
	Action session.Action
	// Elsewhere is true when the person acted on another device: the login goes on by itself.
	Elsewhere bool
}

// Open reports whether the question stays open.
func (r *Reply) Open() bool {
	return r.Values == nil && r.Choice == "" && r.Action == "" && !r.Elsewhere
}

// Reply answers a question. The error is of the lab.
func (p *Person) Reply(ctx context.Context, q *session.InfoRequest) (Reply, error) {
	switch q.Kind {
	case session.AskCode:
		return p.code(ctx, q)
	case session.AskCredentials:
		return p.credentials(q)
	case session.AskChoice:
		return p.choose(q), nil
	case session.AskApproval:
		if err := p.Lab.Approve(ctx, p.Case.Name, p.Case.Account.Username, q.DisplayCode); err != nil {
			return Reply{}, err
		}
		return Reply{Elsewhere: true}, nil
	case session.AskLink:
		m, err := p.message(ctx)
		return single(q, m.Link), err
	case session.AskSecurityQuestion:
		return single(q, p.Case.Account.SecurityAnswer), nil
	case session.AskCaptcha:
		return single(q, p.told(loginlab.QuestionCaptcha)), nil
	case session.AskUnknownPage:
	}
	return Reply{}, nil
}

// told is what the manifest says that a person would read off the page; empty when it does not say.
func (p *Person) told(kind loginlab.QuestionKind) string {
	for _, q := range p.Case.Questions {
		if q.Kind == kind && q.Answer == loginlab.AnswerValue {
			return q.Value
		}
	}
	return ""
}

// single answers the only field of a question; no value leaves it open.
func single(q *session.InfoRequest, value string) Reply {
	if value == "" || len(q.Fields) == 0 {
		return Reply{}
	}
	return Reply{Values: map[string]session.Secret{q.Fields[0].Name: session.NewSecret(value)}}
}

func (p *Person) code(ctx context.Context, q *session.InfoRequest) (Reply, error) {
	code, err := p.rightCode(ctx)
	if err != nil || code == "" {
		return Reply{}, err
	}
	if p.Mode == ModeWrongCode && !p.wronged {
		p.wronged = true
		code = wrongCode(code)
	}
	return single(q, code), nil
}

// rightCode is the code that the site wants; empty when nobody knows one.
func (p *Person) rightCode(ctx context.Context) (string, error) {
	a := p.Case.Account
	switch {
	case p.Case.Factor == loginlab.FactorBackupCode && p.spent < len(a.BackupCodes):
		p.spent++
		return a.BackupCodes[p.spent-1], nil
	case a.TOTPSecret != "":
		return p.generate(a.TOTPSecret)
	}
	m, err := p.message(ctx)
	return m.Code, err
}

// generate computes the code of an otpauth URI.
func (p *Person) generate(uri string) (string, error) {
	key, err := otp.NewKeyFromURL(uri)
	if err != nil {
		return "", fmt.Errorf("read the otpauth URI of %s: %w", p.Case.Name, err)
	}
	if key.Type() == "hotp" {
		code, err := hotp.GenerateCodeCustom(key.Secret(), counterOf(uri)+p.counter,
			hotp.ValidateOpts{Digits: key.Digits(), Algorithm: key.Algorithm()})
		p.counter++
		return code, err
	}
	now := time.Now
	if p.Now != nil {
		now = p.Now
	}
	return totp.GenerateCodeCustom(key.Secret(), now(), totp.ValidateOpts{
		Period: uint(key.Period()), Digits: key.Digits(), Algorithm: key.Algorithm(),
	})
}

// counterOf is the counter of an hotp URI.
func counterOf(uri string) uint64 {
	u, err := url.Parse(uri)
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseUint(u.Query().Get("counter"), 10, 64) // none counts as 0
	return n
}

// wrongCode changes the last character and keeps the form.
func wrongCode(code string) string {
	last := code[len(code)-1]
	switch last {
	case '9':
		last = '0'
	case 'z', 'Z':
		last--
	default:
		last++
	}
	return code[:len(code)-1] + string(last)
}

func (p *Person) credentials(q *session.InfoRequest) (Reply, error) {
	known, err := p.Case.Parameters(p.Mode)
	if err != nil {
		return Reply{}, err
	}
	values := map[string]session.Secret{}
	for _, f := range q.Fields {
		value, ok := known[f.Name]
		if !ok && !f.Optional {
			return Reply{}, nil
		}
		if ok {
			values[f.Name] = value
		}
	}
	return Reply{Values: values}, nil
}

// choose takes the choice that the manifest names, else the account's own, else one that the rest of the answers fits.
func (p *Person) choose(q *session.InfoRequest) Reply {
	user := strings.ToLower(p.Case.Account.Username)
	for _, wanted := range []func(session.Choice) bool{
		p.named,
		func(c session.Choice) bool { return says(c, user) },
		func(c session.Choice) bool { return c.Automatable },
		func(c session.Choice) bool { return strings.Contains(c.ID, "accept") },
		func(c session.Choice) bool { return c.Type != choiceControl },
	} {
		if i := slices.IndexFunc(q.Choices, wanted); i >= 0 {
			return Reply{Choice: q.Choices[i].ID}
		}
	}
	return Reply{}
}

// choiceControl is the type of a choice on a page that was not understood.
const choiceControl = string(login.OptionControl)

// named reports whether the manifest names the choice.
func (p *Person) named(c session.Choice) bool {
	return slices.ContainsFunc(p.Case.Questions, func(q loginlab.Question) bool {
		return q.Answer == loginlab.AnswerChoose && q.Value != "" && says(c, strings.ToLower(q.Value))
	})
}

func says(c session.Choice, lower string) bool {
	return lower != "" && (strings.Contains(strings.ToLower(c.Label), lower) || strings.Contains(strings.ToLower(c.Description), lower))
}

// How a message is waited for.
const (
	messagePatience = 5 * time.Second
	messagePause    = 100 * time.Millisecond
)

// message returns the newest message; the zero Message when none comes. Sites send before they ask, but the page may show first.
func (p *Person) message(ctx context.Context) (loginlab.Message, error) {
	deadline := time.Now().Add(cmp.Or(p.Patience, messagePatience))
	for {
		m, ok, err := p.Lab.Message(ctx, p.Case.Name, p.Case.Account.Username)
		if ok || err != nil || time.Now().After(deadline) {
			return m, err
		}
		if err := pause(ctx, messagePause); err != nil {
			return loginlab.Message{}, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
