package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anteroom/anteroom/cmd/internal/process"
	"github.com/anteroom/anteroom/config"
	"github.com/anteroom/anteroom/store"
	"github.com/anteroom/anteroom/vault"
	"github.com/anteroom/anteroom/worker"
)

// installed reports whether a store is there already; one that is elsewhere counts as such.
func installed(c *config.Config) bool {
	path, ok := c.Store.SQLite()
	if !ok {
		return true
	}
	if path == "" {
		path = filepath.Join(c.DataDir, process.StoreFile)
	}
	_, err := os.Stat(path)
	return err == nil
}

// lookAtStore opens the store and compares the vault's key with the one that it was sealed with.
func lookAtStore(ctx context.Context, e *examined) (Status, string) {
	if !installed(e.config) {
		return OK, "there is none yet; the first start makes a SQLite file in the data directory"
	}
	db, err := process.OpenStore(ctx, e.config, e.logger)
	if err != nil {
		return Failed, err.Error()
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	if err := db.Ping(ctx); err != nil {
		return Failed, err.Error()
	}
	took := time.Since(began).Round(10 * time.Microsecond)
	bound, err := db.VaultKeyID(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return Failed, process.ErrNotInstalled.Error()
	}
	if err != nil {
		return Failed, err.Error()
	}
	key, err := vault.Open(process.KeyFile(e.config))
	if err == nil && key.KeyID() != bound {
		return Failed, fmt.Sprintf("it was sealed with the vault key %s, and the key file holds %s: put the right file there", bound, key.KeyID())
	}
	if ahead, err := worker.Skew(ctx, db, time.Now); err == nil && ahead.Abs() > worker.MaxSkew {
		return Warning, fmt.Sprintf("this machine's clock is ahead of the store's by %s: deadlines come too early or too late; let NTP set both", ahead)
	}
	if census, err := db.Census(ctx); err == nil && strandedQueue(census.Queues, time.Now()) != "" {
		return Warning, strandedQueue(census.Queues, time.Now())
	}
	return OK, fmt.Sprintf("it answers in %s; its vault key is %s", took, bound)
}

// strandedQueue says that operations queue for pages that nobody offers; empty where none do.
func strandedQueue(queues []store.QueueCount, now time.Time) string {
	for _, q := range queues {
		if q.Queued > 0 && (q.Pages == 0 || now.Sub(q.ReckonedAt) > store.ReckoningLasts) {
			return fmt.Sprintf("%d operations wait for a page of browser %q, and no worker offers any: start a worker (its browser.kinds must name that kind)", q.Queued, q.Browser)
		}
	}
	return ""
}

// lookAtTemporal asks the server that the settings name; a process that brings its own needs none.
func lookAtTemporal(ctx context.Context, e *examined) (Status, string) {
	t := e.config.Temporal
	if t.Address == "" {
		return OK, "no address is set: the standalone process brings its own server"
	}
	if err := process.CheckTemporal(ctx, t, e.logger); err != nil {
		return Failed, err.Error()
	}
	return OK, fmt.Sprintf("%s answers, and its namespace %s is prepared", t.Address, t.Namespace)
}

// lookAtPorts tries the addresses where processes with these settings listen. One that is taken by an API that is healthy is the
// installation itself.
func lookAtPorts(ctx context.Context, e *examined) (Status, string) {
	c := e.config
	addresses := []string{c.Listen}
	if c.Monitor.Listen != "" {
		addresses = append(addresses, c.Monitor.Listen)
	}
	if c.Temporal.Address == "" {
		addresses = append(addresses, c.Temporal.Listen, c.Temporal.UIListen)
	}
	var taken, up []string
	for _, a := range addresses {
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", a)
		switch {
		case err == nil:
			_ = l.Close()
		case healthy(ctx, a):
			up = append(up, a)
		default:
			taken = append(taken, a)
		}
	}
	switch {
	case len(up) > 0:
		return OK, "anteroom is up on " + strings.Join(up, ", ")
	case len(taken) > 0:
		return Warning, "something else listens on " + strings.Join(taken, ", ") + ": stop it, or choose other addresses"
	}
	return OK, "free: " + strings.Join(addresses, ", ")
}

// healthTimeout bounds the look at a port that is taken.
const healthTimeout = 2 * time.Second

// healthy reports whether one of our processes answers at address.
func healthy(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Timeout: healthTimeout}).Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
}
