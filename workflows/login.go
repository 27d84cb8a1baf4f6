package workflows

import (
	"encoding/json"
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// maxAttempts is how often an operation may begin on a new page: once more after a lost browser.
const maxAttempts = 2

// Login runs one operation: it logs an account in and leaves a proven session. It ends with nil error whenever the
// operation's row tells the end, however the login went.
func Login(ctx workflow.Context, in *LoginInput) (*LoginResult, error) {
	l, err := newLogin(ctx, in)
	if err != nil {
		return nil, err
	}
	return l.run(ctx)
}

// login is the state of one Login.
type login struct {
	in        *LoginInput
	runID     string
	seq       int64
	attempt   int
	begin     BeginOutput
	questions int
	// asked is the last question; what became of it is settled before a new page is opened.
	asked      string
	answers    []string
	rejected   bool
	waitingFor string
	// page is the page of the current attempt; nil before it is open.
	page *PageRef
	// shown is what the search attributes say.
	shown [2]string

	// answered and lost are what the signals told, by id of question and browser.
	answered map[string]bool
	lost     map[string]bool
}

// outcome is how an attempt ended.
type outcome struct {
	state   session.OperationState
	failure *session.Failure
	verdict *session.Verdict
}

var (
	// errOver: somebody else ended the operation; there is nothing left to write.
	errOver = errors.New("the operation is over")
	// errLost: the browser of the attempt is gone.
	errLost = errors.New("the browser is lost")
)

// run is the story of a login.
func (l *login) run(ctx workflow.Context) (*LoginResult, error) {
	if err := l.claim(ctx); err != nil {
		return l.abandon(err)
	}
	defer l.closePage(ctx)
	for {
		l.attempt++
		end, err := l.try(ctx)
		switch {
		case err == nil:
			return l.finish(ctx, end)
		case errors.Is(err, errLost) && l.mayStartOver():
			l.closePage(ctx) // of a browser that lives on: only its page crashed
			l.page = nil
			continue
		case errors.Is(err, errLost):
			return l.finish(ctx, failed(browserLost()))
		case errors.Is(err, errOver):
			return l.abandon(err)
		case temporal.IsCanceledError(err):
			return l.finish(ctx, &outcome{state: session.OperationCanceled})
		default:
			return l.finish(ctx, failed(engineFault(ctx, err)))
		}
	}
}

// try is one attempt on one page. The page is given back when the run ends; a lost one is gone.
func (l *login) try(ctx workflow.Context) (*outcome, error) {
	page, err := l.openPage(ctx)
	if err != nil {
		return nil, err
	}
	at, err := l.logIn(ctx, page)
	if err != nil {
		return nil, err
	}
	if at.Failure != nil {
		return failed(at.Failure), nil //nolint:nilerr // how the login ended is its outcome, not an error of the workflow
	}
	return l.keep(ctx, page, at)
}

// logIn lets the engine advance until it is logged in or gives up, asking what the site asks.
func (l *login) logIn(ctx workflow.Context, page *PageRef) (*AdvanceOutput, error) {
	var progress json.RawMessage
	codeQuestion := ""
	for {
		at, err := l.advance(ctx, page, progress, codeQuestion)
		if err != nil {
			return nil, err
		}
		if at.Question == nil {
			return at, nil
		}
		questionID, err := l.ask(ctx, page, at.Question)
		if err != nil {
			return nil, err
		}
		if questionID == "" {
			return &AdvanceOutput{Failure: unanswered(at.Question)}, nil
		}
		progress, codeQuestion = at.Progress, questionID
	}
}

// keep captures the logged-in state and proves it in fresh browser contexts.
func (l *login) keep(ctx workflow.Context, page *PageRef, at *AdvanceOutput) (*outcome, error) {
	if err := l.record(ctx, session.OperationRunning, session.StepCapturing); err != nil {
		return nil, err
	}
	if err := l.onPage(ctx, page, ActivityCapture, &CaptureInput{Page: *page}, nil); err != nil {
		return nil, err
	}
	if err := l.record(ctx, session.OperationRunning, session.StepVerifying); err != nil {
		return nil, err
	}
	var proof ProveOutput
	in := &ProveInput{Page: *page, Landing: at.Landing, Verdict: at.Verdict}
	if err := l.onPage(ctx, page, ActivityProve, in, &proof); err != nil {
		return nil, err
	}
	if proof.Failure != nil {
		end := failed(proof.Failure)
		end.verdict = proof.Verdict
		return end, nil //nolint:nilerr // as in try
	}
	return &outcome{state: session.OperationSucceeded, verdict: proof.Verdict}, nil
}

// mayStartOver is true after the first lost browser, unless the site refused something: then a second submit could
// lock the account.
func (l *login) mayStartOver() bool { return l.attempt < maxAttempts && !l.rejected }

// abandon ends the workflow of an operation that somebody else ended.
func (l *login) abandon(err error) (*LoginResult, error) {
	if errors.Is(err, errOver) {
		return &LoginResult{State: session.OperationCanceled}, nil
	}
	return nil, err
}
