package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/intuned"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// Engine drives operations; see [service.Engine].
type Engine = service.Engine

// Sealer seals secrets; see [service.Sealer].
type Sealer = service.Sealer

// Store is what the API needs of the database; see [service.Store].
type Store = service.Store

// DefaultMaxBody bounds a request's body, in bytes, unless Config says otherwise.
const DefaultMaxBody = 1 << 20

// Config holds the settings of the API. The zero value is usable.
type Config struct {
	// MaxBody bounds a request's body, in bytes; zero means DefaultMaxBody.
	MaxBody int64
	// RequestTimeout ends every request that does not wait on purpose; zero means DefaultRequestTimeout.
	RequestTimeout time.Duration
	// Version is what GET /version says; empty means "unknown".
	Version string
	// StartDeadline is how long the reconciler may try to start an operation; zero means
	// service.DefaultStartDeadline.
	StartDeadline time.Duration
}

// Deps are what the API needs. Clock and CheckProxy may be nil (the system's clock, no check); everything else is required.
type Deps struct {
	Store  Store
	Sealer Sealer
	Engine Engine
	Logger *slog.Logger
	Config Config
	// Clock returns the time now.
	Clock func() time.Time
	// CheckProxy reports why a proxy cannot be used; see [service.Deps].
	CheckProxy func(ctx context.Context, proxy session.Secret) error
	// Checks are what GET /readyz looks at beside the store, which it always does.
	Checks []Check
	// Metrics answers GET /metrics, unless a proxy passed the request on; nil serves none. Set it only where the API listens on
	// loopback: who reads metrics wants no key.
	Metrics http.Handler
}

// New returns the API's handler, or an error that names what Deps lack. Forwarded headers are never trusted. The server
// around it needs a read-header timeout; each request sets its own write deadline. Cancel the server's base context
// when it stops, so that long polls answer.
func New(d Deps) (http.Handler, error) {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	use, err := service.New(service.Deps{
		Store: d.Store, Sealer: d.Sealer, Engine: d.Engine, Logger: d.Logger, Clock: d.Clock,
		CheckProxy: d.CheckProxy, StartDeadline: d.Config.StartDeadline,
	})
	if err != nil {
		return nil, fmt.Errorf("new api: %w", err)
	}
	if d.Config.MaxBody <= 0 {
		d.Config.MaxBody = DefaultMaxBody
	}
	if d.Config.RequestTimeout <= 0 {
		d.Config.RequestTimeout = DefaultRequestTimeout
	}
	if d.Config.Version == "" {
		d.Config.Version = "unknown"
	}
	checks := slices.Concat([]Check{{Name: "store", Ready: d.Store.Ping}}, d.Checks)
	return newRouter(&native{use, d.Config, newReadiness(checks, d.Logger)}, d)
}

// handlers is the whole contract: the native resources, and auth-sessions in Intuned's vocabulary.
type handlers struct {
	*intuned.Handlers
	*native
}

// native holds the handlers of the native resources.
type native struct {
	service *service.Service
	config  Config
	ready   *readiness
}

var _ contract.ServerInterface = handlers{}

// stateOfSessionNamedCreate is a path that Gin's router loses: having followed "create/" to the operation's id, it does
// not go back to try "create" as a session's id.
const stateOfSessionNamedCreate = "/api/v1/workspace/:workspaceId/projects/:projectName/auth-sessions/create/storage-state"

func newRouter(n *native, d Deps) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode) // Gin's debug mode prints routes to standard output
	router := gin.New()
	router.HandleMethodNotAllowed = true
	router.RedirectTrailingSlash = false // a redirected POST becomes a GET
	router.RedirectFixedPath = false
	router.UseEscapedPath = true // an id with %2F is one segment
	router.UnescapePathValues = true
	if err := router.SetTrustedProxies(nil); err != nil {
		return nil, fmt.Errorf("new api: trust no proxies: %w", err)
	}
	router.Use(requestID, accessLog(d.Logger), limitTime(n.config.RequestTimeout), writeErrors(d.Logger), recovery(d.Logger), secureHeaders,
		sameOrigin(), authorize(n.service), limitRequests(maxRequests, maxWaiting), limitBody(n.config.MaxBody))
	router.NoRoute(noRoute)
	router.NoMethod(noMethod)
	if d.Metrics != nil {
		router.GET(metricsPath, serveMetrics(d.Metrics))
	}
	all := handlers{intuned.New(n.service), n}
	contract.RegisterHandlersWithOptions(router, all, contract.GinServerOptions{ErrorHandler: wrongParameter})
	router.GET(stateOfSessionNamedCreate, func(c *gin.Context) {
		all.GetAuthSessionStorageState(c, c.Param("workspaceId"), c.Param("projectName"), "create")
	})
	return router, nil
}
