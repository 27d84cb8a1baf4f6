package activities

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/workflows"
)

// RecordStore is the part of the store that records need.
type RecordStore interface {
	store.Operations
	store.Questions
	GetProject(ctx context.Context, workspace, name string) (session.Project, error)
}

// IDs makes ids that are keyed pure functions of their parts.
type IDs interface {
	DeriveID(prefix string, parts ...string) string
}

// Records are the local activities that write what a workflow decided. Each is harmless when repeated.
type Records struct {
	Store RecordStore
	IDs   IDs
	Now   func() time.Time
	// OnBrowserLost is for projects that do not say.
	OnBrowserLost session.BrowserLostPolicy
	// GiveBack gives back the page of an operation that ended, where this process holds it: [Pages.GiveBack]. Nil leaves it to the
	// workflow.
	GiveBack func(ctx context.Context, page workflows.PageRef) bool
}

// Begin claims the operation for the run and returns what the workflow needs to know of its project.
func (r *Records) Begin(ctx context.Context, in *workflows.BeginInput) (*workflows.BeginOutput, error) {
	op, err := r.Store.BeginOperation(ctx, r.transition(in.Write))
	if err != nil {
		return nil, translate("begin the operation", err)
	}
	project, err := r.Store.GetProject(ctx, op.Workspace, op.Project)
	if err != nil {
		return nil, translate("read the project", err)
	}
	return &workflows.BeginOutput{
		AnswerWait: project.AnswerWait(), Browser: project.Browser, OnBrowserLost: cmp.Or(project.OnBrowserLost, r.OnBrowserLost),
	}, nil
}

// Record writes a live state and step.
func (r *Records) Record(ctx context.Context, in *workflows.RecordInput) error {
	_, err := r.Store.AdvanceOperation(ctx, r.transition(in.Write))
	return translate("record a transition", err)
}

// Ask writes a question and returns it as it stands: the first write of a number keeps its deadline, and the question may
// have been answered since.
func (r *Records) Ask(ctx context.Context, in *workflows.AskInput) (*workflows.AskOutput, error) {
	q := in.Question
	q.ID = r.IDs.DeriveID(session.QuestionPrefix, in.Write.Operation, strconv.Itoa(q.Number))
	stored, state, err := r.Store.AskQuestion(ctx, r.transition(in.Write), q)
	if err != nil {
		return nil, translate("ask a question", err)
	}
	return &workflows.AskOutput{QuestionID: stored.ID, ExpiresAt: stored.ExpiresAt, State: state}, nil
}

// CloseQuestion closes a question that is still open and returns the state it then has.
func (r *Records) CloseQuestion(ctx context.Context, in *workflows.CloseQuestionInput) (*workflows.CloseQuestionOutput, error) {
	ref := store.Ref{Workspace: in.Workspace, Operation: in.Operation}
	state, err := r.Store.CloseQuestion(ctx, ref, in.QuestionID, r.Now())
	if err != nil {
		return nil, translate("close a question", err)
	}
	return &workflows.CloseQuestionOutput{State: state}, nil
}

// Finish ends the operation. Nobody waits for the page by then.
func (r *Records) Finish(ctx context.Context, in *workflows.FinishInput) (*workflows.FinishOutput, error) {
	_, err := r.Store.FinishOperation(ctx, store.Finish{
		Transition:   r.transition(in.Write),
		Failure:      in.Failure,
		Verdict:      in.Verdict,
		SessionState: SessionStateAfter(in.Write.State, in.Failure),
	})
	if err != nil {
		return nil, translate("finish the operation", err)
	}
	given := in.Page != nil && r.GiveBack != nil && r.GiveBack(ctx, *in.Page)
	return &workflows.FinishOutput{GivenBack: given}, nil
}

// SessionStateAfter is what a session without a proven state becomes when its operation ends.
func SessionStateAfter(end session.OperationState, f *session.Failure) session.State {
	switch {
	case end == session.OperationCanceled:
		return session.StateCanceled
	case f != nil && f.Class == session.FailureNeedsUser:
		return session.StateNeedsUser
	}
	return session.StateFailed
}

func (r *Records) transition(w workflows.Write) store.Transition {
	return store.Transition{
		Ref:   store.Ref{Workspace: w.Workspace, Operation: w.Operation},
		RunID: w.RunID, Seq: w.Seq, State: w.State, Step: w.Step, Attempt: w.Attempt,
		At: r.Now(), ConsumedQuestion: w.Consumed,
	}
}
