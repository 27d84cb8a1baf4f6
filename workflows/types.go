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

// PageLostSignal says that the page of an attempt is gone: it crashed, or closed itself.
type PageLostSignal struct {
	Attempt int `json:"attempt,omitempty"`
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
	// OnBrowserLost says what follows when the browser is lost after a question was asked; empty is session.BrowserLostRestart.
	OnBrowserLost session.BrowserLostPolicy `json:"onBrowserLost,omitempty"`
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
	// Page is the page of the last attempt, if there is one. It is given back where the process that ends the operation holds it.
	Page *PageRef `json:"page,omitempty"`
}

// FinishOutput tells what became of the page.
type FinishOutput struct {
	// GivenBack is true when nobody needs to close the page any more.
	GivenBack bool `json:"givenBack,omitempty"`
}

// PageRef names the page that an attempt of an operation uses.
type PageRef struct {
	Workspace string `json:"workspace"`
	Operation string `json:"operation"`
	Attempt   int    `json:"attempt"`
	BrowserID string `json:"browserId"`
	TaskQueue string `json:"taskQueue"`
}

// OpenPageInput asks for a page, and for the login engine to begin on it.
type OpenPageInput struct {
	Workspace string `json:"workspace"`
	Operation string `json:"operation"`
	Attempt   int    `json:"attempt"`
	// Seq, RunID, Answers and Number are as in [AdvanceInput].
	Seq     int64    `json:"seq"`
	RunID   string   `json:"runId"`
	Answers []string `json:"answers,omitempty"`
	Number  int      `json:"number"`
}

// OpenPageOutput is the page, and how far the engine got with it in the same go: it saves a round trip.
type OpenPageOutput struct {
	// PageRef names nothing when no page was opened because of Advanced.Failure.
	PageRef

	// Advanced is nil when the engine has still to begin, or to go on: an execution that finds the page open, or that
	// met a fault, leaves it to Advance, which runs where the page is.
	Advanced *AdvanceOutput `json:"advanced,omitempty"`
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
	// CodeQuestion is the answered question whose answer belongs on this page now; may be empty.
	CodeQuestion string `json:"codeQuestion,omitempty"`
	// Number is the number of the operation's next question. What this go leaves behind for people is named after it.
	Number int `json:"number"`
}

// AdvanceOutput is where the engine got to: exactly one of LoggedIn, Question and Failure.
type AdvanceOutput struct {
	Progress json.RawMessage      `json:"progress,omitempty"`
	LoggedIn bool                 `json:"loggedIn,omitempty"`
	Landing  string               `json:"landing,omitempty"`
	Verdict  *session.Verdict     `json:"verdict,omitempty"`
	Question *session.InfoRequest `json:"question,omitempty"`
	Failure  *session.Failure     `json:"failure,omitempty"`
	// Captured is true when the state of the logged-in page was captured in the same go.
	Captured bool `json:"captured,omitempty"`
	// Proof is that of the captured state, when it was made in the same go; nil where Prove is to make it, with its own tries.
	Proof *ProveOutput `json:"proof,omitempty"`
	// Way is how the login went, for the project to keep once it is proven. It holds no secret.
	Way json.RawMessage `json:"way,omitempty"`
	// Rejected is true once the site refused the credentials or a code.
	Rejected bool `json:"rejected,omitempty"`
}

// WatchInput looks at a page while a question is open whose answer may come from elsewhere: an approval, a link.
type WatchInput struct {
	Page PageRef `json:"page"`
	// Question is the question's id: nobody watches once it is not open any more.
	Question string `json:"question"`
	// Progress is the engine's own memory of this page.
	Progress json.RawMessage `json:"progress,omitempty"`
	// Answers are as in [AdvanceInput].
	Answers []string `json:"answers,omitempty"`
	// Until is when the question expires.
	Until time.Time `json:"until"`
}

// WatchOutput says how the watch ended.
type WatchOutput struct {
	// Changed is true when the page went on by itself; false when there was nothing to watch for any more.
	Changed bool `json:"changed"`
}

// CaptureInput captures the state of a logged-in page.
type CaptureInput struct {
	Page PageRef `json:"page"`
}

// ProveInput proves the captured state in fresh browser contexts.
type ProveInput struct {
	Page PageRef `json:"page"`
	// Seq and RunID are as in [AdvanceInput].
	Seq     int64  `json:"seq"`
	RunID   string `json:"runId"`
	Landing string `json:"landing"`
	// Verdict is the engine's; its evidence becomes part of the proof's.
	Verdict *session.Verdict `json:"verdict,omitempty"`
	// Way is kept for the project when the proof holds.
	Way json.RawMessage `json:"way,omitempty"`
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
