package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/answerlink"
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

// maxForm bounds the form that a page sends, in bytes: every field of a question, full.
const maxForm = 256 << 10

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
	// PublicURL is where people reach the pages, the base of their links; empty for where the caller reached the API.
	PublicURL string
	// TrustedProxies are believed when they say where the caller reached the API, and from where.
	TrustedProxies []netip.Prefix
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
	// Stopping is closed when the process stops, so that long polls answer; nil: never.
	Stopping <-chan struct{}
	// Checks are what GET /readyz looks at beside the store, which it always does.
	Checks []Check
	// Telemetry is told of requests; nil for nobody.
	Telemetry Telemetry
	// Metrics answers GET /metrics, unless a proxy passed the request on; nil serves none. Set it only where the API listens on
	// loopback: who reads metrics wants no key.
	Metrics http.Handler
	// Pages adds the pages for people, which want no key: their routes answer for themselves, also for errors. Nil for none: then
	// no question has a link.
	Pages func(routes gin.IRoutes, use *service.Service)
}

// New returns the API's handler, or an error that names what Deps lack. Forwarded headers are never trusted. The server
// around it needs a read-header timeout; each request sets its own write deadline. Close Stopping before the
// server is shut down, which waits for requests under way.
func New(d Deps) (http.Handler, error) {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	use, err := service.New(service.Deps{
		Store: d.Store, Sealer: d.Sealer, Engine: d.Engine, Logger: d.Logger, Clock: d.Clock,
		CheckProxy: d.CheckProxy, StartDeadline: d.Config.StartDeadline, Stopping: d.Stopping,
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
	n := &native{service: use, config: d.Config, ready: newReadiness(checks, d.Logger)}
	if d.Pages != nil {
		n.links = &answerlink.Links{Base: d.Config.PublicURL, TrustedProxies: d.Config.TrustedProxies, Token: use.AnswerToken}
	}
	return newRouter(n, d)
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
	links   *answerlink.Links
}

var _ contract.ServerInterface = handlers{}

// stateOfSessionNamedCreate is a path that Gin's router loses: having followed "create/" to the operation's id, it does
// not go back to try "create" as a session's id.
const stateOfSessionNamedCreate = "/api/v1/workspace/:workspaceId/projects/:projectName/auth-sessions/create/storage-state"

// trustProxies has the addresses of callers behind these proxies told from X-Forwarded-For, and nobody else's.
func trustProxies(router *gin.Engine, proxies []netip.Prefix) error {
	var trusted []string
	for _, p := range proxies {
		trusted = append(trusted, p.String())
	}
	router.RemoteIPHeaders = []string{"X-Forwarded-For"}
	if err := router.SetTrustedProxies(trusted); err != nil {
		return fmt.Errorf("new api: trust the proxies: %w", err)
	}
	return nil
}

func newRouter(n *native, d Deps) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode) // Gin's debug mode prints routes to standard output
	router := gin.New()
	router.HandleMethodNotAllowed = true
	router.RedirectTrailingSlash = false // a redirected POST becomes a GET
	router.RedirectFixedPath = false
	router.UseEscapedPath = true // an id with %2F is one segment
	router.UnescapePathValues = true
	if err := trustProxies(router, n.config.TrustedProxies); err != nil {
		return nil, err
	}
	router.Use(requestID, accessLog(d.Logger, d.Telemetry), limitTime(n.config.RequestTimeout), writeErrors(d.Logger), recovery(d.Logger), secureHeaders,
		sameOrigin())
	limit := limitRequests(maxRequests, maxWaiting)
	if d.Pages != nil {
		d.Pages(router.Group("", limit, limitBody(min(n.config.MaxBody, maxForm))), n.service)
	}
	router.Use(authorize(n.service, newFailures(time.Now)), limit, limitBody(n.config.MaxBody))
	router.NoRoute(noRoute)
	router.NoMethod(noMethod)
	if d.Metrics != nil {
		router.GET(metricsPath, serveMetrics(d.Metrics))
	}
	all := handlers{intuned.New(n.service, n.links), n}
	contract.RegisterHandlersWithOptions(router, all, contract.GinServerOptions{ErrorHandler: wrongParameter})
	router.GET(stateOfSessionNamedCreate, func(c *gin.Context) {
		all.GetAuthSessionStorageState(c, c.Param("workspaceId"), c.Param("projectName"), "create")
	})
	return router, nil
}
