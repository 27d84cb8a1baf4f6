package config

import (
	"log/slog"
	"time"
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
	Temporal   Temporal
	Network    Network
	Browser    Browser
	Worker     Worker
	API        API
	Operations Operations
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
}

// Network says where the browser may go.
type Network struct {
	// Allow lists private networks that the browser may reach in spite of the ban on private addresses.
	Allow []AllowedNetwork
}

// Browser says how the browser is started.
type Browser struct {
	// Path is the browser's program: an absolute path, or a name to look for in PATH; empty to look for a browser.
	Path string
	// User is the unprivileged user the browser runs as when we are root; empty to choose one.
	User string
	// NoSandbox starts the browser without its sandbox. Warn about it at each start.
	NoSandbox bool
	// MaxPages is how many pages may be lent at the same time.
	MaxPages int
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
}

// Operations limits operations.
type Operations struct {
	// StartDeadline is how long after the request the workflow of an operation may be started.
	StartDeadline time.Duration
	// Patience is how long a step of a login may wait for a worker that takes it up, or for a free page. How long a
	// question waits for its answer is the project's to say.
	Patience time.Duration
}
