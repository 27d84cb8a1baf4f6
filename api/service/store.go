package service

import (
	"context"
	"time"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

// Store is what the use cases need of the database. [store.Store] has it all.
type Store interface {
	store.Projects
	store.Sessions
	store.Artefacts
	Operations
	Questions

	ResetBreaker(ctx context.Context, workspace, accountKey string, at time.Time) (wasOpen bool, err error)
	APIKeyByHash(ctx context.Context, hash []byte) (store.APIKey, error)
	Watch(operationID string) (<-chan struct{}, func())
	WatchSession(workspace, project, id string) (<-chan struct{}, func())
	Ping(ctx context.Context) error
}

// Operations are the writes and reads of operations that a caller can cause; see [store.Operations].
type Operations interface {
	CreateOperation(ctx context.Context, n store.NewOperation) (session.Operation, error)
	GetOperation(ctx context.Context, ref store.Ref) (session.Operation, error)
	ListOperations(ctx context.Context, q store.OperationQuery) (page []session.Operation, next string, err error)
	Journal(ctx context.Context, ref store.Ref, after int64) ([]store.JournalEntry, error)
	MadeRequest(ctx context.Context, workspace string, r store.Request) (operationID string, err error)
	RequestCancel(ctx context.Context, ref store.Ref, at time.Time) (session.Operation, error)
}

// Questions are the writes and reads of questions that a caller can cause; see [store.Questions].
type Questions interface {
	GetQuestion(ctx context.Context, ref store.Ref, questionID string) (session.InfoRequest, session.QuestionState, error)
	AnswerQuestion(ctx context.Context, a store.Answer) error
	QuestionByNumber(ctx context.Context, operationID string, number int) (store.AskedQuestion, error)
	AnswerInput(ctx context.Context, ref store.Ref, questionID string) (store.Sealed, error)
}

var _ Store = store.Store(nil)
