package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

const (
	// maxAttempts is how often an operation may begin on a new page: once more after a lost browser.
	maxAttempts = 2
	// maxQuestions bounds what an operation may ask. A question is about 25 events of the history, of which Temporal wants
	// less than 4,096 (engineering, limits); a page whose number to match changes for ever would fill any.
	maxQuestions = 150
)

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
	// asked is the last question; what became of it is settled with the write that follows.
	asked      string
	answers    []string
	rejected   bool
	waitingFor string
	// page is the page of the current attempt; nil before it is open.
	page *PageRef
	// shown is what the search attributes say.
	shown [2]string

	// answered and lost are what the signals told, by id of question and browser; lastLost is the last of these browsers,
	// former the one of the attempt before.
	answered map[string]bool
	lost     map[string]bool
	lastLost string
	former   string
	// pageLost are the attempts whose page was lost by itself: their browser lives on.
	pageLost map[int]bool
	// startedOver is true from the loss of a page for which something had been asked until the next question says so.
	startedOver bool
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
			l.leavePage()
			continue
		case errors.Is(err, errLost):
			return l.finish(ctx, failed(l.browserLost()))
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
	at, err := l.openPage(ctx)
	if err != nil {
		return nil, err
	}
	if at, err = l.logIn(ctx, at); err != nil {
		return nil, err
	}
	if at.Failure != nil {
		return failed(at.Failure), nil //nolint:nilerr // how the login ended is its outcome, not an error of the workflow
	}
	return l.keep(ctx, at)
}

// logIn lets the engine advance until it is logged in or gives up, asking what the site asks.
func (l *login) logIn(ctx workflow.Context, at *AdvanceOutput) (*AdvanceOutput, error) {
	for at.Question != nil {
		if l.questions == maxQuestions {
			return &AdvanceOutput{Failure: tooManyQuestions()}, nil
		}
		reply, err := l.ask(ctx, at)
		if err != nil {
			return nil, err
		}
		if reply.nobody {
			return &AdvanceOutput{Failure: unanswered(at.Question)}, nil
		}
		if at, err = l.advance(ctx, at.Progress, reply.answered); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// keep captures the logged-in state and proves it in fresh browser contexts, unless that was done at once.
func (l *login) keep(ctx workflow.Context, at *AdvanceOutput) (*outcome, error) {
	if !at.Captured {
		if err := l.capture(ctx); err != nil {
			return nil, err
		}
	}
	proof, err := l.proof(ctx, at)
	if err != nil {
		return nil, err
	}
	if proof.Failure != nil {
		end := failed(proof.Failure)
		end.verdict = proof.Verdict
		return end, nil //nolint:nilerr // as in try
	}
	return &outcome{state: session.OperationSucceeded, verdict: proof.Verdict}, nil
}

// leavePage forgets the page of an attempt that failed.
func (l *login) leavePage() {
	l.former = l.lastLost
	if l.page != nil {
		l.former = l.page.BrowserID
	}
	l.page = nil
	l.startedOver = l.questions > 0
}

// gone reports that the page of the current attempt is known to be lost.
func (l *login) gone() bool {
	return l.pageLost[l.attempt] || l.page != nil && l.lost[l.page.BrowserID]
}

// mayStartOver is true after the first lost browser, unless the site refused something: then a second submit could
// lock the account. Once something was asked, it is the operator's to say: what a person did for the answer was in vain.
func (l *login) mayStartOver() bool {
	if l.begin.OnBrowserLost == session.BrowserLostFail && l.questions > 0 {
		return false
	}
	return l.attempt < maxAttempts && !l.rejected
}

// abandon ends the workflow of an operation that somebody else ended.
func (l *login) abandon(err error) (*LoginResult, error) {
	if errors.Is(err, errOver) {
		return &LoginResult{State: session.OperationCanceled}, nil
	}
	return nil, err
}
