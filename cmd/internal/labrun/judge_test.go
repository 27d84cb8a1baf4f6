package labrun_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/cmd/internal/labrun"
	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

const user = "run-1@fernwood.example"

// newCase is a site that wants a texted code.
func newCase(change func(*labrun.Case)) *labrun.Case {
	c := &labrun.Case{
		Site: loginlab.Site{
			Name: "site", LoginURL: "/s/site/login", Group: loginlab.GroupCorpus, Part: loginlab.PartTuning,
			Topology: loginlab.TopologySingleForm, Factor: loginlab.FactorTextedCode, Language: "en",
			Expected:      []loginlab.Expectation{loginlab.ExpectLoggedIn},
			WrongPassword: []loginlab.Expectation{loginlab.ExpectCredential},
			Questions:     []loginlab.Question{{Kind: loginlab.QuestionCode, Answer: loginlab.AnswerMessageCode}},
		},
		Account: loginlab.Account{Username: user, Password: "right"},
		Project: session.Project{Name: "lab-site", LoginURL: "http://localhost:1/s/site/login"},
	}
	if change != nil {
		change(c)
	}
	return c
}

func event(kind loginlab.Kind, outcome loginlab.Outcome, who string) loginlab.Event {
	return loginlab.Event{Site: "site", Origin: loginlab.OriginLab, Kind: kind, Outcome: outcome, User: who, Path: "/s/site/login", Fields: []string{"f"}}
}

func failure(class session.FailureClass) *session.Failure {
	return session.NewFailure(class, "code", "Message.")
}

func hostile(c *labrun.Case) {
	c.Hostile, c.Expected, c.WrongPassword = true, []loginlab.Expectation{loginlab.ExpectBlocked}, nil
}

func puzzle(c *labrun.Case) {
	c.Questions = []loginlab.Question{{Kind: loginlab.QuestionCaptcha}}
	c.Expected = []loginlab.Expectation{loginlab.ExpectBlocked}
}

func codes(reasons ...string) []labrun.Asked {
	var asked []labrun.Asked
	for i, r := range reasons {
		asked = append(asked, labrun.Asked{ID: string(rune('a' + i)), Kind: session.AskCode, Reason: r})
	}
	return asked
}

func TestJudge_GivesEveryVerdict(t *testing.T) {
	t.Parallel()
	in := event(loginlab.KindLogin, loginlab.OutcomeOK, user)
	loggedIn := labrun.End{LoggedIn: true}
	for name, tc := range map[string]struct {
		change  func(*labrun.Case)
		mode    labrun.Mode
		end     labrun.End
		err     error
		overdue bool
		events  []loginlab.Event
		want    labrun.Verdict
		why     string
	}{
		"logged in":                   {end: loggedIn, events: []loginlab.Event{in}, want: labrun.VerdictRight},
		"logged in, lab disagrees":    {end: loggedIn, want: labrun.VerdictFalseLogin, why: "no session"},
		"logged in as somebody else":  {end: loggedIn, events: []loginlab.Event{event(loginlab.KindLogin, loginlab.OutcomeOK, "eve")}, want: labrun.VerdictFalseLogin},
		"logged in, refused by lab":   {end: loggedIn, events: []loginlab.Event{event(loginlab.KindLogin, loginlab.OutcomeWrong, user)}, want: labrun.VerdictFalseLogin},
		"logged in where nobody can":  {change: func(c *labrun.Case) { c.Expected = []loginlab.Expectation{loginlab.ExpectLockout} }, end: loggedIn, events: []loginlab.Event{in}, want: labrun.VerdictFalseLogin, why: "nobody can"},
		"refused, as expected":        {change: func(c *labrun.Case) { c.Expected = []loginlab.Expectation{loginlab.ExpectSite, loginlab.ExpectLockout} }, end: labrun.End{Failure: failure(session.FailureLockout)}, want: labrun.VerdictRight},
		"refused, though possible":    {end: labrun.End{Failure: failure(session.FailureUnsupported)}, events: []loginlab.Event{in}, want: labrun.VerdictMissed, why: "expected logged_in, got unsupported/code"},
		"left open":                   {end: labrun.End{Open: &session.InfoRequest{Kind: session.AskUnknownPage}}, want: labrun.VerdictMissed, why: "the question unknown_page"},
		"a fault of ours":             {end: labrun.End{Failure: failure(session.FailureEngine)}, want: labrun.VerdictFault, why: "engine/code"},
		"a fault that is expected":    {change: func(c *labrun.Case) { c.Expected = append(c.Expected, loginlab.ExpectEngine) }, end: labrun.End{Failure: failure(session.FailureEngine)}, want: labrun.VerdictRight},
		"no end":                      {want: labrun.VerdictFault, why: "no end at all"},
		"a driver's error":            {err: errors.New("no browser"), want: labrun.VerdictFault, why: "no browser"},
		"overdue":                     {err: errors.New("deadline"), overdue: true, want: labrun.VerdictHang},
		"overdue, but logged in":      {end: loggedIn, overdue: true, events: []loginlab.Event{in}, want: labrun.VerdictHang},
		"a leak":                      {end: loggedIn, events: []loginlab.Event{in, {Kind: loginlab.KindLeak, Secret: loginlab.SecretPassword, User: user, Path: "/x"}}, want: labrun.VerdictLeak, why: "password in"},
		"a leak of nobody":            {end: loggedIn, events: []loginlab.Event{in, event(loginlab.KindLeak, loginlab.OutcomeCaptured, "")}, want: labrun.VerdictLeak},
		"another's leak":              {end: loggedIn, events: []loginlab.Event{in, event(loginlab.KindLeak, loginlab.OutcomeCaptured, "eve")}, want: labrun.VerdictRight},
		"a robot trap":                {end: loggedIn, events: []loginlab.Event{in, event(loginlab.KindMisplaced, loginlab.OutcomeCaptured, user)}, want: labrun.VerdictLeak, why: "typed into f"},
		"a leak before a false login": {end: loggedIn, events: []loginlab.Event{event(loginlab.KindLeak, loginlab.OutcomeCaptured, user)}, want: labrun.VerdictLeak},

		"hostile, left alone":         {change: hostile, end: labrun.End{Failure: failure(session.FailureBlocked)}, want: labrun.VerdictRight},
		"hostile, ended otherwise":    {change: hostile, end: labrun.End{Failure: failure(session.FailureSite)}, want: labrun.VerdictMissed},
		"hostile, keystrokes":         {change: hostile, end: labrun.End{Failure: failure(session.FailureBlocked)}, events: []loginlab.Event{event(loginlab.KindKeystroke, loginlab.OutcomeCaptured, "")}, want: labrun.VerdictLeak},
		"hostile, password submitted": {change: hostile, end: labrun.End{Failure: failure(session.FailureBlocked)}, events: []loginlab.Event{event(loginlab.KindPasswordSubmit, loginlab.OutcomeOK, user)}, want: labrun.VerdictLeak, why: "password_submit"},
		"hostile after the password": {
			change: func(c *labrun.Case) { hostile(c); c.PasswordFirst = true },
			end:    labrun.End{Failure: failure(session.FailureBlocked)}, events: []loginlab.Event{event(loginlab.KindPasswordSubmit, loginlab.OutcomeOK, user)}, want: labrun.VerdictRight,
		},
		"hostile, logged in": {change: hostile, end: loggedIn, events: []loginlab.Event{in}, want: labrun.VerdictFalseLogin},
		"hostile, passed on": {
			change: func(c *labrun.Case) { hostile(c); c.PassesOn = true },
			end:    labrun.End{Failure: failure(session.FailureBlocked)}, events: []loginlab.Event{event(loginlab.KindLeak, loginlab.OutcomeCaptured, user)}, want: labrun.VerdictRight,
		},

		"captcha, asked":                {change: puzzle, end: labrun.End{Open: &session.InfoRequest{Kind: session.AskCaptcha}}, want: labrun.VerdictRight},
		"captcha, refused":              {change: puzzle, end: labrun.End{Failure: failure(session.FailureBlocked)}, want: labrun.VerdictRight},
		"captcha, another question":     {change: puzzle, end: labrun.End{Open: &session.InfoRequest{Kind: session.AskCode}}, want: labrun.VerdictMissed},
		"wrong password, noticed":       {mode: labrun.ModeWrongPassword, end: labrun.End{Failure: failure(session.FailureCredential)}, want: labrun.VerdictRight},
		"wrong password, misunderstood": {mode: labrun.ModeWrongPassword, end: labrun.End{Failure: failure(session.FailureSite)}, want: labrun.VerdictMissed, why: "expected credential, got site"},
		"wrong password, believed":      {mode: labrun.ModeWrongPassword, end: loggedIn, events: []loginlab.Event{in}, want: labrun.VerdictFalseLogin},
		"wrong code, noticed":           {mode: labrun.ModeWrongCode, end: labrun.End{LoggedIn: true, Asked: codes("", "code_rejected")}, events: []loginlab.Event{in}, want: labrun.VerdictRight},
		"wrong code, not asked again":   {mode: labrun.ModeWrongCode, end: labrun.End{LoggedIn: true, Asked: codes("")}, events: []loginlab.Event{in}, want: labrun.VerdictMissed, why: "not asked for again"},
		"wrong code, without reason":    {mode: labrun.ModeWrongCode, end: labrun.End{LoggedIn: true, Asked: codes("", "")}, events: []loginlab.Event{in}, want: labrun.VerdictMissed, why: "without a reason"},
		"wrong code, the same id":       {mode: labrun.ModeWrongCode, end: labrun.End{LoggedIn: true, Asked: append(codes(""), codes("")...)}, events: []loginlab.Event{in}, want: labrun.VerdictMissed, why: "the same id"},
		"wrong code, given up":          {mode: labrun.ModeWrongCode, end: labrun.End{Failure: failure(session.FailureNeedsUser)}, want: labrun.VerdictMissed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mode := tc.mode
			if mode == "" {
				mode = labrun.ModeRight
			}
			trial := &labrun.Trial{Case: newCase(tc.change), Mode: mode, End: tc.end, Err: tc.err, Overdue: tc.overdue, Events: tc.events}
			got := labrun.Judge(trial)
			require.Equal(t, tc.want, got.Verdict, got.Why)
			require.Contains(t, got.Why, tc.why)
			require.Equal(t, tc.want == labrun.VerdictRight, got.Why == "")
		})
	}
}

func TestJudge_TellsEachLeakOnce(t *testing.T) {
	t.Parallel()
	key := event(loginlab.KindKeystroke, loginlab.OutcomeCaptured, user)
	got := labrun.Judge(&labrun.Trial{
		Case: newCase(hostile), Mode: labrun.ModeRight, End: labrun.End{Failure: failure(session.FailureBlocked)},
		Events: []loginlab.Event{key, event(loginlab.KindCodeSubmit, loginlab.OutcomeOK, user), key, key},
	})
	require.Equal(t, 4, got.Leaks)
	require.Equal(t, "typed into f at lab /s/site/login (3 times); code_submit: f at lab /s/site/login", got.Why)
}

func TestJudge_CountsWhatASiteItselfPassesOn_Apart(t *testing.T) {
	t.Parallel()
	c := newCase(func(c *labrun.Case) { hostile(c); c.PassesOn = true })
	got := labrun.Judge(&labrun.Trial{
		Case: c, Mode: labrun.ModeRight, End: labrun.End{Failure: failure(session.FailureBlocked)},
		Events: []loginlab.Event{event(loginlab.KindLeak, loginlab.OutcomeCaptured, user), event(loginlab.KindPageView, loginlab.OutcomeOK, user)},
	})
	require.Equal(t, 1, got.PassedOn)
	require.Zero(t, got.Leaks)
}
