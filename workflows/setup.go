package workflows

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/anteroom/anteroom/session"
)

// newLogin checks the input and registers every handler, before anything blocks.
func newLogin(ctx workflow.Context, in *LoginInput) (*login, error) {
	if in == nil || in.Workspace == "" || in.Operation == "" || in.Patience <= 0 {
		return nil, temporal.NewNonRetryableApplicationError("a login names a workspace, an operation and a patience", "BadInput", nil)
	}
	l := &login{
		in:       in,
		runID:    workflow.GetInfo(ctx).WorkflowExecution.RunID,
		answered: map[string]bool{},
		lost:     map[string]bool{},
		pageLost: map[int]bool{},
	}
	if err := workflow.SetQueryHandler(ctx, QueryWaitingFor, func() (string, error) { return l.waitingFor, nil }); err != nil {
		return nil, fmt.Errorf("register query %s: %w", QueryWaitingFor, err)
	}
	workflow.Go(ctx, l.receiveAnswers)
	workflow.Go(ctx, l.receiveLostBrowsers)
	workflow.Go(ctx, l.receiveLostPages)
	return l, nil
}

func (l *login) receiveAnswers(ctx workflow.Context) {
	ch := workflow.GetSignalChannel(ctx, SignalResume)
	for {
		var s ResumeSignal
		ch.Receive(ctx, &s)
		l.answered[s.InfoRequestID] = true
	}
}

func (l *login) receiveLostBrowsers(ctx workflow.Context) {
	ch := workflow.GetSignalChannel(ctx, SignalBrowserLost)
	for {
		var s BrowserLostSignal
		ch.Receive(ctx, &s)
		l.lost[s.BrowserID], l.lastLost = true, s.BrowserID
	}
}

func (l *login) receiveLostPages(ctx workflow.Context) {
	ch := workflow.GetSignalChannel(ctx, SignalPageLost)
	for {
		var s PageLostSignal
		ch.Receive(ctx, &s)
		l.pageLost[s.Attempt] = true
	}
}

// show tells whoever opens the Temporal UI which project, which step and what is waited for.
func (l *login) show(ctx workflow.Context, state session.OperationState, step session.Step, waitingFor string) {
	l.waitingFor = waitingFor
	shown := waitingFor
	if shown == "" {
		shown = "nothing"
	}
	if attributes := [2]string{string(state), attributeOf(waitingFor)}; attributes != l.shown { // each write is an event
		l.shown = attributes
		_ = workflow.UpsertTypedSearchAttributes(ctx,
			AttributeStatus.ValueSet(attributes[0]), AttributeWaitingFor.ValueSet(attributes[1]))
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf(
		"**Project** %s · **session** %s\n\n**State** %s · **step** %s · **attempt** %d\n\n**Waits for** %s",
		l.in.Project, l.in.SessionID, state, step, l.attempt, shown))
}

// attributeOf keeps the search attribute to few values: the first word of what is waited for.
func attributeOf(waitingFor string) string {
	if waitingFor == "" {
		return "nothing"
	}
	for i, r := range waitingFor {
		if r == ' ' || r == ',' {
			return waitingFor[:i]
		}
	}
	return waitingFor
}

// asOver is asOver for work on a page: when the page was lost, the error says whether the site had refused something
// before.
func (l *login) asOver(err error) error {
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok && app.Type() == ErrorPageLost && app.HasDetails() {
		var rejected bool
		l.rejected = l.rejected || (app.Details(&rejected) == nil && rejected)
	}
	return asOver(err)
}

// asOver turns the activities' OperationOver and PageLost into errOver and errLost.
func asOver(err error) error {
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		switch app.Type() {
		case ErrorOperationOver:
			return errOver
		case ErrorPageLost:
			return errLost
		}
	}
	return err
}

// isEnd reports that an error of [asOver] ends the attempt or the run.
func isEnd(err error) bool { return errors.Is(err, errOver) || errors.Is(err, errLost) }
