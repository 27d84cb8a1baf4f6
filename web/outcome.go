package web

import (
	"time"

	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

const (
	askAgain = "Ask whoever sent you the link to start again."
	closeIt  = "You can close this page."
)

// closedView is for who has the link of a question that cannot be answered any more. It does not tell how the login went: that
// is for who answered it.
func closedView(l service.Linked) view {
	now := l.Operation.UpdatedAt
	switch l.Standing { //nolint:exhaustive // an open question has another page; the login is over in all other cases
	case service.StandingAnswered:
		v := viewOf(l, "Already answered")
		v.Status = "This question was answered at " + clockOf(l.AnsweredAt, now) + "."
		v.Text = []string{"Each link works once. If you sent the answer yourself, it has arrived and there is nothing more to do here; should the site ask again, that has a link of its own."}
		return v
	case service.StandingExpired:
		v := viewOf(l, "Too late")
		v.Status = "The time for this answer was up at " + clockOf(l.Question.ExpiresAt, now) + "."
		v.Text = []string{askAgain}
		return v
	case service.StandingPassed:
		v := viewOf(l, "No longer asked")
		v.Status = "The login went on without this answer."
		v.Text = []string{"There is nothing to do here. Should the site ask something else, that has a link of its own."}
		return v
	}
	v := viewOf(l, "No longer asked")
	v.Status = "This login has ended, so nothing is asked any more."
	v.Text = []string{"If it is still needed, ask whoever sent you the link to start again."}
	return v
}

// progressView tells who answered what came of it.
func progressView(l service.Linked, now time.Time) view {
	op := l.Operation
	switch {
	case op.State == session.OperationSucceeded:
		v := viewOf(l, "Logged in")
		v.Mark, v.Status, v.Text = markGood, "The login is done.", []string{closeIt}
		return v
	case op.State == session.OperationExpired || !op.State.Final() && l.Standing == service.StandingExpired:
		v := viewOf(l, "Too late")
		v.Status, v.Text = "The time for an answer was up at "+clockOf(l.Question.ExpiresAt, now)+".", []string{askAgain}
		return v
	case op.State == session.OperationCanceled:
		v := viewOf(l, "Canceled")
		v.Status, v.Text = "The login was canceled.", []string{closeIt}
		return v
	case op.State.Final():
		return failedView(l)
	case !op.CancelRequestedAt.IsZero():
		return busyView(l, "Canceling…", "The login is being canceled.", now)
	case op.Step == session.StepVerifying, op.Step == session.StepCapturing:
		return busyView(l, "Checking…", "The site let us in. A last check is under way.", now)
	case l.Standing == service.StandingAnswered:
		return busyView(l, "Checking…", "Your answer has arrived. Now it is the site's turn.", now)
	}
	return busyView(l, "Checking…", "The login goes on.", now)
}

// busyView looks again by itself: often at first, then less, and not for ever.
func busyView(l service.Linked, title, status string, now time.Time) view {
	v := viewOf(l, title)
	v.Status, v.Busy = status, true
	since := l.AnsweredAt
	for _, t := range []time.Time{l.ClosedAt, l.Operation.CancelRequestedAt} {
		if t.After(since) {
			since = t
		}
	}
	switch waited := now.Sub(since); {
	case waited < longCheck:
		v.refresh(pauseChecking, "?")
		v.Text = []string{"This page shows by itself how it goes on."}
	case waited < longestCheck:
		v.refresh(pauseLong, "?")
		v.Text = []string{"This takes longer than usual. You may wait here, or come back to this page later: your answer is kept."}
	default:
		v.Text = []string{"This takes much longer than usual. Your answer is kept; come back to this page later."}
		v.Link, v.LinkText = "?", "Look again"
	}
	return v
}

// failures say what each class means to a person who has nothing but this page, and what to do.
var failures = map[session.FailureClass]string{
	session.FailureCredential:  "The site did not accept the user name or the password. Whoever sent you the link has to check them.",
	session.FailureLockout:     "The site has locked the account, or wants a pause. Do not try again right away; tell whoever sent you the link.",
	session.FailureNeedsUser:   "The site wants something that was not given in time, or cannot be given here. " + askAgain,
	session.FailureSite:        "The site could not be reached, or had a fault of its own. It may work later. " + askAgain,
	session.FailureBlocked:     "Either the site refuses this login, or it would have been unsafe to go on. Tell whoever sent you the link.",
	session.FailureUnsupported: "The site showed something that this service cannot handle. Tell whoever sent you the link.",
	session.FailureEngine:      "Something went wrong on our side, not on yours. " + askAgain,
}

func failedView(l service.Linked) view {
	v := viewOf(l, "Not logged in")
	v.Mark, v.Status = markBad, "The login did not work."
	if f := l.Operation.Failure; f != nil {
		if text := failures[f.Class]; text != "" {
			v.Text = append(v.Text, text)
		}
		v.SiteSaid = f.SiteError
	}
	return v
}
