package workflows

import (
	"go.temporal.io/sdk/temporal"

	"github.com/anteroom/anteroom/session"
)

// Task queues. The page work of one browser has a queue of its own, see [BrowserTaskQueue].
const (
	// TaskQueue is for workflows and their local activities.
	TaskQueue = "anteroom"
	// PageTaskQueue is for opening pages: any worker with a browser may take such a task. The kind of the browser
	// follows a hyphen, see [PageTaskQueueFor].
	PageTaskQueue = "anteroom-pages"
)

// PageTaskQueueFor names the queue of the workers that run browsers of this kind.
func PageTaskQueueFor(kind session.BrowserKind) string {
	if kind == "" {
		kind = session.BrowserShell
	}
	return PageTaskQueue + "-" + string(kind)
}

// BrowserTaskQueue names the queue for work on the pages of one browser.
func BrowserTaskQueue(browserID string) string { return "browser-" + browserID }

// LoginWorkflow is the name of [Login].
const LoginWorkflow = "Login"

// LoginWorkflowID returns the workflow id of an operation: the operation's id, so that an operation has one workflow.
func LoginWorkflowID(operationID string) string { return operationID }

// Signals that a Login takes.
const (
	// SignalResume delivers an answer: *ResumeSignal.
	SignalResume = "resume"
	// SignalBrowserLost tells that a browser is gone, on positive evidence: *BrowserLostSignal.
	SignalBrowserLost = "browser-lost"
	// SignalPageLost tells that the page of an attempt is gone from a browser that lives on, on positive evidence: *PageLostSignal.
	SignalPageLost = "page-lost"
)

// QueryWaitingFor returns, for people, what the workflow waits for; "" when it waits for nothing.
const QueryWaitingFor = "waitingFor"

// Activities that a Login calls. The first group runs as local activities.
const (
	ActivityBegin         = "Begin"
	ActivityRecord        = "Record"
	ActivityAsk           = "Ask"
	ActivityCloseQuestion = "CloseQuestion"
	ActivityFinish        = "Finish"

	ActivityOpenPage = "OpenPage"
	ActivityAdvance  = "Advance"
	// ActivityWatch runs while a question is open that the site may go on without.
	ActivityWatch     = "Watch"
	ActivityCapture   = "Capture"
	ActivityProve     = "Prove"
	ActivityClosePage = "ClosePage"
)

// Types of application errors that activities end with, where the workflow's story depends on it.
const (
	// ErrorOperationOver: the operation's row is final or belongs to another run: clean up, write nothing.
	ErrorOperationOver = "OperationOver"
	// ErrorNoBrowser: the machine has no browser that can be started; the message says what to install or set.
	ErrorNoBrowser = "NoBrowser"
	// ErrorFaulty: a step failed [StepTries] times by a fault of its own, executions that died with their worker not counted.
	ErrorFaulty = "Faulty"
	// ErrorNoPageFree: all pages are lent; the login queues, and tries again.
	ErrorNoPageFree = "NoPageFree"
	// ErrorPageLost: the page or its browser is gone, on positive evidence. Its detail is a bool: whether the site had
	// refused something on that page.
	ErrorPageLost = "PageLost"
)

// Search attributes, all of type Keyword: low cardinality, never personal.
var (
	AttributeProject    = temporal.NewSearchAttributeKeyKeyword("AnteroomProject")
	AttributeStatus     = temporal.NewSearchAttributeKeyKeyword("AnteroomStatus")
	AttributeKind       = temporal.NewSearchAttributeKeyKeyword("AnteroomKind")
	AttributeWaitingFor = temporal.NewSearchAttributeKeyKeyword("AnteroomWaitingFor")
)

// SearchAttributeNames lists the search attributes that must be registered with the Temporal namespace.
func SearchAttributeNames() []string {
	return []string{
		AttributeProject.GetName(), AttributeStatus.GetName(),
		AttributeKind.GetName(), AttributeWaitingFor.GetName(),
	}
}
