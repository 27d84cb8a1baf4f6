package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/anteroom/anteroom/client"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/session"
)

// The variables that the client commands read.
const (
	envAPI        = "ANTEROOM_API"
	envAPIKey     = "ANTEROOM_API_KEY"
	envAPIKeyFile = "ANTEROOM_API_KEY_FILE"
	envWorkspace  = "ANTEROOM_WORKSPACE"
)

const (
	defaultAPI       = "http://127.0.0.1:8080"
	defaultWorkspace = "default"
	// requestTimeout is longer than the longest long poll.
	requestTimeout = 90 * time.Second
)

// connection says which API a command speaks to, and how it prints.
type connection struct {
	api, keyFile, workspace string
	json                    bool
	getenv                  func(string) string
}

// operationID is the name of an operation's id in what commands print.
const operationID = "operationId"

func (c *connection) add(a *app, cmd *cobra.Command) {
	c.getenv = a.program.getenv
	cmd.Flags().StringVar(&c.api, "api", "", "address of the API ("+envAPI+"; default "+defaultAPI+")")
	cmd.Flags().StringVar(&c.keyFile, "api-key-file", "", "file with the API key ("+envAPIKeyFile+", or the key itself in "+envAPIKey+"; default <data-dir>/api-key)")
	cmd.Flags().StringVar(&c.workspace, "workspace", "", "workspace ("+envWorkspace+"; default "+defaultWorkspace+")")
	cmd.Flags().BoolVar(&c.json, "json", false, "print JSON")
}

func (c *connection) client() (*client.Client, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	cl, err := client.New(firstOf(c.api, c.getenv(envAPI), defaultAPI), key, &http.Client{Timeout: requestTimeout})
	if err != nil {
		return nil, exitWith(exitUsage, err)
	}
	return cl.In(firstOf(c.workspace, c.getenv(envWorkspace), defaultWorkspace)), nil
}

// key finds the API key; a key itself is never an argument, where other users of the machine could read it.
func (c *connection) key() (session.Secret, error) {
	if key := c.getenv(envAPIKey); key != "" && c.keyFile == "" {
		return session.NewSecret(key), nil
	}
	path := firstOf(c.keyFile, c.getenv(envAPIKeyFile))
	if path == "" {
		cfg, err := config.Load(config.Options{OtherEnv: clientEnv})
		if err != nil {
			return session.Secret{}, err
		}
		path = filepath.Join(cfg.DataDir, "api-key")
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return session.Secret{}, usagef("there is no API key at %s: name its file with --api-key-file or give the key in %s", path, envAPIKey)
	}
	if err != nil {
		return session.Secret{}, fmt.Errorf("read the API key: %w", err)
	}
	return session.NewSecret(strings.TrimSpace(string(b))), nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// print writes v as JSON, or calls human where people read.
func (a *app) print(c *connection, v any, human func()) error {
	if !c.json {
		human()
		return nil
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// known gives errors of the API their exit codes.
func known(err error) error {
	var e *client.Error
	if errors.As(err, &e) && e.Status == http.StatusNotFound {
		return exitWith(exitNotFound, err)
	}
	return err
}
