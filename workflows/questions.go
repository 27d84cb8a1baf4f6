package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// ask asks a question and waits, durably, until it is answered, its time is up or the browser is lost. It returns the
// id of the answered question, or "" when nobody answered.
func (l *login) ask(ctx workflow.Context, page *PageRef, q *session.InfoRequest) (string, error) {
	asked, err := l.pose(ctx, q)
	if err != nil {
		return "", err
	}
	if asked.State == session.QuestionOpen {
		if err := l.awaitAnswer(ctx, page, asked); err != nil {
			return "", err
		}
	}
	if !l.answered[asked.QuestionID] && asked.State == session.QuestionOpen {
		state, err := l.closeQuestion(ctx, asked.QuestionID)
		if err != nil {
			return "", err
		}
		asked.State = state // answered, if an answer came in the last moment
	}
	if !l.answered[asked.QuestionID] && asked.State == session.QuestionClosed {
		return "", nil
	}
	return asked.QuestionID, l.takeUp(ctx, asked.QuestionID)
}

// pose writes the next question. The number is the workflow's; the id and the deadline are what the store holds.
func (l *login) pose(ctx workflow.Context, q *session.InfoRequest) (*AskOutput, error) {
	l.questions++
	question := *q
	question.Number = l.questions
	question.AskedAt = workflow.Now(ctx).UTC()
	question.ExpiresAt = question.AskedAt.Add(l.begin.AnswerWait)
	if question.Reason == "" && l.attempt > 1 && question.Attempt <= 1 {
		question.Reason = "browser_lost"
		question.Message = "The browser of this login was lost, so the site was asked anew. " + question.Message
	}
	var asked AskOutput
	in := &AskInput{Write: l.write(session.OperationWaiting, session.StepWaitingInput), Question: question}
	if err := l.local(ctx, ActivityAsk, in, &asked); err != nil {
		return nil, err
	}
	l.asked = asked.QuestionID
	l.show(ctx, session.OperationWaiting, session.StepWaitingInput, fmt.Sprintf(
		"%s, question %d, until %s", question.Kind, question.Number, asked.ExpiresAt.UTC().Format(time.RFC3339)))
	return &asked, nil
}

// awaitAnswer returns when the answer is there or its time is up.
func (l *login) awaitAnswer(ctx workflow.Context, page *PageRef, asked *AskOutput) error {
	wait := asked.ExpiresAt.Sub(workflow.Now(ctx))
	options := workflow.AwaitOptions{
		Timeout:      max(wait, 0),
		TimerOptions: workflow.TimerOptions{Summary: "wait for an answer"},
	}
	_, err := workflow.AwaitWithOptions(ctx, options, func() bool {
		return l.answered[asked.QuestionID] || l.lost[page.BrowserID]
	})
	if err != nil {
		return err
	}
	if l.lost[page.BrowserID] {
		return errLost
	}
	return nil
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
