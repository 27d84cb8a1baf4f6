package workflows

import (
	"encoding/json"
	"time"

	"github.com/anteroom/anteroom/session"
)

// LoginInput starts a Login. It names things; it holds no secret.
type LoginInput struct {
	Workspace string                `json:"workspace"`
	Project   string                `json:"project"`
	SessionID string                `json:"sessionId"`
	Operation string                `json:"operation"`
	Kind      session.OperationKind `json:"kind"`
	// Patience is how long a step may wait for a worker that can do it; the operation ends as engine after it.
	Patience time.Duration `json:"patience"`
}

// LoginResult is how a Login ended.
type LoginResult struct {
	State session.OperationState `json:"state"`
}

// ResumeSignal says that an answer was accepted in the store.
type ResumeSignal struct {
	InfoRequestID string `json:"infoRequestId"`
}

// BrowserLostSignal says that a browser is gone.
type BrowserLostSignal struct {
	BrowserID string `json:"browserId"`
}

// Write is the part of every write to the operation's row: who writes and which write it is.
type Write struct {
	Workspace string                 `json:"workspace"`
	Operation string                 `json:"operation"`
	RunID     string                 `json:"runId"`
	Seq       int64                  `json:"seq"`
	State     session.OperationState `json:"state"`
	Step      session.Step           `json:"step"`
	Attempt   int                    `json:"attempt"`
	// Consumed names the question whose answer this write takes up; may be empty.
	Consumed string `json:"consumed,omitempty"`
}

// BeginInput claims the operation for a run.
type BeginInput struct{ Write Write }

// BeginOutput is what the workflow needs to know of the project.
type BeginOutput struct {
	// AnswerWait is how long a question waits.
	AnswerWait time.Duration `json:"answerWait"`
	// Browser is the kind of browser that the project wants.
	Browser session.BrowserKind `json:"browser"`
}

// RecordInput writes a state and a step.
type RecordInput struct{ Write Write }

// AskInput writes a question. Its id, AskedAt and ExpiresAt are the store's to fill in and to keep.
type AskInput struct {
	Write    Write               `json:"write"`
	Question session.InfoRequest `json:"question"`
}

// AskOutput is the question as it stands in the store.
type AskOutput struct {
	QuestionID string                `json:"questionId"`
	ExpiresAt  time.Time             `json:"expiresAt"`
	State      session.QuestionState `json:"state"`
}

// CloseQuestionInput closes a question if it is still open.
type CloseQuestionInput struct {
	Workspace  string `json:"workspace"`
	Operation  string `json:"operation"`
	QuestionID string `json:"questionId"`
}

// CloseQuestionOutput is the state that the question then has.
type CloseQuestionOutput struct {
	State session.QuestionState `json:"state"`
}

// FinishInput ends the operation.
type FinishInput struct {
	Write   Write            `json:"write"`
	Failure *session.Failure `json:"failure,omitempty"`
	Verdict *session.Verdict `json:"verdict,omitempty"`
}

// PageRef names the page that an attempt of an operation uses.
type PageRef struct {
	Workspace string `json:"workspace"`
	Operation string `json:"operation"`
	Attempt   int    `json:"attempt"`
	BrowserID string `json:"browserId"`
	TaskQueue string `json:"taskQueue"`
}

// OpenPageInput asks for a page.
type OpenPageInput struct {
	Workspace string `json:"workspace"`
	Operation string `json:"operation"`
	Attempt   int    `json:"attempt"`
}

// AdvanceInput lets the login engine go on with a page.
type AdvanceInput struct {
	Page PageRef `json:"page"`
	// Seq is the row's sequence number, for the steps that the activity shows meanwhile.
	Seq   int64  `json:"seq"`
	RunID string `json:"runId"`
	// Progress is the engine's own memory of this page; empty at first.
	Progress json.RawMessage `json:"progress,omitempty"`
	// Answers are the ids of the answered questions of this operation, the newest last.
	Answers []string `json:"answers,omitempty"`
	// CodeQuestion is the answered question whose code belongs on this page now; may be empty.
	CodeQuestion string `json:"codeQuestion,omitempty"`
}

// AdvanceOutput is where the engine got to: exactly one of LoggedIn, Question and Failure.
type AdvanceOutput struct {
	Progress json.RawMessage      `json:"progress,omitempty"`
	LoggedIn bool                 `json:"loggedIn,omitempty"`
	Landing  string               `json:"landing,omitempty"`
	Verdict  *session.Verdict     `json:"verdict,omitempty"`
	Question *session.InfoRequest `json:"question,omitempty"`
	Failure  *session.Failure     `json:"failure,omitempty"`
	// Rejected is true once the site refused the credentials or a code.
	Rejected bool `json:"rejected,omitempty"`
}

// WatchInput looks at a page while a question is open whose answer may come from elsewhere: an approval, a link.
type WatchInput struct {
	Page PageRef `json:"page"`
	// Progress is the engine's own memory of this page.
	Progress json.RawMessage `json:"progress,omitempty"`
	// Until is when the question expires.
	Until time.Time `json:"until"`
}

// WatchOutput says how the watch ended.
type WatchOutput struct {
	// Changed is true when the page went on by itself.
	Changed bool `json:"changed"`
}

// CaptureInput captures the state of a logged-in page.
type CaptureInput struct {
	Page PageRef `json:"page"`
}

// ProveInput proves the captured state in fresh browser contexts.
type ProveInput struct {
	Page    PageRef          `json:"page"`
	Landing string           `json:"landing"`
	Verdict *session.Verdict `json:"verdict,omitempty"`
}

// ProveOutput is the verdict, or why there is none.
type ProveOutput struct {
	Verdict *session.Verdict `json:"verdict,omitempty"`
	Failure *session.Failure `json:"failure,omitempty"`
}

// ClosePageInput gives a page back.
type ClosePageInput struct {
	Page PageRef `json:"page"`
}
