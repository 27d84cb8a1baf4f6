package intuned

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/answerlink"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// Service is what the vocabulary is spoken over; *service.Service is one.
type Service interface {
	StartCreate(ctx context.Context, in service.StartInput) (session.Operation, error)
	Result(ctx context.Context, sc service.Scope, operationID string, wait time.Duration) (session.Operation, error)
	Resume(ctx context.Context, in service.ResumeInput) error
	Sessions(ctx context.Context, sc service.Scope) ([]session.Session, error)
	Session(ctx context.Context, sc service.Scope, id string, wait time.Duration) (session.Session, error)
	DeleteSession(ctx context.Context, sc service.Scope, id string) error
	ResetBreaker(ctx context.Context, sc service.Scope, id string) (wasOpen bool, err error)
	StorageState(ctx context.Context, sc service.Scope, id string) ([]byte, error)
}

// Handlers are the auth-sessions part of the contract's ServerInterface. A handler that fails calls c.Error and writes
// nothing: a middleware answers with [ErrorOf].
type Handlers struct {
	service Service
	links   *answerlink.Links
}

// New returns the handlers over s. Questions get links, which may be nil for none.
func New(s Service, links *answerlink.Links) *Handlers { return &Handlers{service: s, links: links} }

func scope(workspace, project string) service.Scope {
	return service.Scope{Workspace: workspace, Project: project}
}

func fail(c *gin.Context, err error) { _ = c.Error(err) }
