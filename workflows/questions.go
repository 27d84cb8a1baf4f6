package workflows

import (
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// reply is what came of a question. The zero reply: the page went on by itself, and needs no answer any more.
type reply struct {
	// answered is the id of the question if it was answered.
	answered string
	// nobody is true when its time was up.
	nobody bool
}

// ask asks what the engine wants to know and waits, durably, until it is answered, the page goes on by itself, the
// question's time is up or the browser is lost.
func (l *login) ask(ctx workflow.Context, at *AdvanceOutput) (reply, error) {
	asked, err := l.pose(ctx, at.Question)
	if err != nil {
		return reply{}, err
	}
	if asked.State == session.QuestionOpen {
		wentOn, err := l.awaitReply(ctx, at, asked)
		if err != nil {
			return reply{}, err
		}
		if wentOn {
			return reply{}, l.goOn(ctx)
		}
	}
	return l.settle(ctx, asked)
}

// settle decides between the answer and the end of the question's time, as the store has it, and takes the answer up.
func (l *login) settle(ctx workflow.Context, asked *AskOutput) (reply, error) {
	if !l.answered[asked.QuestionID] && asked.State == session.QuestionOpen {
		state, err := l.closeQuestion(ctx, asked.QuestionID)
		if err != nil {
			return reply{}, err
		}
		asked.State = state // answered, if an answer came in the last moment
	}
	if !l.answered[asked.QuestionID] && asked.State == session.QuestionClosed {
		return reply{nobody: true}, nil
	}
	return reply{answered: asked.QuestionID}, l.takeUp(ctx, asked.QuestionID)
}

// pose writes the next question. The number is the workflow's; the id and the deadline are what the store holds.
func (l *login) pose(ctx workflow.Context, q *session.InfoRequest) (*AskOutput, error) {
	l.questions++
	question := *q
	question.Number = l.questions
	question.AskedAt = workflow.Now(ctx).UTC()
	question.ExpiresAt = question.AskedAt.Add(l.begin.AnswerWait)
	if l.startedOver && question.Reason == "" {
		question.Reason = codeBrowserLost
		question.Message = "The browser of this login was lost, so the login began anew; " +
			"an answer or code from before is of no use any more. " + question.Message
	}
	l.startedOver = false
	step := session.StepWaitingInput
	if question.Kind.GoesOnByItself() {
		step = session.StepWaitingExternal
	}
	var asked AskOutput
	in := &AskInput{Write: l.write(session.OperationWaiting, step), Question: question}
	if err := l.local(ctx, ActivityAsk, in, &asked); err != nil {
		return nil, err
	}
	l.asked = asked.QuestionID
	l.show(ctx, session.OperationWaiting, step, fmt.Sprintf(
		"%s, question %d, until %s", question.Kind, question.Number, asked.ExpiresAt.UTC().Format(time.RFC3339)))
	return &asked, nil
}

// awaitReply returns when the answer is there, the time is up or the page went on by itself, which only the pages of some
// questions do: those are watched meanwhile. An answer wins over the page.
func (l *login) awaitReply(ctx workflow.Context, at *AdvanceOutput, asked *AskOutput) (wentOn bool, err error) {
	wait := max(asked.ExpiresAt.Sub(workflow.Now(ctx)), 0)
	page := &watch{}
	if at.Question.Kind.GoesOnByItself() {
		watching, stop := workflow.WithCancel(ctx)
		defer stop() // its activity leaves the page to the next one at once; see activities.Pages.Watch
		page = l.watch(watching, at.Progress, asked, wait)
	}
	options := workflow.AwaitOptions{Timeout: wait, TimerOptions: workflow.TimerOptions{Summary: "wait for an answer"}}
	_, err = workflow.AwaitWithOptions(ctx, options, func() bool {
		return l.answered[asked.QuestionID] || l.gone() || page.changed || page.err != nil
	})
	switch {
	case err != nil:
		return false, err
	case l.gone():
		return false, errLost
	case l.answered[asked.QuestionID]:
		return false, nil
	}
	return page.changed, page.err
}

// watch is what came of watching a page; nothing yet when it is zero.
type watch struct {
	changed bool
	// err says that the page is lost or that the operation is over.
	err error
}

// watch lets the page be watched until ctx is canceled. A watch that fails otherwise is given up: the question is still open.
func (l *login) watch(ctx workflow.Context, progress json.RawMessage, asked *AskOutput, wait time.Duration) *watch {
	w := &watch{}
	in := &WatchInput{
		Page: *l.page, Question: asked.QuestionID, Progress: progress, Answers: l.answers, Until: asked.ExpiresAt,
	}
	ctx = workflow.WithActivityOptions(ctx, watchOptions(l.page, wait+watchSlack))
	f := workflow.ExecuteActivity(ctx, ActivityWatch, in)
	workflow.Go(ctx, func(ctx workflow.Context) {
		var out WatchOutput
		switch err := l.asOver(f.Get(ctx, &out)); {
		case err == nil:
			w.changed = out.Changed
		case isEnd(err):
			w.err = err
		}
	})
	return w
}

func (l *login) closeQuestion(ctx workflow.Context, questionID string) (session.QuestionState, error) {
	in := &CloseQuestionInput{Workspace: l.in.Workspace, Operation: l.in.Operation, QuestionID: questionID}
	var out CloseQuestionOutput
	err := l.local(ctx, ActivityCloseQuestion, in, &out)
	return out.State, err
}

// takeUp records that the answer is being used.
func (l *login) takeUp(ctx workflow.Context, questionID string) error {
	l.answers = append(l.answers, questionID)
	w := l.write(session.OperationRunning, session.StepSubmitting)
	w.Consumed = questionID
	return l.recordWrite(ctx, w)
}

// goOn records that the page went on without an answer, which closes the question. An answer that came at the same time
// is for a page that is no more: nobody must go on repeating its signal.
func (l *login) goOn(ctx workflow.Context) error {
	w := l.write(session.OperationRunning, session.StepDetecting)
	w.Consumed = l.asked
	return l.recordWrite(ctx, w)
}
