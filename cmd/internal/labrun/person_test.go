package labrun_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// fakeAnswers is a telephone, a mailbox and another device.
type fakeAnswers struct {
	message  loginlab.Message
	absent   int
	approved []string
	err      error
}

func (f *fakeAnswers) Message(_ context.Context, site, who string) (loginlab.Message, bool, error) {
	if f.absent > 0 {
		f.absent--
		return loginlab.Message{}, false, nil
	}
	return f.message, site == "site" && who == user, f.err
}

func (f *fakeAnswers) Approve(_ context.Context, site, who, number string) error {
	f.approved = append(f.approved, site+" "+who+" "+number)
	return f.err
}

func ask(kind session.InfoRequestKind, fields ...string) *session.InfoRequest {
	q := &session.InfoRequest{ID: "ask_1", Kind: kind, Message: "?"}
	for _, f := range fields {
		q.Fields = append(q.Fields, session.Field{Name: f})
	}
	return q
}

func reply(t *testing.T, p *labrun.Person, q *session.InfoRequest) labrun.Reply {
	t.Helper()
	r, err := p.Reply(t.Context(), q)
	require.NoError(t, err)
	return r
}

func value(r labrun.Reply, field string) string { return r.Values[field].Reveal() }

const otpauth = "otpauth://totp/lab:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=8&period=30"

func TestPerson_AnswersWhatTheManifestKnows(t *testing.T) {
	t.Parallel()
	lab := &fakeAnswers{message: loginlab.Message{Code: "123456", Link: "http://localhost/link"}, absent: 1}
	p := &labrun.Person{Lab: lab, Case: newCase(func(c *labrun.Case) { c.Account.SecurityAnswer = "Rex" }), Mode: labrun.ModeRight}
	require.Equal(t, "123456", value(reply(t, p, ask(session.AskCode, "code")), "code"), "also when the message comes a little later")
	require.Equal(t, "http://localhost/link", value(reply(t, p, ask(session.AskLink, "link")), "link"))
	require.Equal(t, "Rex", value(reply(t, p, ask(session.AskSecurityQuestion, "answer")), "answer"))
	creds := reply(t, p, ask(session.AskCredentials, "username", "password"))
	require.Equal(t, user, value(creds, "username"))
	require.Equal(t, "right", value(creds, "password"))

	p.Case.Questions = append(p.Case.Questions, loginlab.Question{Kind: loginlab.QuestionCaptcha, Answer: loginlab.AnswerValue, Value: "XK3D"})
	require.Equal(t, "XK3D", value(reply(t, p, ask(session.AskCaptcha, "answer")), "answer"))

	push := ask(session.AskApproval)
	push.DisplayCode = "42"
	require.True(t, reply(t, p, push).Elsewhere)
	require.Equal(t, []string{"site " + user + " 42"}, lab.approved)
}

func TestPerson_LeavesOpenWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	p := &labrun.Person{Lab: &fakeAnswers{}, Case: newCase(nil), Mode: labrun.ModeRight}
	for _, q := range []*session.InfoRequest{
		ask(session.AskCaptcha, "answer"), ask(session.AskUnknownPage, "a"), ask(session.AskSecurityQuestion, "answer"),
		ask(session.AskCredentials, "username", "shoeSize"), ask(session.AskChoice), ask(session.AskLink, "link"), ask(session.AskCode),
	} {
		r := reply(t, p, q)
		require.True(t, r.Open(), q.Kind)
	}
	optional := ask(session.AskCredentials, "username", "shoeSize")
	optional.Fields[1].Optional = true
	require.Len(t, reply(t, p, optional).Values, 1)
}

func TestPerson_WhoGetsNoMessage_LeavesTheQuestionOpen(t *testing.T) {
	t.Parallel()
	p := &labrun.Person{Lab: &fakeAnswers{absent: 1 << 20}, Case: newCase(nil), Patience: time.Nanosecond}
	for _, kind := range []session.InfoRequestKind{session.AskCode, session.AskLink} {
		r := reply(t, p, ask(kind, "code"))
		require.True(t, r.Open())
	}
}

func TestPerson_ComputesAuthenticatorCodes(t *testing.T) {
	t.Parallel()
	// RFC 6238, appendix B: 59 s, SHA-1.
	p := &labrun.Person{
		Lab: &fakeAnswers{}, Mode: labrun.ModeRight, Now: func() time.Time { return time.Unix(59, 0) },
		Case: newCase(func(c *labrun.Case) { c.Account.TOTPSecret = otpauth }),
	}
	require.Equal(t, "94287082", value(reply(t, p, ask(session.AskCode, "code")), "code"))

	// RFC 4226, appendix D: counters 1 and 2.
	p.Case.Account.TOTPSecret = "otpauth://hotp/lab:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&counter=1"
	require.Equal(t, "287082", value(reply(t, p, ask(session.AskCode, "code")), "code"))
	require.Equal(t, "359152", value(reply(t, p, ask(session.AskCode, "code")), "code"))

	p.Case.Account.TOTPSecret = "otpauth://%zz"
	_, err := p.Reply(t.Context(), ask(session.AskCode, "code"))
	require.Error(t, err)
}

func TestPerson_UsesEachBackupCodeOnce(t *testing.T) {
	t.Parallel()
	p := &labrun.Person{Lab: &fakeAnswers{message: loginlab.Message{Code: "none"}}, Mode: labrun.ModeRight, Case: newCase(func(c *labrun.Case) {
		c.Factor, c.Account.BackupCodes = loginlab.FactorBackupCode, []string{"aaaa", "bbbb"}
	})}
	require.Equal(t, "aaaa", value(reply(t, p, ask(session.AskCode, "code")), "code"))
	require.Equal(t, "bbbb", value(reply(t, p, ask(session.AskCode, "code")), "code"))
}

func TestPerson_AnswersTheFirstCodeWrongly_WhenToldTo(t *testing.T) {
	t.Parallel()
	for code, wrong := range map[string]string{"123456": "123457", "129": "120", "ab9z": "ab9y", "ABZ": "ABY", "k7wm": "k7wn"} {
		p := &labrun.Person{Lab: &fakeAnswers{message: loginlab.Message{Code: code}}, Case: newCase(nil), Mode: labrun.ModeWrongCode}
		require.Equal(t, wrong, value(reply(t, p, ask(session.AskCode, "code")), "code"))
		require.Equal(t, code, value(reply(t, p, ask(session.AskCode, "code")), "code"))
	}
}

func TestPerson_ChoosesByTheManifest_ThenSensibly(t *testing.T) {
	t.Parallel()
	p := &labrun.Person{Lab: &fakeAnswers{}, Mode: labrun.ModeRight, Case: newCase(func(c *labrun.Case) {
		c.Questions = []loginlab.Question{{Kind: loginlab.QuestionChoice, Answer: loginlab.AnswerChoose, Value: "Text message"}}
	})}
	sms := session.Choice{ID: "sms", Type: "method", Label: "Send a TEXT MESSAGE", Description: "•• 42"}
	mine := session.Choice{ID: "me", Type: "account", Label: "Ada", Description: "Signed in as " + user}
	totp := session.Choice{ID: "totp", Type: "method", Label: "Authenticator", Automatable: true}
	email := session.Choice{ID: "email", Type: "method", Label: "E-mail"}
	decline := session.Choice{ID: "decline", Type: "consent", Label: "No"}
	accept := session.Choice{ID: "accept", Type: "consent", Label: "Yes"}
	control := session.Choice{ID: "x", Type: "control", Label: "Help"}
	for _, tc := range []struct {
		choices []session.Choice
		want    string
	}{
		{[]session.Choice{email, totp, sms}, "sms"},
		{[]session.Choice{email, mine}, "me"},
		{[]session.Choice{email, totp}, "totp"},
		{[]session.Choice{decline, accept}, "accept"},
		{[]session.Choice{control, email}, "email"},
		{[]session.Choice{control}, ""},
	} {
		q := ask(session.AskChoice)
		q.Choices = tc.choices
		require.Equal(t, tc.want, reply(t, p, q).Choice)
	}
}

func TestPerson_WhenTheLabFails_SaysSo(t *testing.T) {
	t.Parallel()
	broken := errors.New("the lab is gone")
	p := &labrun.Person{Lab: &fakeAnswers{err: broken}, Case: newCase(nil), Mode: labrun.ModeRight}
	for _, kind := range []session.InfoRequestKind{session.AskCode, session.AskApproval, session.AskLink} {
		_, err := p.Reply(t.Context(), ask(kind, "code"))
		require.ErrorIs(t, err, broken)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := (&labrun.Person{Lab: &fakeAnswers{absent: 1000}, Case: newCase(nil)}).Reply(ctx, ask(session.AskCode, "code"))
	require.ErrorIs(t, err, context.Canceled)
}
