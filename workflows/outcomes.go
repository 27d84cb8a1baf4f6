package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

func failed(f *session.Failure) *outcome {
	state := session.OperationFailed
	if f.Class == session.FailureNeedsUser && f.Code == codeUnanswered {
		state = session.OperationExpired
	}
	return &outcome{state: state, failure: f}
}

// codeUnanswered is the code of the failure of a question that nobody answered in time.
const codeUnanswered = "question_expired"

func unanswered(q *session.InfoRequest) *session.Failure {
	return session.NewFailure(session.FailureNeedsUser, codeUnanswered,
		"nobody answered the question ("+string(q.Kind)+") before it expired; start the login again when somebody can")
}

func tooManyQuestions() *session.Failure {
	return session.NewFailure(session.FailureNeedsUser, "too_many_questions",
		"the site kept asking, question after question; log in once by hand to see what it wants, then start the login again")
}

// codeBrowserLost is the code of the failure, and of the reason for a question, after a lost browser.
const codeBrowserLost = "browser_lost"

// browserLost is the end after a lost browser, which says why the login did not begin anew.
func (l *login) browserLost() *session.Failure {
	why := "start the login again"
	switch {
	case l.rejected:
		why = "the site had refused a code or the credentials before, or may have, so nothing was submitted anew; if the credentials are right, start the login again"
	case l.attempt >= maxAttempts:
		why = "it had begun anew once already; start the login again"
	case l.questions > 0:
		why = "the site had asked a question before, and onBrowserLost says that the login ends then; start the login again, and expect a new question"
	}
	return session.NewFailure(session.FailureEngine, codeBrowserLost, "the browser of this login was lost; "+why)
}

// engineFault names what of ours broke. The cause stays in the log: it may quote what must not be told.
func engineFault(ctx workflow.Context, err error) *session.Failure {
	workflow.GetLogger(ctx).Error("login ends by a fault of the engine", "error", err)
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok && app.Type() == ErrorNoBrowser {
		return session.NewFailure(session.FailureEngine, "no_browser", app.Message())
	}
	if _, ok := errors.AsType[*temporal.TimeoutError](err); ok {
		return session.NewFailure(session.FailureEngine, "no_worker",
			"no worker took up or finished a step of this login in time; check that a worker with a browser runs, then start again")
	}
	return session.NewFailure(session.FailureEngine, "internal",
		"a step of this login failed inside the engine; the worker's log names the cause; start the login again")
}
