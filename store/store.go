package store

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Store is the database. All methods are safe for concurrent use; each is one transaction. Times are
// given by the caller, in UTC, and kept with milliseconds.
type Store interface {
	Installation
	Projects
	Sessions
	Operations
	Questions
	Pages
	Admissions
	Sweeps
	Retention
	Accounts
	Artefacts
	Ways

	// Watch returns a channel that receives after a change of the operation, and a func that ends
	// the watch. Changes may be merged; a receiver reads the row again. A driver without notification
	// ticks once a second.
	Watch(operationID string) (<-chan struct{}, func())
	// WatchSession is Watch for a session's row, its end included.
	WatchSession(workspace, project, id string) (<-chan struct{}, func())
	// Observe has o told what the store does. Call it before the store is used.
	Observe(o Observer)
	// Clock returns the time of the database's own clock: of this machine's, where the database is a file.
	Clock(ctx context.Context) (time.Time, error)
	// Ping reports whether the database answers.
	Ping(ctx context.Context) error
	Close() error
}

// Sealed is a value that only the vault can open.
type Sealed []byte

// Ref names an operation within its workspace.
type Ref struct {
	Workspace string `json:"workspace"`
	Operation string `json:"operation"`
}

// Installation holds what belongs to the whole installation.
type Installation interface {
	// BindVault remembers keyID the first time and later fails with ErrOtherVaultKey for another.
	BindVault(ctx context.Context, keyID string) error
	// VaultKeyID is what BindVault remembered; ErrNotFound before that.
	VaultKeyID(ctx context.Context) (string, error)
	// CreateWorkspace makes a workspace; created is false if it is there already.
	CreateWorkspace(ctx context.Context, name string, at time.Time) (created bool, err error)
	// WorkspaceExists reports whether name is a workspace.
	WorkspaceExists(ctx context.Context, name string) (bool, error)
	// ListWorkspaces lists the names of all workspaces, in alphabetical order.
	ListWorkspaces(ctx context.Context) ([]string, error)
	// CreateAPIKey stores the hash of a key; a repeat with the same ID and hash is harmless. ErrNotFound without the workspace,
	// ErrKeyExists where another key has the ID or the hash, be it revoked.
	CreateAPIKey(ctx context.Context, key APIKey) error
	// ListAPIKeys lists the keys of a workspace, of all when workspace is empty; revoked ones too, oldest first, without
	// their hashes.
	ListAPIKeys(ctx context.Context, workspace string) ([]APIKey, error)
	// RevokeAPIKey ends a key by its ID and returns it as it then stands, without its hash; it is refused from then on. A
	// repeat keeps the first time. ErrNotFound without such a key.
	RevokeAPIKey(ctx context.Context, id string, at time.Time) (APIKey, error)
	// APIKeyByHash returns the unrevoked key of this hash, or ErrNotFound.
	APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error)
}

// APIKey is a key that callers present; only its hash is kept.
type APIKey struct {
	ID        string
	Workspace string
	// Name is what people call it; it may be empty, and need not be unique.
	Name string
	// Hash is SHA-256 of the key, which holds 256 random bits.
	Hash      []byte
	CreatedAt time.Time
	// RevokedAt is when it was revoked; zero while it is good.
	RevokedAt time.Time
}

// Projects holds the target applications.
type Projects interface {
	// PutProject creates or replaces the document, raising its version; ErrNotFound without the workspace.
	PutProject(ctx context.Context, p session.Project, at time.Time) (stored session.Project, created bool, err error)
	GetProject(ctx context.Context, workspace, name string) (session.Project, error)
	ListProjects(ctx context.Context, workspace string) ([]session.Project, error)
	// DeleteProject fails with ErrInUse while the project has sessions.
	DeleteProject(ctx context.Context, workspace, name string) error
}

// Sessions holds the sessions and their storage states.
type Sessions interface {
	GetSession(ctx context.Context, workspace, project, id string) (session.Session, error)
	// ListSessions lists the sessions of a project, oldest first; of all projects when project is empty.
	ListSessions(ctx context.Context, workspace, project string) ([]session.Session, error)
	// StorageState returns the sealed, proven storage state; ErrNotFound when there is none.
	StorageState(ctx context.Context, workspace, project, id string) (Sealed, error)
	// DeleteSession removes the session and its storage state, ends its live operation as canceled (open
	// question closed, secrets erased) and returns that operation, or nil if none was live.
	DeleteSession(ctx context.Context, workspace, project, id string, at time.Time) (*session.Operation, error)
}

// NewOperation is what a start promises.
type NewOperation struct {
	Operation session.Operation // ID, Workspace, Project, SessionID, Kind, AccountKey, CredentialKey, CreatedAt, StartDeadline
	// SessionName is the display name; nil leaves an existing one.
	SessionName *string
	// Secrets are the sealed parameters and proxy of the operation.
	Secrets []SealedSecret
	// Request is the caller's request for it; the zero value for one that has no name.
	Request Request
}

// SealedSecret is one sealed value with its name: "parameters", "proxy".
type SealedSecret struct {
	Name  string
	Value Sealed
}

// Transition is a write of the workflow that owns the operation. In every write: no effect when Seq is
// smaller than the row's; ErrOperationOver when the row is final or owned by another run. A workflow gives
// each write its own Seq; AdvanceOperation with the row's own Seq shows another step, and never changes the state.
type Transition struct {
	Ref
	RunID   string
	Seq     int64
	State   session.OperationState
	Step    session.Step
	Attempt int
	At      time.Time
	// ConsumedQuestion names the question whose answer this transition takes up; may be empty.
	ConsumedQuestion string
}

// Finish ends an operation.
type Finish struct {
	Transition // State is final
	Failure    *session.Failure
	Verdict    *session.Verdict
	// SessionState is what the session becomes when it has no proven storage state; with one it stays ready
	// (or becomes ready, on success). Ignored when State is succeeded.
	SessionState session.State
}

// Operations holds the operations. GetOperation is what a poll costs: one indexed row.
type Operations interface {
	// CreateOperation writes the operation as queued, its secrets and its session in one transaction, and admits it where there
	// is room and nobody before it; otherwise it has a Place, and AdmitOperations admits it later. A new session is pending; one with a proven state stays ready; any other becomes pending. Errors: ErrNotFound (project),
	// *OperationLiveError, *AccountBusyError when another session's live operation uses the same account, *BreakerOpenError when
	// the account's breaker refuses these credentials, and before all of these *RequestMadeError and ErrRequestDiffers: nothing is
	// written then.
	CreateOperation(ctx context.Context, n NewOperation) (session.Operation, error)
	GetOperation(ctx context.Context, ref Ref) (session.Operation, error)
	// ListOperations lists newest first, after a cursor ("" for the start; ErrBadCursor for one that no list returned).
	ListOperations(ctx context.Context, q OperationQuery) (page []session.Operation, next string, err error)
	// BeginOperation moves queued → running for this run; already running for this same run counts as done.
	// Otherwise ErrOperationOver.
	BeginOperation(ctx context.Context, t Transition) (session.Operation, error)
	// AdvanceOperation writes a live state and step. Running closes a question that is still open: the page went on without
	// the answer. ErrTransition for a state that does not follow.
	AdvanceOperation(ctx context.Context, t Transition) (session.Operation, error)
	// SaveCapture keeps the candidate storage state of the operation until it is proven or the operation ends; ErrOperationOver then.
	SaveCapture(ctx context.Context, ref Ref, state Sealed, at time.Time) error
	// Capture returns the candidate storage state, or ErrNotFound.
	Capture(ctx context.Context, ref Ref) (Sealed, error)
	// FinishOperation ends the operation: closes its questions, erases secrets, answers and candidate; on success the
	// candidate becomes the session's storage state (version raised), or ErrNotFound if there is none; a failure
	// that opens the breaker opens it for the account key and credential key, a success closes it. A repeat by the same run is harmless
	// and returns the row. RunID "" ends an operation on behalf of a workflow that is gone, whatever the row's Seq.
	// ErrTransition for a state that does not follow: a waiting operation cannot succeed.
	FinishOperation(ctx context.Context, f Finish) (session.Operation, error)
	// RequestCancel ends a queued operation as canceled at once and marks a live one. A final one is returned as it is.
	RequestCancel(ctx context.Context, ref Ref, at time.Time) (session.Operation, error)
	// Journal returns the entries of an operation after the one with this number (0 for all, FromLatest), at most MaxJournal,
	// oldest first; none for an operation that is not there, or of which a version before wrote all.
	Journal(ctx context.Context, ref Ref, after int64) ([]JournalEntry, error)
	// MadeRequest says which operation a request was about that was made before: ErrNotFound for none, ErrRequestDiffers where its
	// key named another one.
	MadeRequest(ctx context.Context, workspace string, r Request) (operationID string, err error)
	// OperationSecrets returns the sealed secrets; ErrSecretsErased once the operation ended.
	OperationSecrets(ctx context.Context, ref Ref) ([]SealedSecret, error)
	// Claim inserts the unique claim (operation, attempt, step, key) if the operation is live, the lease has this epoch
	// and the account's breaker is closed for these credentials, all in one statement. granted is false when the claim was taken
	// before. Errors: *BreakerOpenError, ErrLeaseStale, ErrOperationOver.
	Claim(ctx context.Context, c Claim) (granted bool, err error)
	// LastClaim is when something was claimed in an attempt last; zero when nothing was: whoever holds its page may be sure that
	// nobody else claims anything afterwards.
	LastClaim(ctx context.Context, ref Ref, attempt int) (time.Time, error)
}

// OperationQuery selects operations of a workspace.
type OperationQuery struct {
	Workspace string
	Project   string                 // "" for all
	SessionID string                 // "" for all
	State     session.OperationState // "" for all
	Cursor    string
	Limit     int // 1 to 500; 0 means 50
}

// Claim is for something that must happen at most once.
type Claim struct {
	Ref
	Attempt int
	Step    string
	Key     string
	Epoch   int64
	At      time.Time
}

// Questions holds what operations ask.
type Questions interface {
	// AskQuestion writes the question (the first write of a number wins), closes other open questions of the
	// operation and sets the operation to waiting with the question shown, or to running with nothing shown when the stored question is
	// no longer open. It returns the stored question and its state.
	AskQuestion(ctx context.Context, t Transition, q session.InfoRequest) (session.InfoRequest, session.QuestionState, error)
	// AnswerQuestion accepts the sealed input where the question is open and unexpired at a.At, and in the same
	// transaction hides it from the operation's row, which becomes running. Errors: ErrNotFound (operation), ErrQuestionUnknown,
	// *QuestionStaleError, ErrNothingAsked, ErrOperationOver; before all of these *RequestMadeError and ErrRequestDiffers.
	AnswerQuestion(ctx context.Context, a Answer) error
	// CloseQuestion closes it where it is open and returns the state it then has: answered when an answer came first.
	CloseQuestion(ctx context.Context, ref Ref, questionID string, at time.Time) (session.QuestionState, error)
	// GetQuestion returns a question whatever its state; for checking an answer's shape before it is sealed.
	GetQuestion(ctx context.Context, ref Ref, questionID string) (session.InfoRequest, session.QuestionState, error)
	// QuestionByNumber returns a question of any workspace, or ErrNotFound: for who proved by a link that it is theirs.
	QuestionByNumber(ctx context.Context, operationID string, number int) (AskedQuestion, error)
	// AnswerInput returns the sealed input of an answered or consumed question; ErrSecretsErased once the operation ended.
	AnswerInput(ctx context.Context, ref Ref, questionID string) (Sealed, error)
}

// AskedQuestion is a question with what became of it.
type AskedQuestion struct {
	Ref
	Question session.InfoRequest
	State    session.QuestionState
	// AnsweredAt and ClosedAt are zero while it is neither.
	AnsweredAt, ClosedAt time.Time
}

// Answer is a caller's input to a question.
type Answer struct {
	Ref
	QuestionID string
	Input      Sealed
	At         time.Time
	// Request is the caller's request; the zero value for one that has no name.
	Request Request
}

// Pages holds the browsers and the pages lent to operations.
type Pages interface {
	// RegisterBrowser writes a running browser.
	RegisterBrowser(ctx context.Context, b Browser) error
	// MarkBrowserLost marks it as gone; later calls have no effect.
	MarkBrowserLost(ctx context.Context, id string, at time.Time) error
	// ListBrowsers lists the browsers of a host that are not lost; those of every host when host is empty.
	ListBrowsers(ctx context.Context, host string) ([]Browser, error)
	// LendPage writes the intent of a lease for (operation, attempt) on a browser, with epoch 1, if fewer than maxPages
	// leases are open on that browser. A repeat for the same browser returns the lease as it stands; for another browser (the first one's intent
	// was never completed) it moves the intent there and raises the epoch. Errors: ErrNoPageFree (a lost browser has none either),
	// ErrNotFound (operation or browser), ErrOperationOver, ErrLeaseStale (the lease was completed elsewhere, or released).
	LendPage(ctx context.Context, l Lease, maxPages int) (Lease, error)
	// CompleteLease writes context and target of the page where the epoch and the browser still hold; ErrLeaseStale otherwise.
	CompleteLease(ctx context.Context, l Lease) error
	// AttachLease raises the epoch from l.Epoch by compare-and-set and returns the lease; ErrLeaseStale otherwise.
	AttachLease(ctx context.Context, l Lease) (Lease, error)
	// GetLease returns the lease of (operation, attempt), released ones too.
	GetLease(ctx context.Context, ref Ref, attempt int) (Lease, error)
	// ReleaseLease marks it as released; repeats are harmless. The page of an operation that is over is free for another one then.
	ReleaseLease(ctx context.Context, ref Ref, attempt int, at time.Time) error
	// OpenLeases lists the leases of a browser that are not released.
	OpenLeases(ctx context.Context, browserID string) ([]Lease, error)
}

// Browser is one browser process.
type Browser struct {
	ID string
	// Host names the machine and installation that runs it.
	Host string
	// PID is the process id on that host.
	PID       int
	Kind      session.BrowserKind
	TaskQueue string
	StartedAt time.Time
	LostAt    time.Time
}

// Lease is a page lent to an operation's attempt.
type Lease struct {
	Ref
	Attempt   int
	BrowserID string
	TaskQueue string
	// ContextID and TargetID are empty while the lease is an intent.
	ContextID  string
	TargetID   string
	Epoch      int64
	LentAt     time.Time
	ReleasedAt time.Time
	// OperationState and AnswerBy, the deadline of the operation's open question (zero: none is open), are filled by OpenLeases.
	OperationState session.OperationState
	AnswerBy       time.Time
}

// Sweeps is what the reconciler reads; across workspaces.
type Sweeps interface {
	// UnstartedOperations lists operations that were admitted before t and that no workflow took up, oldest first.
	UnstartedOperations(ctx context.Context, t time.Time, limit int) ([]session.Operation, error)
	// UnconsumedAnswers lists questions of live operations answered before t and not consumed.
	UnconsumedAnswers(ctx context.Context, t time.Time, limit int) ([]AnsweredQuestion, error)
	// LiveOperations lists running and waiting operations in id order after a cursor ("" for the start).
	LiveOperations(ctx context.Context, after string, limit int) ([]session.Operation, error)
	// LiveAmong lists those of a few hundred ids at most that are running or waiting.
	LiveAmong(ctx context.Context, ids []string) ([]session.Operation, error)
	// UnfollowedCancels lists running and waiting operations that are to be canceled, first asked first.
	UnfollowedCancels(ctx context.Context, limit int) ([]session.Operation, error)
	// Census counts what is live.
	Census(ctx context.Context) (Census, error)
	// LostLeases lists unreleased leases of live operations whose browser is marked lost.
	LostLeases(ctx context.Context, limit int) ([]Lease, error)
	// OrphanLeases lists unreleased leases of operations that ended before t.
	OrphanLeases(ctx context.Context, t time.Time, limit int) ([]Lease, error)
}

// Census is how much is live across all processes that share the store.
type Census struct {
	Operations []OperationCount
	Browsers   []BrowserCount
	Queues     []QueueCount
}

// OperationCount is how many operations of a project are in a live state.
type OperationCount struct {
	Workspace string
	Project   string
	State     session.OperationState
	Count     int
}

// BrowserCount is how many browsers of a kind are not lost, and how many pages of theirs are lent.
type BrowserCount struct {
	Kind     session.BrowserKind
	Browsers int
	Pages    int
}

// AnsweredQuestion is an answer that its workflow has not taken up.
type AnsweredQuestion struct {
	Ref
	QuestionID string
	RunID      string
}
