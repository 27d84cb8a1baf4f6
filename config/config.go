package config

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/anteroom/anteroom/session"
)

// Config is every setting of the operator. Load makes it and has checked it; nobody changes it afterwards.
type Config struct {
	// DataDir is where everything is kept; absolute. It may not exist yet.
	DataDir string
	// Listen is host:port of the API. Port 0 takes a free one.
	Listen string
	// AllowRemote permits Listen, Temporal.Listen and Temporal.UIListen to be reachable from other machines.
	AllowRemote bool
	// Projects is the directory of the project files, absolute; empty for none. See LoadProjects.
	Projects string

	Log        Log
	Store      Store
	Vault      Vault
	Temporal   Temporal
	Network    Network
	Browser    Browser
	Worker     Worker
	API        API
	Operations Operations
	Monitor    Monitor
	Tracing    Tracing
}

// Store says where sessions and operations are kept.
type Store struct {
	// URL is postgres://user@host:5432/name or sqlite:PATH; empty for a SQLite file in DataDir. It may hold a password. Connect with
	// [Store.Address].
	URL session.Secret
	// PasswordFile holds the password that URL lacks; absolute, empty for none.
	PasswordFile string
}

// Vault says where the key is that seals secrets.
type Vault struct {
	// KeyFile is the key's file, absolute; empty for "vault.key" in DataDir.
	KeyFile string
}

// Monitor says where operators look.
type Monitor struct {
	// Listen is host:port of /healthz, /readyz and /metrics; empty for none beside the API's. Port 0 takes a free one.
	Listen string
}

// Tracing says where traces go.
type Tracing struct {
	// Endpoint is the base URL of an OTLP receiver over HTTP ("http://127.0.0.1:4318"); empty for no traces.
	Endpoint string
}

// Log says what is logged.
type Log struct {
	// Level is the least level that is written.
	Level slog.Level
	// Format is LogText or LogJSON.
	Format string
}

// The log formats.
const (
	LogText = "text"
	LogJSON = "json"
)

// Temporal says which Temporal server is used and, for the one in our own process, where it listens.
type Temporal struct {
	// Address is host:port of an outside server; empty for the one in our process.
	Address string
	// Namespace is the namespace of our workflows.
	Namespace string
	// Listen is host:port of the server in our process. It asks nobody for a password. Port 0 takes a free one.
	Listen string
	// UIListen is host:port of the web UI in our process. Port 0 takes a free one.
	UIListen string
	// Retention is how long the server in our process keeps finished workflows.
	Retention time.Duration
	// Store is where the server in our process keeps its workflows: postgres://user@host:5432/name; empty for SQLite files in DataDir. It
	// may hold a password. Connect with [Temporal.StoreAddress].
	Store session.Secret
	// StorePasswordFile holds the password that Store lacks; absolute, empty for none.
	StorePasswordFile string
}

// Network says where the browser may go.
type Network struct {
	// Allow lists private networks that the browser may reach in spite of the ban on private addresses.
	Allow []AllowedNetwork
	// Deny lists networks that the browser never reaches, whatever Allow says.
	Deny []AllowedNetwork
}

// Browser says how the browser is started.
type Browser struct {
	// Path is the browser's program: an absolute path, or a name to look for in PATH; empty to look for a browser.
	Path string
	// User is the unprivileged user the browser runs as when we are root; empty to choose one.
	User string
	// NoSandbox starts the browser without its sandbox. Warn about it at each start.
	NoSandbox bool
	// MaxPages is how many pages a browser may have lent at the same time; 0 for as many as the memory takes.
	MaxPages int
	// Kinds are the kinds of browsers on which a worker takes up logins, one at least. One of the first is started with it.
	Kinds []session.BrowserKind
	// Endpoints are the Unix sockets of browser processes ("anteroom browser"), absolute; none for the one of DataDir, which is
	// started if need be.
	Endpoints []string
	// Socket is the Unix socket where a browser process serves its browser, absolute; empty for "browser.sock" in DataDir.
	Socket string
	// RecycleAfterLogins is how many logins a browser serves before another one takes its place; 0 for any number.
	RecycleAfterLogins int
	// RecycleAfter is how old a browser gets before another one takes its place; 0 for any age.
	RecycleAfter time.Duration
	// RecycleAboveMemory is how many bytes of memory a browser with its pages may take before another one takes its place; 0 for any.
	RecycleAboveMemory int64
	// LeaveAfter is how long a browser process that a worker started stays when no worker is connected and no login waits on its
	// pages; 0 is for ever.
	LeaveAfter time.Duration
}

// Worker says how a worker ends.
type Worker struct {
	// Drain is how long running activities get to finish when the worker is stopped; 0 hands them back at once.
	Drain time.Duration
}

// API limits requests.
type API struct {
	// MaxBody is the largest request body in bytes.
	MaxBody int64
	// RequestTimeout ends every request that does not wait on purpose.
	RequestTimeout time.Duration
	// PublicURL is where people reach the API ("https://anteroom.example.com"), for the links to answer pages; empty to take the
	// address that the caller used. Without a slash at its end.
	PublicURL string
	// TrustedProxies are the reverse proxies whose forwarding headers are believed.
	TrustedProxies []netip.Prefix
}

// Operations limits operations.
type Operations struct {
	// MaxPages is how many pages may be in use in the whole installation; 0 for no limit.
	MaxPages int
	// StartDeadline is how long after its admission to a page the workflow of an operation may be started.
	StartDeadline time.Duration
	// Patience is how long a step of a login may wait for a worker that takes it up, or for a free page. How long a
	// question waits for its answer is the project's to say.
	Patience time.Duration
	// Retention is how long a finished operation is kept.
	Retention time.Duration
	// FreezeAfter is how long the page of a login that waits for a person goes on before it is frozen; 0: for ever.
	FreezeAfter time.Duration
	// OnBrowserLost is for projects that do not say.
	OnBrowserLost session.BrowserLostPolicy
}
