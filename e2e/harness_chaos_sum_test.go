//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Ends of a chaos login that are right, as far as they fit to what was killed.
const (
	endUndisturbed = "session; no browser was killed meanwhile"
	endSpared      = "session on the same page; a browser was killed before it had a page, or another's"
	endAnew        = "session after a new attempt; its browser was killed"
	endLost        = "browser_lost; its browser was killed again"
	// endDoubt is the end of a login whose worker was killed in the moment of typing the code, and then its browser: the code may have
	// been refused, and after a refusal nothing is submitted anew.
	endDoubt = "browser_lost; a worker was killed in the moment of typing the code, then its browser"
	// endUnknown is the end of a login whose process was killed between the claim of a submit and what the site made of it: nobody
	// can tell, so nothing is submitted again.
	endUnknown = "submit_outcome_unknown; killed in the very moment of a submit"
	endFinding = "NOT RIGHT"
)

// reasonCodeUnknown: a worker was killed in the very moment of typing a code, so it is asked for again; see endUnknown.
const reasonCodeUnknown = "code_outcome_unknown"

// chaosSum judges and counts.
type chaosSum struct {
	logins []*chaosLogin
	kills  []kill
	lab    *lab

	ends     map[string]int
	findings []string
	// attempts counts logins by their attempts.
	attempts map[int]int
	// asksAnew is how long after the last kill of a browser the new question was there.
	asksAnew []time.Duration
	repeated int
}

func sumUp(lab *lab, logins []*chaosLogin, kills []kill) *chaosSum {
	s := &chaosSum{logins: logins, kills: kills, lab: lab, ends: map[string]int{}, attempts: map[int]int{}}
	events := lab.Events()
	for _, l := range logins {
		s.repeated += l.repeated
		s.attempts[l.op.Attempt]++
		a := arrivedAt(events, l.plannedLogin)
		end, wrong := s.judge(l, a)
		if len(wrong) > 0 {
			end = endFinding
			s.findings = append(s.findings, s.tell(l, a, wrong))
		}
		s.ends[end]++
		s.noteQuestions(l)
	}
	for _, k := range kills {
		if k.err != nil {
			s.findings = append(s.findings, fmt.Sprintf("kill %d: %s did not come back: %s", k.n, k.name, k.err))
		}
	}
	if again := lab.codes.repeated(); len(again) > 0 {
		s.findings = append(s.findings, fmt.Sprintf("%d codes arrived more than once", len(again)))
	}
	return s
}

// killsIn are the kills of browsers in the life of a login.
func (s *chaosSum) killsIn(l *chaosLogin) []kill {
	var during []kill
	for _, k := range s.kills {
		if k.browser && k.at.After(l.began) && k.at.Before(l.ended) {
			during = append(during, k)
		}
	}
	return during
}

// judge says how a login ended, and what is wrong with that.
func (s *chaosSum) judge(l *chaosLogin, a arrived) (end string, wrong []string) {
	lost := s.killsIn(l)
	must := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	if err := errors.Join(l.startErr, l.readErr); err != nil {
		must(false, "not begun, or lost: %v", err)
		return endFinding, wrong
	}
	must(!errors.Is(l.runErr, errNoAnswer), "%v", l.runErr)
	must(l.op.State.Final() || errors.Is(l.runErr, errNoAnswer), "hangs: %s after %s: %v", l.op.State, l.ended.Sub(l.began).Round(time.Second), l.runErr)
	must(a.passwords <= max(l.op.Attempt, 1), "%d passwords submitted in %d attempts", a.passwords, l.op.Attempt)
	must(a.codesSent <= max(l.op.Attempt, 1), "%d codes sent in %d attempts", a.codesSent, l.op.Attempt)
	must(a.codes <= l.given, "%d codes typed of %d given", a.codes, l.given)
	must(len(a.wrong) == 0, "the site refused: %s", strings.Join(a.wrong, ", "))
	must(l.op.Attempt <= 1 || len(lost) > 0, "%d attempts, and no browser was killed", l.op.Attempt)
	switch {
	case l.op.State == session.OperationSucceeded:
		must(l.op.Verdict != nil && l.op.Verdict.Proven, "the session is not proven")
		must(a.logins >= 1, "the site let nobody in")
		end = s.endOfSession(l, a, len(lost), must)
	case l.op.Failure == nil:
		must(!l.op.State.Final(), "%s without a failure", l.op.State)
	case l.op.Failure.Code == "browser_lost" && len(lost) == 1 && l.asked(reasonCodeUnknown) > 0:
		end = endDoubt
	case l.op.Failure.Code == "browser_lost":
		must(len(lost) >= 2, "browser_lost after %d kills of a browser", len(lost))
		end = endLost
	case strings.HasSuffix(l.op.Failure.Code, "outcome_unknown"):
		must(a.logins == 0, "the site had let it in")
		end = endUnknown
	default:
		must(false, "%s: %s", l.op.Failure.Code, l.op.Failure.Message)
	}
	return end, wrong
}

// endOfSession judges a login that ended with its session.
func (s *chaosSum) endOfSession(l *chaosLogin, a arrived, lost int, must func(ok bool, format string, args ...any)) string {
	sent := len(l.site.Questions)
	if l.op.Attempt > 1 {
		plain := len(l.questions) - l.asked("browser_lost") - l.asked(reasonCodeUnknown)
		must(plain <= sent, "asked %d times as if for the first time, where the site asks %d times", plain, sent)
		return endAnew
	}
	must(a.passwords == 1, "%d passwords submitted on one page", a.passwords)
	must(a.codesSent == sent && a.codes == sent, "%d codes sent and %d typed on one page, where %d are right", a.codesSent, a.codes, sent)
	must(len(l.questions) <= sent+l.asked(reasonCodeUnknown), "%d questions on one page", len(l.questions))
	if lost > 0 {
		return endSpared
	}
	return endUndisturbed
}

func (s *chaosSum) noteQuestions(l *chaosLogin) {
	for _, q := range l.questions {
		if q.reason != "browser_lost" {
			continue
		}
		var last time.Time
		for _, k := range s.kills {
			if k.browser && k.at.Before(q.at) {
				last = k.at
			}
		}
		s.asksAnew = append(s.asksAnew, q.at.Sub(last))
	}
}

// tell says all that is known of a login that did not end right.
func (s *chaosSum) tell(l *chaosLogin, a arrived, wrong []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "operation %s of %s at %s (%s), %s to %s: %s", l.operation, l.user, l.site.Name, l.temper, stamp(l.began), stamp(l.ended), strings.Join(wrong, "; "))
	fmt.Fprintf(&b, "\n  state %s, step %s, attempt %d, failure %v, followed with %v; %d answers given", l.op.State, l.op.Step, l.op.Attempt, l.op.Failure, l.runErr, l.given)
	fmt.Fprintf(&b, "\n  the lab: %d passwords, %d codes sent, %d codes typed, %d logins", a.passwords, a.codesSent, a.codes, a.logins)
	for _, q := range l.questions {
		fmt.Fprintf(&b, "\n  %s asked: %s %s (%s)", stamp(q.at), q.kind, q.id, q.reason)
	}
	for _, e := range s.lab.Events() {
		if e.User == l.user {
			fmt.Fprintf(&b, "\n  %s lab: %s %s %s", stamp(e.At), e.Kind, e.Outcome, e.Path)
		}
	}
	for _, k := range s.kills {
		if k.at.After(l.began.Add(-5*time.Second)) && k.at.Before(l.ended) {
			fmt.Fprintf(&b, "\n  %s kill %d: %s, back after %s", stamp(k.at), k.n, k.name, k.back.Round(time.Millisecond))
		}
	}
	return b.String()
}

// String is the table that a chaos ends with.
func (s *chaosSum) String() string {
	var b strings.Builder
	row := func(what string, format string, args ...any) {
		fmt.Fprintf(&b, "  %-92s %s\n", what, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(&b, "%d logins, %d kills\n", len(s.logins), len(s.kills))
	for _, end := range slices.Sorted(maps.Keys(s.ends)) {
		row(end, "%d", s.ends[end])
	}
	for _, n := range slices.Sorted(maps.Keys(s.attempts)) {
		row(fmt.Sprintf("logins with %d attempts", n), "%d", s.attempts[n])
	}
	row("questions asked anew, since the browser was lost", "%d", len(s.asksAnew))
	codeUnknown := 0
	for _, l := range s.logins {
		codeUnknown += l.asked(reasonCodeUnknown)
	}
	row("questions asked again, since a worker was killed in the moment of typing the code", "%d", codeUnknown)
	row("from the kill of the browser to the new question", "%s", spread(s.asksAnew))
	var took []time.Duration
	for _, l := range s.logins {
		thought := time.Duration(0)
		for n := range l.given {
			thought += l.think(n)
		}
		took = append(took, l.ended.Sub(l.began)-thought)
	}
	row("a login, without the time that the person took", "%s", spread(took))
	row("calls that failed for longer than the client bears by itself, and were made again", "%d", s.repeated)
	for _, name := range slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, k := range s.kills {
			if !yield(k.name) {
				return
			}
		}
	})) {
		var back []time.Duration
		for _, k := range s.kills {
			if k.name == name {
				back = append(back, k.back-k.down)
			}
		}
		row("kills of "+name+"; from its new start to ready", "%d; %s", len(back), spread(back))
	}
	return b.String()
}

// spread tells the median, the 95th percentile and the most.
func spread(all []time.Duration) string {
	if len(all) == 0 {
		return "-"
	}
	sorted := slices.Sorted(slices.Values(all))
	at := func(share float64) time.Duration {
		return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)].Round(10 * time.Millisecond)
	}
	return fmt.Sprintf("median %s, p95 %s, most %s", at(0.5), at(0.95), at(1))
}
