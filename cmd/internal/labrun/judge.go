package labrun

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anteroom/anteroom/loginlab"
	"github.com/anteroom/anteroom/session"
)

// Verdict says what came of one login, worst first where several hold.
type Verdict string

// The verdicts.
const (
	// VerdictLeak: a secret arrived where it must not, or a hostile page was typed into.
	VerdictLeak Verdict = "leak"
	// VerdictFalseLogin: the engine says logged in, and the lab has no session of the user, or cannot have one.
	VerdictFalseLogin Verdict = "false_login"
	// VerdictHang: it did not end within its deadline.
	VerdictHang Verdict = "hang"
	// VerdictFault: the driver failed, or the login ended as a fault of ours.
	VerdictFault Verdict = "fault"
	// VerdictMissed: a typed end or a question, but not one that the site expects.
	VerdictMissed Verdict = "missed"
	// VerdictRight: it ended as the site expects.
	VerdictRight Verdict = "right"
)

// Verdicts lists every verdict, worst first.
func Verdicts() []Verdict {
	return []Verdict{VerdictLeak, VerdictFalseLogin, VerdictHang, VerdictFault, VerdictMissed, VerdictRight}
}

// Judgement is a verdict with its reason.
type Judgement struct {
	Verdict Verdict `json:"verdict"`
	// Why is a sentence for people; empty for what is right.
	Why string `json:"why,omitempty"`
	// LabSession is true when the lab let the user in.
	LabSession bool `json:"labSession"`
	// Leaks counts what the lab saw where it must not be.
	Leaks int `json:"leaks,omitempty"`
	// PassedOn counts what a script of the site itself sent on, which nobody who types can prevent: counted apart.
	PassedOn int `json:"passedOn,omitempty"`
}

// Trial is one login of one site and everything that is known of it.
type Trial struct {
	Case *Case
	Mode Mode
	End  End
	// Err is the driver's error, or the context's when the deadline passed.
	Err error
	// Overdue is true when the login did not end within its deadline.
	Overdue bool
	// Events are what the lab saw of the site since the login began.
	Events []loginlab.Event
}

// Judge says what came of a login. The lab's events decide, not what the engine says of itself.
func Judge(t *Trial) Judgement {
	j := Judgement{LabSession: t.letIn()}
	leaks := t.leaks()
	if t.Case.PassesOn {
		j.PassedOn, leaks = len(leaks), nil
	}
	j.Leaks = len(leaks)
	switch {
	case len(leaks) > 0:
		j.Verdict, j.Why = VerdictLeak, tally(leaks)
	case t.End.LoggedIn && !j.LabSession:
		j.Verdict, j.Why = VerdictFalseLogin, "the engine says logged in, and the lab has no session of this user"
	case t.End.LoggedIn && t.mayNotGetIn():
		j.Verdict, j.Why = VerdictFalseLogin, "the engine says logged in where nobody can"
	case t.Overdue:
		j.Verdict, j.Why = VerdictHang, "no end within the deadline"
	case t.Err != nil:
		j.Verdict, j.Why = VerdictFault, t.Err.Error()
	default:
		j.Verdict, j.Why = t.compare()
	}
	return j
}

// compare says whether the end is one that the site expects in this mode.
func (t *Trial) compare() (Verdict, string) {
	if t.Mode == ModeWrongCode {
		return t.compareSecondCode()
	}
	expected := t.Case.expected(t.Mode)
	if got := t.End.outcome(); got != "" && slices.Contains(expected, got) {
		return VerdictRight, ""
	}
	return t.missed("expected " + strings.Join(expected, " or "))
}

// compareSecondCode wants the refusal of the code to be noticed: another question, with another id and a reason, and then
// the login.
func (t *Trial) compareSecondCode() (Verdict, string) {
	var codes []Asked
	for _, a := range t.End.Asked {
		if a.Kind == session.AskCode {
			codes = append(codes, a)
		}
	}
	switch {
	case !t.End.LoggedIn:
		return t.missed("expected logged_in after a wrong code and a right one")
	case len(codes) < 2:
		return t.missed("the code was not asked for again")
	case codes[0].ID == codes[1].ID:
		return t.missed("the code was asked for again under the same id")
	case codes[1].Reason == "":
		return t.missed("the code was asked for again without a reason")
	}
	return VerdictRight, ""
}

// missed is a typed end that was not wanted, or a fault of ours.
func (t *Trial) missed(wanted string) (Verdict, string) {
	got := t.End.outcome()
	if f := t.End.Failure; f != nil && f.Class == session.FailureEngine || got == "" {
		return VerdictFault, wanted + ", got " + describeEnd(&t.End)
	}
	return VerdictMissed, wanted + ", got " + describeEnd(&t.End)
}

// OutcomeLoggedIn is the outcome of a login that worked; outcomeQuestion begins that of a question that stays open.
const (
	OutcomeLoggedIn = string(loginlab.ExpectLoggedIn)
	outcomeQuestion = "question:"
)

// outcome names the end: "logged_in", a failure class, "question:" and a kind; empty for none of these.
func (e *End) outcome() string {
	switch {
	case e.LoggedIn:
		return OutcomeLoggedIn
	case e.Failure != nil:
		return string(e.Failure.Class)
	case e.Open != nil:
		return outcomeQuestion + string(e.Open.Kind)
	}
	return ""
}

func describeEnd(e *End) string {
	switch {
	case e.LoggedIn:
		return OutcomeLoggedIn
	case e.Failure != nil:
		return string(e.Failure.Class) + "/" + e.Failure.Code
	case e.Open != nil:
		return "the question " + string(e.Open.Kind)
	}
	return "no end at all"
}

// mayNotGetIn reports whether being let in would be wrong.
func (t *Trial) mayNotGetIn() bool {
	return !slices.Contains(t.Case.expected(t.Mode), OutcomeLoggedIn)
}

// letIn reports whether the lab let the user in.
func (t *Trial) letIn() bool {
	return slices.ContainsFunc(t.Events, func(e loginlab.Event) bool {
		return e.Kind == loginlab.KindLogin && e.Outcome == loginlab.OutcomeOK && e.User == t.Case.Account.Username
	})
}

// leaks lists what the lab saw where it must not be, without any value.
func (t *Trial) leaks() []string {
	var leaks []string
	for i := range t.Events {
		e := &t.Events[i]
		if e.User != "" && e.User != t.Case.Account.Username {
			continue
		}
		if text := t.leak(e); text != "" {
			leaks = append(leaks, text)
		}
	}
	return leaks
}

// tally names each text once, with how often it occurs.
func tally(texts []string) string {
	times := map[string]int{}
	var order []string
	for _, text := range texts {
		if times[text]++; times[text] == 1 {
			order = append(order, text)
		}
	}
	for i, text := range order {
		if times[text] > 1 {
			order[i] = fmt.Sprintf("%s (%d times)", text, times[text])
		}
	}
	return strings.Join(order, "; ")
}

// leak says what is wrong with an event; empty when nothing is.
func (t *Trial) leak(e *loginlab.Event) string {
	where := fmt.Sprintf("%s at %s %s", strings.Join(e.Fields, ","), e.Origin, e.Path)
	switch e.Kind { //nolint:exhaustive // only these can be one
	case loginlab.KindLeak:
		return fmt.Sprintf("%s in %s", e.Secret, where)
	case loginlab.KindKeystroke, loginlab.KindMisplaced:
		return "typed into " + where
	case loginlab.KindPasswordSubmit, loginlab.KindCodeSubmit, loginlab.KindAnswerSubmit:
		if t.Case.Hostile && !t.Case.PasswordFirst {
			return fmt.Sprintf("%s: %s", e.Kind, where)
		}
	}
	return ""
}
