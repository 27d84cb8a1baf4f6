package embedded

import (
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/anteroom/anteroom/session"
)

const (
	// DefaultNamespace is the namespace made when Options names none.
	DefaultNamespace = "default"
	// DefaultRetention is how long histories of closed workflows are kept. Temporal's
	// own default for a SQLite namespace is 24 h (schema/sqlite/setup.go), which lets
	// yesterday's logins vanish from the UI.
	DefaultRetention = 30 * 24 * time.Hour
	// minRetention is the least a local namespace accepts
	// (namespace.MinRetentionLocal in common/namespace).
	minRetention = time.Hour
	// anyPort is loopback with a port chosen by the system.
	anyPort = "127.0.0.1:0"
)

// Options says where the server keeps its data and where it listens.
type Options struct {
	// DataDir is the directory for Temporal's SQLite database. It is made (0700) if missing.
	// Required where Store is empty, and without effect where it is not.
	DataDir string
	// Store is the URL of a PostgreSQL database, its password in it: postgres://user:password@host:5432/temporal.
	// Searches go to a second one, of that name with "_visibility" after it. Both are made if the user may, and both are
	// this server's alone. Empty: SQLite in DataDir.
	Store session.Secret
	// FrontendAddr is the host:port of the gRPC frontend. The host is an IPv4 loopback
	// address or "localhost"; port 0 picks a free one. Default "127.0.0.1:0".
	FrontendAddr string
	// UIAddr is the host:port of the web UI, as FrontendAddr. Empty: no UI.
	UIAddr string
	// Namespace is made when missing. Default DefaultNamespace.
	Namespace string
	// Retention is how long closed workflows are kept; at least one hour. It is applied
	// at every start. Default DefaultRetention.
	Retention time.Duration
	// SearchAttributes are registered in Namespace at every start, also in a database
	// that exists. Temporal's SQLite store has room for 10 keywords and 3 of each other
	// type. An attribute is never removed, and its type never changes.
	SearchAttributes map[string]enumspb.IndexedValueType
	// CodecEndpoint is the URL of the payload codec the UI decodes with. Empty: none.
	CodecEndpoint string
	// Logger gets the server's log. Default slog.Default().
	Logger *slog.Logger
	// LogLevel is the least level of the server's own log lines. Default slog.LevelWarn:
	// Temporal tells its life at Info.
	LogLevel slog.Leveler
}

// withDefaults fills what is empty and refuses what cannot work, before anything is touched.
func (o Options) withDefaults() (Options, error) {
	var err error
	if o.DataDir, err = o.absoluteDir(); err != nil {
		return o, err
	}
	if o.FrontendAddr == "" {
		o.FrontendAddr = anyPort
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.Retention < minRetention {
		return o, refuse(ErrOptions, nil, "the temporal retention %s is too short: use at least %s", o.Retention, minRetention)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.LogLevel == nil {
		o.LogLevel = slog.LevelWarn
	}
	return o.withLoopback()
}

// absoluteDir is the data directory; empty where none is needed.
func (o Options) absoluteDir() (string, error) {
	if !o.Store.IsZero() {
		return "", nil
	}
	if strings.TrimSpace(o.DataDir) == "" {
		return "", refuse(ErrOptions, nil, "the temporal data directory is not set: name one")
	}
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return "", refuse(ErrOptions, err, "the temporal data directory %q has no absolute path: %v", o.DataDir, err)
	}
	return dir, nil
}

// withLoopback normalizes both addresses.
func (o Options) withLoopback() (Options, error) {
	addr, err := loopbackAddr("frontend", o.FrontendAddr)
	if err != nil {
		return o, err
	}
	o.FrontendAddr = addr
	if o.UIAddr == "" {
		return o, nil
	}
	o.UIAddr, err = loopbackAddr("ui", o.UIAddr)
	return o, err
}

// loopbackAddr returns addr with an IPv4 loopback host. IPv6 is refused because the UI
// server builds its address without brackets.
func loopbackAddr(what, addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", refuse(ErrOptions, err, "the temporal %s address %q is not host:port: %v", what, addr, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() == nil || !ip.IsLoopback() {
		return "", refuse(ErrNotLoopback, nil,
			"the temporal %s address %q is not IPv4 loopback: the embedded server asks nobody who they are, use 127.0.0.1", what, addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", refuse(ErrOptions, err, "the temporal %s address %q has no usable port: %v", what, addr, err)
	}
	return net.JoinHostPort(ip.String(), port), nil
}
